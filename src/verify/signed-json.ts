import type { z } from 'zod';
import { parseStrictJson } from '../json.ts';
import { Refused } from './refused.ts';
import { wrongField } from '../wrong-field.ts';

/**
 * Reads signed JSON strictly and holds it against the schema of what it is said to be. `what` names it in the error.
 * Throws `Refused` for bytes that are not strict JSON or not of that shape.
 */
export function parseSignedJson<T>(bytes: Uint8Array, schema: z.ZodType<T>, what: string): T {
  return asSigned(
    strictly(what, () => parseStrictJson(bytes)),
    schema,
    what,
  );
}

/** What a strict reader of JSON reads; what it throws becomes `Refused`. */
export function strictly<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refused('SignatureMalformed', `it is not ${what}: not strict JSON: ${why}`);
  }
}

/** Holds what was signed against the schema of what it is said to be. Throws `Refused`. */
export function asSigned<T>(json: unknown, schema: z.ZodType<T>, what: string): T {
  const parsed = schema.safeParse(json, { error: wrongField });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'document';
  throw new Refused('SignatureMalformed', `it is not ${what}: ${field}: ${issue?.message ?? 'invalid'}`);
}
