import { createWriteStream } from 'node:fs';
import { access, constants, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { pack, type Pack } from 'tar-stream';

import { failed, ok, type Outcome } from '../reasons.ts';
import { errorCode, isUnfinished } from './layout-files.ts';
import { unpackArchive } from './evidence-unpack.ts';

/** Whether evidence is to be saved in one file under this name, rather than in a directory. */
function isArchiveName(path: string): boolean {
  return /\.(?:tar|tar\.gz|tgz)$/i.test(path);
}

/** What an archive was when it was opened: `null` if there was none. */
type Version = string | null;

/** A directory of its own that holds what is in an archive, as long as somebody works on it. */
export interface Unpacked {
  readonly archive: string;
  readonly directory: string;
  /** Puts what the directory holds in the place of the archive, in one step. Refused if another run has written it since. */
  pack(at: Date): Promise<Outcome<null>>;
  close(): Promise<void>;
}

/**
 * Works on the directory that evidence is saved in, which stands for an archive where the name says so: the archive is then replaced
 * by what the work leaves.
 */
export async function saveAt<T extends { readonly savedAt: Date }>(
  path: string,
  work: (directory: string) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  if (!isArchiveName(path)) return work(path);
  return withArchive(path, 'empty', async (unpacked) => {
    const done = await work(unpacked.directory);
    if (!done.ok) return done;
    const packed = await unpacked.pack(done.value.savedAt);
    return packed.ok ? done : packed;
  });
}

/** Whether evidence can be saved there, to be known before there is any. */
export async function checkSaveAt(
  path: string,
  check: (directory: string) => Promise<Outcome<null>>,
): Promise<Outcome<null>> {
  if (!isArchiveName(path)) return check(path);
  try {
    await access(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    return notSaved(path, error);
  }
  return withArchive(path, 'empty', ({ directory }) => check(directory));
}

/** Works on a directory of evidence, or on what is in an archive of it. */
export async function readAt<T>(
  path: string,
  work: (directory: string) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  return (await isFile(path)) ? withArchive(path, 'refused', ({ directory }) => work(directory)) : work(path);
}

/** Whether evidence that is there lies in one file, whatever its name is. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function withArchive<T>(
  archive: string,
  missing: 'refused' | 'empty',
  work: (unpacked: Unpacked) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const unpacked = await openArchive(archive, missing);
  if (!unpacked.ok) return unpacked;
  try {
    return nameArchive(await work(unpacked.value), unpacked.value);
  } finally {
    await unpacked.value.close();
  }
}

/** Says the archive's name where a message names the directory that it was unpacked into. */
export function nameArchive<T>(outcome: Outcome<T>, { directory, archive }: Unpacked): Outcome<T> {
  if (outcome.ok) return outcome;
  const message = outcome.fault.message.replaceAll(directory, archive);
  return { ok: false, fault: { ...outcome.fault, message } };
}

/** Unpacks an archive of evidence; `missing` says whether one that is not there yet is as good as an empty one. */
export async function openArchive(archive: string, missing: 'refused' | 'empty'): Promise<Outcome<Unpacked>> {
  const directory = await mkdtemp(join(tmpdir(), 'supplychain-evidence-'));
  const version = await versionOf(archive);
  const close = () => rm(directory, { recursive: true, force: true });
  const unpacked =
    version === null && missing === 'empty' ? ok(null) : await unpackArchive(archive, directory);
  if (!unpacked.ok) {
    await close();
    return unpacked;
  }
  return ok({
    archive,
    directory,
    close,
    async pack(at) {
      try {
        await writeArchive(archive, directory, version, at);
        return ok(null);
      } catch (error) {
        return notSaved(archive, error);
      }
    },
  });
}

class ChangedMeanwhile extends Error {}

function notSaved(archive: string, error: unknown): Outcome<never> {
  const why = error instanceof ChangedMeanwhile ? error.message : errorCode(error);
  if (why === null) throw error;
  return failed(
    'InputInvalid',
    `evidence cannot be saved in ${archive}: ${why}`,
    'name a file in a directory that can be written and has space left, and save the evidence again',
  );
}

async function writeArchive(archive: string, directory: string, version: Version, at: Date): Promise<void> {
  const unfinished = await mkdtemp(join(dirname(archive), '.saving-'));
  const temporary = join(unfinished, basename(archive));
  try {
    const packed: Pack & AsyncIterable<unknown> = pack();
    const file = createWriteStream(temporary, { flags: 'wx', flush: true });
    const plain = archive.toLowerCase().endsWith('.tar');
    const written = plain ? pipeline(packed, file) : pipeline(packed, createGzip(), file);
    written.catch(() => undefined);
    await Promise.all([packAll(packed, directory, at), written]);
    if ((await versionOf(archive)) !== version)
      throw new ChangedMeanwhile('another run has saved evidence there in the meantime');
    await rename(temporary, archive);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** The same evidence gives the same bytes: names in order, and nothing of this machine. */
async function packAll(packed: Pack, directory: string, at: Date): Promise<void> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((one) => one.isFile())
    .map((one) => relative(directory, join(one.parentPath, one.name)).split(sep).join('/'))
    .filter((path) => !isUnfinished(path))
    .toSorted();
  for (const name of paths) {
    const bytes = await readFile(join(directory, name));
    const header = { name, size: bytes.length, mode: 0o644, mtime: at, type: 'file' } as const;
    await new Promise<void>((resolve, reject) => {
      packed.entry(header, bytes, (error) => (error ? reject(error) : resolve()));
    });
  }
  packed.finalize();
}

async function versionOf(archive: string): Promise<Version> {
  try {
    const { ino, size, mtimeMs } = await stat(archive);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return null;
  }
}
