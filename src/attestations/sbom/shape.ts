import type { z } from 'zod';
import { quoted } from '../quoted.ts';
import { InvalidDocument, type JsonDocument } from './json-document.ts';
import { wrongField } from '../../wrong-field.ts';

/** Holds a part of a document against its schema; the error names the first field that is not what it must be. */
export function asType<T>(schema: z.ZodType<T>, value: unknown, place = ''): T {
  const parsed = schema.safeParse(value, { error: wrongField });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const field = [place, ...path.map(String)].filter((part) => part !== '').join('.');
  const found = valueAt(value, path);
  // A list of forty words says less than the one that is none of them.
  const message =
    issue?.code === 'invalid_value' && typeof found === 'string'
      ? `${quoted(found)} is none of the words that the specification has`
      : issue?.message;
  throw new InvalidDocument(`${field.slice(0, 200) || 'the document'}: ${message ?? 'invalid'}`);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** Parses what nothing else has read, so that all of a document is strict JSON. */
export function checkRest(document: JsonDocument, alreadyRead: readonly string[]): void {
  for (const name of document.names.filter((one) => !alreadyRead.includes(one))) document.value(name);
}

/** Why a document of a version that is not known, or of none, is not read. */
export function unknownVersion(what: string, version: unknown, known: string): InvalidDocument {
  const said =
    typeof version === 'string'
      ? `is ${what} of the version ${quoted(version)}`
      : `does not say its version of ${what}`;
  return new InvalidDocument(`it ${said}; ${known} can be read`);
}
