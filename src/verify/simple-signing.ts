import { z } from 'zod';
import { Refused } from './refused.ts';
import { parseSignedJson } from './signed-json.ts';
import type { Content } from './verifier.ts';

/** containers/image, docs/atomic-signature.md, with the type that cosign writes (cosign's SIGNATURE_SPEC.md, "Payload"). */
const payloadSchema = z.strictObject({
  critical: z.strictObject({
    identity: z.strictObject({ 'docker-reference': z.string() }),
    image: z.strictObject({ 'docker-manifest-digest': z.string() }),
    type: z.literal('cosign container image signature'),
  }),
  optional: z.record(z.string(), z.unknown()).nullish(),
});

/** Reads a simple-signing payload and binds it to `digest`. Throws `Refused`. */
export function readSimpleSigning(payload: Uint8Array, digest: string): Content {
  const { critical, optional } = parseSignedJson(payload, payloadSchema, 'a simple-signing payload');
  const signedDigest = critical.image['docker-manifest-digest'];
  if (signedDigest !== digest) {
    throw new Refused('SignatureForOtherImage', `it is signed for ${signedDigest}, not for ${digest}`);
  }
  return {
    kind: 'signature',
    annotations: optional ?? {},
    dockerReference: critical.identity['docker-reference'],
  };
}
