import { z } from 'zod';
import { wrongField } from '../wrong-field.ts';

/** What was read out of a document, or the clause that says why it cannot be read. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** Wraps what was read. */
export function read<T>(value: T): Reading<T> {
  return { ok: true, value };
}

/** Why a document cannot be read. */
export function unreadable(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** Holds a document against the schema of what it is said to be; the message names the first field that is not. */
export function readAs<T>(schema: z.ZodType<T>, document: unknown, what: string): Reading<T> {
  const parsed = schema.safeParse(document, { error: wrongField });
  if (parsed.success) return read(parsed.data);
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.').slice(0, 200) || 'document';
  return unreadable(`it is not ${what}: ${field}: ${issue?.message ?? 'invalid'}`);
}

/** A list that may be absent, or null as programs in Go write an empty one. */
export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items): readonly z.output<T>[] => items ?? []);
}

/** Text that may be absent; empty text says as little as none. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || null);

const time = z.iso.datetime({ offset: true });

/** A time as RFC 3339 writes it; null for anything else. */
export function parseTime(value: string | null): Date | null {
  return value !== null && time.safeParse(value).success ? new Date(value) : null;
}
