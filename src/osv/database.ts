import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  OSV_ARCHIVE_BYTES,
  OSV_DATABASE_FILES,
  OSV_RECORD_BYTES,
  OSV_RECORDS,
  OSV_UNPACKED_BYTES,
} from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBoundedFile } from '../registry/bounded-file.ts';
import { namesOf, type OsvRecord, readOsvRecord } from './record.ts';
import { readZip, ZipError } from './zip.ts';

/** A file of a database of advisories: its name, and its bytes when they are asked for. */
interface DatabaseFile {
  readonly name: string;
  readonly bytes: () => Promise<Uint8Array> | Uint8Array;
}

/**
 * The records about a vulnerability out of a file of OSV's format, a directory of them, or an `all.zip` of them: those of this id, and
 * all that call it or one of its other names theirs (`aliases`, `upstream`). Every file is read, as any may be about it; one that names
 * the vulnerability and cannot be read is a fault, as the answer would lack it.
 */
export async function findInDatabase(
  path: string,
  shown: string,
  id: string,
): Promise<Outcome<readonly OsvRecord[]>> {
  const names = new Set([id]);
  try {
    for (;;) {
      const known = names.size;
      const records = await recordsNaming(path, shown, names);
      if (!records.ok) return records;
      for (const { id: own, aliases } of records.value)
        if ([own, ...aliases].some((name) => names.has(name)))
          for (const name of [own, ...aliases]) names.add(name);
      // Another name leads to records that say nothing of the first one. Who names it `upstream` alone may be about more than it.
      if (names.size === known) return records;
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

async function recordsNaming(
  path: string,
  shown: string,
  names: ReadonlySet<string>,
): Promise<Outcome<readonly OsvRecord[]>> {
  const needles = [...names].map((name) => Buffer.from(JSON.stringify(name)));
  const found: OsvRecord[] = [];
  for await (const file of filesOf(path, shown)) {
    const bytes = await file.bytes();
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

/** A file is a record, or by its name a ZIP file; of a directory everything counts that is JSON by its name. */
async function* filesOf(path: string, shown: string): AsyncGenerator<DatabaseFile> {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw new Unreadable(`${shown} is missing`);
  if (status.isDirectory()) {
    yield* jsonBelow(path, shown);
    return;
  }
  if (/\.zip$/i.test(path)) {
    const limits = {
      archiveBytes: OSV_ARCHIVE_BYTES,
      entries: OSV_DATABASE_FILES,
      entryBytes: OSV_RECORD_BYTES,
      unpackedBytes: OSV_UNPACKED_BYTES,
    };
    for (const { name, bytes } of readZip(path, limits))
      if (name.endsWith('.json')) yield { name: `${shown}: ${name}`, bytes };
    return;
  }
  yield { name: shown, bytes: () => bytesOf(path, shown) };
}

async function* jsonBelow(path: string, shown: string): AsyncGenerator<DatabaseFile> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  if (names.length === 0) throw new Unreadable(`${shown} holds no .json file`);
  if (names.length > OSV_DATABASE_FILES)
    throw new Unreadable(`${shown} holds more than ${OSV_DATABASE_FILES} files (OSV_DATABASE_FILES)`);
  for (const name of names.toSorted())
    yield { name: join(shown, name), bytes: () => bytesOf(join(path, name), join(shown, name)) };
}

async function bytesOf(path: string, shown: string): Promise<Uint8Array> {
  const file = await readBoundedFile(path, OSV_RECORD_BYTES);
  if (file.ok) return file.bytes;
  throw new Unreadable(file.message.replace(path, shown));
}
