import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { type Extract, extract } from 'tar-stream';

import { EVIDENCE_ARCHIVE_BYTES, EVIDENCE_ARCHIVE_FILES, EVIDENCE_DOCUMENT_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { errorCode } from './layout-files.ts';
import { printable } from './printable.ts';

/**
 * The files of an OCI image layout, as they stand in an archive of it or of the folder that it is in. What is written is the second
 * group alone, so that no name leads out of the directory.
 */
const FILE =
  /^(?:\.\/)?(?:(?!\.{1,2}\/)([^/]+)\/)?(oci-layout|index\.json|blobs\/(?:sha256|sha384|sha512)\/[0-9a-f]{64,128})$/;
/** What was found out of the evidence, beside it; it counts for nothing elsewhere. */
const KEPT = /^(?:\.\/)?(?:(?!\.{1,2}\/)[^/]+\/)?(?:claims|contents)-[0-9a-f]{16}\.json(?:\.[0-9a-f-]{36})?$/;
const GZIP = Buffer.from([0x1f, 0x8b]);
const REMEDY = 'name an archive that `evidence save` wrote, or the directory';

/** What of an archive is refused, and why. */
class ArchiveRefused extends Error {}

/** Unpacks an archive of evidence, be it compressed by gzip or not, into an empty directory: regular files of a layout, and nothing else. */
export async function unpackArchive(archive: string, directory: string): Promise<Outcome<null>> {
  try {
    const entries = extract();
    const compressed = await isCompressed(archive);
    const feeding = (chunks: AsyncIterable<unknown>) => feed(chunks, entries);
    const read = compressed
      ? pipeline(createReadStream(archive), createGunzip(), feeding)
      : pipeline(createReadStream(archive), feeding);
    // Whoever takes the entries hears of it.
    const fed = read.catch((error: unknown) => entries.destroy(error instanceof Error ? error : null));
    await unpackAll(entries, directory);
    await fed;
    return ok(null);
  } catch (error) {
    return refused(archive, error);
  }
}

/** Passes on what is read as fast as it is taken, and no further than somebody takes it. */
async function feed(chunks: AsyncIterable<unknown>, entries: Extract): Promise<void> {
  const closed = new Promise<void>((resolve) => entries.once('close', () => resolve()));
  for await (const chunk of chunks) {
    if (entries.destroyed) return;
    if (entries.write(chunk)) continue;
    const drained = new Promise<void>((resolve) => entries.once('drain', () => resolve()));
    await Promise.race([drained, closed]);
  }
  entries.end(null);
}

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

async function unpackAll(entries: Extract, directory: string): Promise<void> {
  let files = 0;
  let left = EVIDENCE_ARCHIVE_BYTES;
  let folder: string | undefined;
  for await (const entry of entries) {
    const { name, type, size } = entry.header;
    const shown = JSON.stringify(printable(name));
    if (type === 'directory') {
      entry.resume();
      continue;
    }
    const [, above = '', path] = FILE.exec(name) ?? [];
    if (type !== 'file')
      throw new ArchiveRefused(`${shown} is a ${printable(type ?? 'thing of unknown kind')}`);
    const kept = KEPT.test(name);
    if (path === undefined && !kept) throw new ArchiveRefused(`${shown} is no file of an OCI image layout`);
    if (!kept && above !== (folder ??= above))
      throw new ArchiveRefused(`${shown} is in another folder than the files before it`);
    files += 1;
    left -= size;
    if (files > EVIDENCE_ARCHIVE_FILES)
      throw new ArchiveRefused(
        `it has more than ${String(EVIDENCE_ARCHIVE_FILES)} files (EVIDENCE_ARCHIVE_FILES)`,
      );
    if (left < 0)
      throw new ArchiveRefused(
        `it has more than ${String(EVIDENCE_ARCHIVE_BYTES)} bytes (EVIDENCE_ARCHIVE_BYTES)`,
      );
    if (size > EVIDENCE_DOCUMENT_BYTES)
      throw new ArchiveRefused(`${shown} has more than ${String(EVIDENCE_DOCUMENT_BYTES)} bytes`);
    if (path === undefined) entry.resume();
    else await writeEntry(entry, join(directory, path), shown);
  }
}

async function writeEntry(entry: Entry, path: string, shown: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  let file;
  try {
    file = await open(path, 'wx');
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw new ArchiveRefused(`${shown} is in it twice`);
    throw error;
  }
  try {
    for await (const chunk of entry) if (chunk instanceof Uint8Array) await file.write(chunk);
  } finally {
    await file.close();
  }
}

async function isCompressed(archive: string): Promise<boolean> {
  const file = await open(archive);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    return bytesRead === GZIP.length && buffer.equals(GZIP);
  } finally {
    await file.close();
  }
}

function refused(archive: string, error: unknown): Outcome<never> {
  if (!(error instanceof Error)) throw error;
  const code = errorCode(error);
  const why = error instanceof ArchiveRefused || code === null ? printable(error.message) : code;
  return failed('InputInvalid', `${archive} is no archive of evidence: ${why}`, REMEDY);
}
