import { z } from 'zod';
import { parseSignedJson } from '../signed-json.ts';
import { Refused } from '../refused.ts';
import { withoutLookalikes } from './lookalike.ts';

/** What was signed, as the registry has it: an OCI descriptor (image-spec, descriptor.md). */
export interface SignedArtifact {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

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

const payloadSchema = withoutLookalikes(
  ['targetArtifact'],
  z.looseObject({
    targetArtifact: withoutLookalikes(
      DESCRIPTOR,
      z.looseObject({
        mediaType: z.string(),
        digest: z.string(),
        size: z.int().nonnegative(),
        annotations: z.record(z.string(), z.string()).optional(),
        artifactType: z.string().optional(),
      }),
    ),
  }),
);

/**
 * Reads a payload (signature-specification.md, "Payload") and holds it against the artifact that was resolved: media type, digest
 * and size are all signed (trust-store-trust-policy.md, "Validate Integrity"). Returns the signed annotations. Throws `Refused`.
 */
export function readPayload(payload: Buffer, artifact: SignedArtifact): Readonly<Record<string, string>> {
  const { targetArtifact: target } = parseSignedJson(payload, payloadSchema, 'a payload');
  refuseOddNumbers(payload.toString('utf8'));
  for (const field of ['digest', 'mediaType', 'size'] as const)
    if (target[field] !== artifact[field])
      throw new Refused(
        'SignatureForOtherImage',
        `it was made for the ${field} ${JSON.stringify(target[field])}, and the image has ${JSON.stringify(artifact[field])}`,
      );
  return target.annotations ?? {};
}

/** image-spec, descriptor.md: sizes are of the type int64. `12.0`, and `12` with a fraction too small to be seen, are no such numbers. */
function refuseOddNumbers(json: string): void {
  JSON.parse(json, (name, value: unknown, context?: { readonly source?: string }) => {
    if (Number.isInteger(value) && !/^-?\d+$/.test(context?.source ?? ''))
      throw new Refused(
        'SignatureMalformed',
        `it is not a payload: ${name} must be written as a whole number`,
      );
    return value;
  });
}
