import { lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where files of a layout lie until they are complete. */
const UNFINISHED = '.saving-';

/** What was refused while a layout was written: the path, and why. */
export class WriteRefused extends Error {}

/** Files that appear in a layout whole or not at all. */
export interface LayoutFiles {
  /** Puts a file in its place, over the one that is there. */
  place(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes what was placed in this directory outlast a power failure. */
  settle(path: string): Promise<void>;
  /** Clears away what is unfinished. */
  close(): Promise<void>;
}

/** Whether an entry of a layout is what a save left behind that was broken off. */
export function isUnfinished(name: string): boolean {
  return name.startsWith(UNFINISHED);
}

/** Begins to write into a directory, which is made if it is not there, and clears away what earlier saves left unfinished. */
export async function openLayoutFiles(directory: string): Promise<LayoutFiles> {
  await mkdir(directory, { recursive: true });
  const leftovers = (await readdir(directory)).filter(isUnfinished);
  await Promise.all(leftovers.map((name) => rm(join(directory, name), { recursive: true, force: true })));
  const unfinished = await mkdtemp(join(directory, UNFINISHED));
  return {
    async place(path, bytes) {
      const temporary = join(unfinished, basename(path));
      await writeDurably(temporary, bytes);
      await rename(temporary, path);
    },
    settle: syncDirectory,
    async close() {
      try {
        await rm(unfinished, { recursive: true, force: true });
      } catch {
        // The next save clears it away.
      }
    },
  };
}

/** Makes a directory below a layout. A link there could lead what is written out of the layout. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (!(await lstat(path)).isDirectory()) throw new WriteRefused(`${path} is no directory`);
  }
}

/** `ENOSPC`, `EACCES` and their like; `null` if the error is not the file system's. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  let directory;
  try {
    directory = await open(path, 'r');
    await directory.sync();
  } catch (error) {
    // Windows cannot open directories, and some network file systems cannot sync them.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await directory?.close();
  }
}
