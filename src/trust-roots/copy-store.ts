import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { TRUST_ROOT_COPY_BYTES } from '../limits.ts';
import { type Copy, type KeptRoot, repositoryId } from './kept-root.ts';

const time = z.iso.datetime().transform((text) => new Date(text));

/** A name that encodeURIComponent may have given, so that no file is written outside its directory. */
const metadataName = z.string().regex(/^[\w%~!*'()-][\w.%~!*'()-]*\.json$/);

/** What is kept of one TUF repository. It is one file, so that no reader ever sees the half of an update. */
const keptSchema = z.object({
  format: z.literal(1),
  /** For who looks at the file. */
  mirror: z.string(),
  /** The metadata that was verified, by file name: what rollbacks are noticed by. */
  metadata: z.record(metadataName, z.string()),
  /** The version of timestamp.json that was verified last; 0 before the first. */
  version: z.int().min(0),
  trustedRoot: z.object({ text: z.string(), sha256: z.string(), updatedAt: time }).nullable(),
  /** The last attempt, if it failed. */
  failure: z.object({ at: time, message: z.string() }).nullable(),
});

export type Kept = Readonly<z.infer<typeof keptSchema>>;

/** Where what TUF repositories said is kept between runs. */
export interface CopyStore {
  readonly directory: string;
  read(root: KeptRoot): Kept | null;
  /**
   * Keeps what a repository said to who knew `before`. False where it cannot be kept; the next run then asks again.
   */
  write(root: KeptRoot, before: Kept, kept: Kept): boolean;
}

export function nothingKept({ mirror }: KeptRoot): Kept {
  return { format: 1, mirror, metadata: {}, version: 0, trustedRoot: null, failure: null };
}

/** What is kept, as it stands in a file; null where it is something else. */
export function readKept(content: unknown): Kept | null {
  const parsed = keptSchema.safeParse(content);
  return parsed.success ? parsed.data : null;
}

/** The copy of the trusted root within what is kept, if it is whole. */
export function copyIn(kept: Kept | null): Copy | null {
  if (!kept?.trustedRoot) return null;
  const { text, sha256, updatedAt } = kept.trustedRoot;
  const bytes = Buffer.from(text);
  const whole = createHash('sha256').update(bytes).digest('hex') === sha256;
  return whole ? { bytes, updatedAt, from: 'tuf' } : null;
}

/**
 * The user's cache directory (XDG Base Directory Specification: a path that is not absolute is to be ignored), or null where
 * the environment names none.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv): string | null {
  const { XDG_CACHE_HOME: xdg, HOME, USERPROFILE } = env;
  const home = HOME || USERPROFILE;
  const cache = xdg && isAbsolute(xdg) ? xdg : home && isAbsolute(home) ? join(home, '.cache') : null;
  return cache && join(cache, 'kubectl-supplychain', 'trust-roots');
}

/** Keeps one file for each repository in `directory`. A file that cannot be read or is damaged is as good as none. */
export function createCopyStore(directory: string): CopyStore {
  const pathOf = (root: KeptRoot) => join(directory, `${repositoryId(root)}.json`);
  const read = (root: KeptRoot): Kept | null => {
    try {
      if (statSync(pathOf(root)).size > TRUST_ROOT_COPY_BYTES) return null;
      return readKept(JSON.parse(readFileSync(pathOf(root), 'utf8')));
    } catch {
      return null;
    }
  };
  return {
    directory,
    read,
    write(root, before, kept) {
      // Another run may have written a newer state since this one began.
      const there = read(root)?.version ?? 0;
      if (there !== before.version && there > kept.version) return true;
      const temporary = `${pathOf(root)}.${randomUUID()}`;
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        writeFileSync(temporary, JSON.stringify(kept), { mode: 0o600, flush: true });
        renameSync(temporary, pathOf(root));
        return true;
      } catch {
        rmSync(temporary, { force: true });
        return false;
      }
    },
  };
}
