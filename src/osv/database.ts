import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  OSV_ARCHIVE_BYTES,
  OSV_DATABASE_FILES,
  OSV_ECOSYSTEMS,
  OSV_RECORD_BYTES,
  OSV_RECORDS,
  OSV_UNPACKED_BYTES,
} from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBoundedFile } from '../registry/bounded-file.ts';
import { ecosystemsIn, namesOf, type OsvRecord, type OsvRecords, readOsvRecord } from './record.ts';
import { readZip, ZipError } from './zip.ts';

/** A file of a database of advisories: its name, and its bytes when they are asked for. */
interface DatabaseFile {
  readonly name: string;
  /** Whether it is out of a ZIP file. */
  readonly packed: boolean;
  readonly bytes: () => Promise<Uint8Array> | Uint8Array;
}

/**
 * The records about a vulnerability out of a file of OSV's format, a directory of them, or an `all.zip` of them: those of this id, and
 * all that call it or one of its other names theirs (`aliases`, `upstream`). Every file is read, as any may be about it; one that names
 * the vulnerability and cannot be read is a fault, as the answer would lack it. All but a single record cover besides the ecosystems
 * that the records found are about, and those of ZIP files, which have all of an ecosystem: other files are those that somebody chose.
 */
export async function findInDatabase(path: string, shown: string, id: string): Promise<Outcome<OsvRecords>> {
  const names = new Set([id]);
  const covers = new Set<string>();
  const isOne = isRecord(path);
  try {
    for (;;) {
      const known = names.size;
      const records = await recordsNaming(path, shown, names, covers);
      if (!records.ok) return records;
      for (const { id: own, aliases } of records.value)
        if ([own, ...aliases].some((name) => names.has(name)))
          for (const name of [own, ...aliases]) names.add(name);
      // Another name leads to records that say nothing of the first one. Who names it `upstream` alone may be about more than it.
      if (names.size === known)
        return ok({
          records: records.value,
          covers: isOne ? null : new Set([...covers, ...ecosystemsIn(records.value)]),
        });
    }
  } catch (cause) {
    if (cause instanceof ZipError)
      return failed(
        'InputInvalid',
        `${shown} cannot be read as a ZIP file: ${cause.message}`,
        'download it anew',
      );
    if (cause instanceof Unreadable) return failed('InputInvalid', cause.message);
    throw cause;
  }
}

class Unreadable extends Error {}

/** Whether it is a file of one record, which says nothing of what a database would hold. */
function isRecord(path: string): boolean {
  return !ZIP.test(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

/** The ecosystem that a record names first, without its release: nearly all name one alone. It is not parsed for that. */
function ecosystemIn(record: Buffer): string | null {
  const at = record.indexOf('"ecosystem"');
  const text = at < 0 ? '' : record.toString('utf8', at, at + ECOSYSTEM_BYTES);
  return /^"ecosystem"\s*:\s*"([^":\\]+)[":]/.exec(text)?.[1] ?? null;
}

/** The longest name has some thirty. */
const ECOSYSTEM_BYTES = 100;

async function recordsNaming(
  path: string,
  shown: string,
  names: ReadonlySet<string>,
  covers: Set<string>,
): Promise<Outcome<readonly OsvRecord[]>> {
  const needles = [...names].map((name) => Buffer.from(JSON.stringify(name)));
  const found: OsvRecord[] = [];
  for await (const file of filesOf(path, shown)) {
    const bytes = await file.bytes();
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const ecosystem = file.packed ? ecosystemIn(buffer) : null;
    if (ecosystem !== null && covers.size < OSV_ECOSYSTEMS) covers.add(ecosystem);
    if (!needles.some((needle) => buffer.includes(needle))) continue;
    const record = readOsvRecord(bytes);
    if (!record.ok)
      return failed('InputInvalid', `${file.name} cannot be read: ${record.message}`, 'download it anew');
    if (!namesOf(record.value).some((name) => names.has(name))) continue;
    found.push(record.value);
    if (found.length > OSV_RECORDS)
      return failed('LimitExceeded', `${shown} has more than ${OSV_RECORDS} records about it (OSV_RECORDS)`);
  }
  return ok(found);
}

/** A file is a record, or by its name a ZIP file; of a directory everything counts that is JSON or a ZIP file by its name. */
async function* filesOf(path: string, shown: string): AsyncGenerator<DatabaseFile> {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw new Unreadable(`${shown} is missing`);
  if (status.isDirectory()) {
    yield* jsonBelow(path, shown);
    return;
  }
  if (ZIP.test(path)) yield* jsonInZip(path, shown);
  else yield { name: shown, packed: false, bytes: () => bytesOf(path, shown) };
}

const ZIP = /\.zip$/i;

function* jsonInZip(path: string, shown: string): Generator<DatabaseFile> {
  const limits = {
    archiveBytes: OSV_ARCHIVE_BYTES,
    entries: OSV_DATABASE_FILES,
    entryBytes: OSV_RECORD_BYTES,
    unpackedBytes: OSV_UNPACKED_BYTES,
  };
  for (const { name, bytes } of readZip(path, limits))
    if (name.endsWith('.json')) yield { name: `${shown}: ${name}`, packed: true, bytes };
}

async function* jsonBelow(path: string, shown: string): AsyncGenerator<DatabaseFile> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.json') || ZIP.test(name),
  );
  if (names.length === 0) throw new Unreadable(`${shown} holds no .json or .zip file`);
  if (names.length > OSV_DATABASE_FILES)
    throw new Unreadable(`${shown} holds more than ${OSV_DATABASE_FILES} files (OSV_DATABASE_FILES)`);
  for (const name of names.toSorted())
    if (ZIP.test(name)) yield* jsonInZip(join(path, name), join(shown, name));
    else
      yield {
        name: join(shown, name),
        packed: false,
        bytes: () => bytesOf(join(path, name), join(shown, name)),
      };
}

async function bytesOf(path: string, shown: string): Promise<Uint8Array> {
  const file = await readBoundedFile(path, OSV_RECORD_BYTES);
  if (file.ok) return file.bytes;
  throw new Unreadable(file.message.replace(path, shown));
}
