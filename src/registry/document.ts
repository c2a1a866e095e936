import { z } from 'zod';

import type { Span } from '../json-members.ts';
import { parseStrictJson } from '../json.ts';
import { DIGEST_CHARACTERS, DOCUMENT_DEPTH } from '../limits.ts';
import { printable } from './printable.ts';
import { wrongKind } from '../wrong-field.ts';

/**
 * The documents that registries serve, as schemas (image-spec: descriptor.md, manifest.md, image-index.md, image-layout.md; Docker
 * manifest v2 schema 2). Go writes an absent list or map as `null`, so that counts as absent.
 */

/** image-spec, descriptor.md, "Digests": the algorithm need not be one that is computed here. */
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === '' ? undefined : text));

const annotationsSchema = z
  .record(z.string(), z.string())
  .nullish()
  .transform((annotations) => annotations ?? undefined);

const lenientText = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** A platform that names neither system nor architecture says nothing, so it counts as absent. */
const platformSchema = z
  .object({ os: lenientText, architecture: lenientText, variant: optionalText })
  .nullish()
  .transform((platform) =>
    platform === null || platform === undefined || (platform.os === '' && platform.architecture === '')
      ? undefined
      : platform,
  );

export const descriptorSchema = z.object({
  mediaType: z.string().min(1),
  digest: z.string().max(DIGEST_CHARACTERS, 'is no digest').regex(DIGEST, 'is no digest'),
  size: z.int().nonnegative(),
  artifactType: optionalText,
  annotations: annotationsSchema,
  platform: platformSchema,
  data: optionalText,
});

const optionalDescriptor = descriptorSchema.nullish().transform((descriptor) => descriptor ?? undefined);

export const manifestSchema = z.object({
  artifactType: optionalText,
  config: descriptorSchema,
  layers: z
    .array(descriptorSchema)
    .nullable()
    .transform((layers) => layers ?? []),
  subject: optionalDescriptor,
  annotations: annotationsSchema,
});

export const indexSchema = z.object({
  artifactType: optionalText,
  manifests: z
    .array(descriptorSchema)
    .nullable()
    .transform((manifests) => manifests ?? []),
  subject: optionalDescriptor,
  annotations: annotationsSchema,
});

/** image-spec, image-layout.md, "oci-layout file". */
export const layoutSchema = z.object({ imageLayoutVersion: z.literal('1.0.0') });

type JsonRead<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

export const NO_JSON = 'is not JSON, names a member twice, or is nested too deep';

/** Reads JSON of one shape from bytes; the message of a failure names the field and begins with a verb or the field. */
export function readJson<T>(bytes: Uint8Array, schema: z.ZodType<T>): JsonRead<T> {
  return readAs(() => parseStrictJson(bytes, DOCUMENT_DEPTH), schema);
}

/** The same of some members alone of an object, which `membersOf` has found in these bytes. */
export function readMembers<T>(
  bytes: Uint8Array,
  members: Iterable<readonly [name: string, span: Span]>,
  schema: z.ZodType<T>,
): JsonRead<T> {
  const parse = ([start, end]: Span): unknown =>
    parseStrictJson(bytes.subarray(start, end), DOCUMENT_DEPTH - 1);
  return readAs(() => Object.fromEntries(Array.from(members, ([name, span]) => [name, parse(span)])), schema);
}

function readAs<T>(parse: () => unknown, schema: z.ZodType<T>): JsonRead<T> {
  let json: unknown;
  try {
    json = parse();
  } catch {
    // The parser's own message quotes the text, which may be a file of credentials or a token.
    return { ok: false, message: NO_JSON };
  }
  const result = schema.safeParse(json, { error: wrongKind });
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  if (issue === undefined) return { ok: false, message: 'is not what it must be' };
  const field = issue.path.length === 0 ? '' : ` at ${printable(fieldOf(issue.path))}`;
  return { ok: false, message: `is not what it must be${field}: ${printable(issue.message)}` };
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${String(key)}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
