import { randomUUID } from 'node:crypto';
import { closeSync, futimesSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** The user's own: what was read with his credentials is nobody else's to see. */
export const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

interface Placing {
  /** Where it lies until it is whole, in the same file system. */
  readonly temporary?: string | undefined;
  /** When the file is said to have been written, where that is not now. */
  readonly time?: Date | undefined;
}

/**
 * Puts a file of the user's own in its place: it is there whole or not at all, whoever else writes and whenever a run is killed. It is
 * written at once, as for small files the way over the pool of threads costs as much again. Throws what the file system says.
 */
export function placeFile(path: string, bytes: Uint8Array, { temporary, time }: Placing = {}): void {
  const aside = temporary ?? `${path}.${randomUUID()}`;
  try {
    const file = openSync(aside, 'wx', FILE_MODE);
    try {
      writeFileSync(file, bytes);
      if (time) futimesSync(file, time, time);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}
