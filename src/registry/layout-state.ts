import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A hash over what the file system says of every blob of a layout: name, size, times and inode. It is the same only where no blob was
 * changed, replaced, added or removed; null where that cannot be told. Reading the bytes themselves takes ten times as long. A blob that
 * is written to keeps its name, and may be given its old time of modification, but not its old time of status change
 * (POSIX.1-2024, "utimensat": it marks the last file status change for update).
 */
export function layoutState(directory: string): string | null {
  const blobs = join(directory, 'blobs');
  try {
    const lines = readdirSync(blobs)
      .sort()
      .flatMap((algorithm) => {
        const folder = join(blobs, algorithm);
        return readdirSync(folder)
          .sort()
          .map((name) => {
            const { size, mtimeMs, ctimeMs, ino, dev } = statSync(`${folder}/${name}`);
            return `${algorithm}/${name} ${size} ${mtimeMs} ${ctimeMs} ${ino} ${dev}`;
          });
      });
    // No name of a file has a NUL.
    return createHash('sha256').update(lines.join('\0')).digest('hex');
  } catch {
    return null;
  }
}
