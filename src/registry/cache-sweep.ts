import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import pLimit, { type LimitFunction } from 'p-limit';

/** Where files lie until they are whole, as in containerd's content store. */
export const INGEST = 'ingest';
/** What a run that was killed left half written. A file that is being written is some milliseconds old. */
const LEFTOVER_MS = 3_600_000;
/** How `placeFile` calls a file until it is whole, by the name that it is to have. */
const HALF_WRITTEN = /^(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What a file takes on disk at least, so that many small ones are counted for what they are. */
const BLOCK_BYTES = 4096;
/** Below the capacity by this much, so that not every run has to sweep again. */
const SPARE = 0.1;
/** Files that are looked at at a time. */
const LOOKS = 16;

interface File {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

interface CachedFile extends File {
  readonly layout: string;
}

/**
 * Removes what was not used for longest from a cache that has grown beyond its capacity, and what killed runs left behind. Who is
 * reading a file that goes has it open, or finds none and asks the registry.
 */
export async function sweepCache(directory: string, capacity: number, now: Date): Promise<void> {
  const look = pLimit(LOOKS);
  const filesOf = async (layout: string): Promise<CachedFile[]> => {
    const folders = (await namesIn(join(layout, 'blobs'))).map((name) => join(layout, 'blobs', name));
    const files = await Promise.all(folders.map((folder) => filesIn(folder, look)));
    return files.flat().map((file) => ({ ...file, layout }));
  };

  const leftovers = leftoversAmong(await filesIn(join(directory, INGEST), look), now);
  const layouts = (await namesIn(directory))
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map((name) => join(directory, name));
  const files = (await Promise.all(layouts.map(filesOf))).flat();
  const oldest = longestUnused(files, capacity);
  await removeAll([...leftovers.map(({ path }) => path), ...oldest.map(({ path }) => path)]);

  const gone = new Set(oldest);
  const left = new Set(files.filter((file) => !gone.has(file)).map(({ layout }) => layout));
  await removeAll([...new Set(oldest.map(({ layout }) => layout))].filter((layout) => !left.has(layout)));
}

/**
 * The same of one folder whose files of worth have names that `isKept` knows; those that are beyond `count` go as well. What is called
 * otherwise is somebody else's, as the folder may be one that the user has named, and stays.
 */
export async function sweepFolder(
  folder: string,
  isKept: (name: string) => boolean,
  { capacity, count }: { readonly capacity: number; readonly count: number },
  now: Date,
): Promise<void> {
  const files = await filesIn(folder, pLimit(LOOKS));
  const kept = files.filter(({ path }) => isKept(basename(path)));
  const surplus = kept.toSorted((a, b) => b.usedAt - a.usedAt).slice(count);
  const leftovers = leftoversAmong(
    files.filter(({ path }) => isKept(HALF_WRITTEN.exec(basename(path))?.[1] ?? '')),
    now,
  );
  await removeAll([...leftovers, ...surplus, ...longestUnused(kept, capacity)].map(({ path }) => path));
}

async function filesIn(folder: string, look: LimitFunction): Promise<File[]> {
  const see = async (path: string): Promise<File[]> => {
    const status = await lstat(path).catch(() => null);
    if (!status?.isFile()) return [];
    const bytes = Math.ceil(status.size / BLOCK_BYTES) * BLOCK_BYTES;
    return [{ path, bytes, usedAt: status.mtimeMs }];
  };
  const names = await namesIn(folder);
  return (await Promise.all(names.map((name) => look(() => see(join(folder, name)))))).flat();
}

function leftoversAmong(files: readonly File[], now: Date): readonly File[] {
  return files.filter(({ usedAt }) => now.getTime() - usedAt > LEFTOVER_MS);
}

function longestUnused<T extends File>(files: readonly T[], capacity: number): T[] {
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= capacity) return [];
  const removed: T[] = [];
  for (const file of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= capacity * (1 - SPARE)) break;
    removed.push(file);
    bytes -= file.bytes;
  }
  return removed;
}

/** What cannot be removed stays: another run may be at the same work. */
async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
