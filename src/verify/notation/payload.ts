import { z } from 'zod';
import { parseSignedJson } from '../signed-json.ts';
import { Refused } from '../refused.ts';
import { refuseLookalikes } from './lookalike.ts';

/** What was signed, as the registry has it: an OCI descriptor (image-spec, descriptor.md). */
export interface SignedArtifact {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const payloadSchema = z.looseObject({
  targetArtifact: z.looseObject({
    mediaType: z.string(),
    digest: z.string(),
    size: z.int().nonnegative(),
    annotations: z.record(z.string(), z.string()).optional(),
    artifactType: z.string().optional(),
  }),
});

const DESCRIPTOR = [
  'mediaType',
  'digest',
  'size',
  'annotations',
  'artifactType',
  'urls',
  'data',
  'platform',
] as const;

/**
 * Reads a payload (signature-specification.md, "Payload") and holds it against the artifact that was resolved: media type, digest
 * and size are all signed (trust-store-trust-policy.md, "Validate Integrity"). Returns the signed annotations. Throws `Refused`.
 */
export function readPayload(payload: Buffer, artifact: SignedArtifact): Readonly<Record<string, string>> {
  const read = parseSignedJson(payload, payloadSchema, 'a payload');
  const { targetArtifact: target } = read;
  refuseLookalikes(Object.keys(read), ['targetArtifact'], 'its payload');
  refuseLookalikes(Object.keys(target), DESCRIPTOR, "its payload's targetArtifact");
  for (const field of ['digest', 'mediaType', 'size'] as const)
    if (target[field] !== artifact[field])
      throw new Refused(
        'SignatureForOtherImage',
        `it was made for the ${field} ${JSON.stringify(target[field])}, and the image has ${JSON.stringify(artifact[field])}`,
      );
  return target.annotations ?? {};
}
