import { z } from 'zod';
import { list, type Reading, readAs, text, unreadable } from '../attestations/reading.ts';
import { parseStrictJson } from '../json.ts';
import { DOCUMENT_DEPTH, OSV_EVENTS } from '../limits.ts';

const eventSchema = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
  limit: z.string().optional(),
});

const rangeSchema = z.object({ type: z.string(), events: z.array(eventSchema).max(OSV_EVENTS) });

const affectedSchema = z.object({
  package: z
    .object({ ecosystem: z.string(), name: z.string(), purl: text })
    .nullish()
    .transform((value) => value ?? null),
  ranges: list(rangeSchema),
  versions: list(z.string()),
});

/** OSV schema 1.x. What of it says whom it is about and which versions; all else is not read. */
const recordSchema = z.object({
  id: z.string().min(1),
  withdrawn: text,
  aliases: list(z.string()),
  upstream: list(z.string()),
  summary: text,
  affected: list(affectedSchema),
});

/** A vulnerability and what it affects. */
export type OsvRecord = Readonly<z.output<typeof recordSchema>>;
/** One package that a vulnerability affects, and which of its versions. */
export type Affected = OsvRecord['affected'][number];
/** Which versions are affected, by what happened at some of them. */
export type OsvRange = Affected['ranges'][number];

/** The records that speak of a vulnerability. */
export interface OsvRecords {
  readonly records: readonly OsvRecord[];
  /** The ecosystems whose advisories would be among them, without releases; null where records were named one by one. */
  readonly covers: ReadonlySet<string> | null;
}

/** The ecosystems, without releases, of which records that were not withdrawn name packages. */
export function ecosystemsIn(records: readonly OsvRecord[]): ReadonlySet<string> {
  const valid = records.filter(({ withdrawn }) => withdrawn === null);
  const named = valid.flatMap(({ affected }) => affected.flatMap((one) => one.package?.ecosystem ?? []));
  return new Set(named.map((ecosystem) => ecosystem.replace(/:.*$/s, '')));
}

/** Reads a record of the OSV format (OSV schema). */
export function readOsvRecord(bytes: Uint8Array): Reading<OsvRecord> {
  try {
    return readAs(recordSchema, parseStrictJson(bytes, DOCUMENT_DEPTH), 'an OSV record');
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return unreadable(`it is not strict JSON: ${cause.message}`);
  }
}

/** The ids under which others speak of the same vulnerability; `related` ones are others. */
export function namesOf({ id, aliases, upstream }: OsvRecord): readonly string[] {
  return [id, ...aliases, ...upstream];
}
