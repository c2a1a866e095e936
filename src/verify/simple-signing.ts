import { z } from 'zod';
import { parseStrictJson } from '../json.ts';
import { Refused } from './refused.ts';
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
  let json: unknown;
  try {
    json = parseStrictJson(payload);
  } catch (cause) {
    throw new Refused('SignatureMalformed', `the signed payload is not strict JSON: ${String(cause)}`);
  }
  const parsed = payloadSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Refused(
      'SignatureMalformed',
      `the signed payload is not a simple-signing payload: ${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'invalid'}`,
    );
  }
  const { critical, optional } = parsed.data;
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
