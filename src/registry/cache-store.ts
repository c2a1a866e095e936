import { randomUUID } from 'node:crypto';
import { mkdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import pLimit from 'p-limit';

import { blobPath } from './blob-file.ts';
import { readBoundedFile } from './bounded-file.ts';
import { INGEST, sweepCache } from './cache-sweep.ts';
import { digestOf, verifyDigest } from './digest.ts';
import { errorCode } from './layout-files.ts';
import { OCI_INDEX } from './manifest.ts';
import { DIRECTORY_MODE, placeFile } from './placed-file.ts';

/** Files that are written at a time, beside the work on the images. */
const WRITERS = 4;
const MARKER = Buffer.from('{"imageLayoutVersion":"1.0.0"}\n');

/** Manifests and blobs that outlast a run, by repository and digest. */
export interface BlobCache {
  /** The bytes of this digest that were read from this repository before, hashed; `null` if they are not here whole. */
  read(repository: string, digest: string, limit: number): Promise<Uint8Array | null>;
  /** Keeps bytes that have this digest. It never fails: what cannot be kept is fetched again. */
  keep(repository: string, digest: string, bytes: Uint8Array): void;
  /** Ends when everything is written, and the cache is no larger than it may be. */
  close(): Promise<void>;
}

export interface CacheOptions {
  readonly clock: () => Date;
  /** The bytes that may lie on disk when a run has ended. */
  readonly capacity: number;
  /** Told once if nothing can be kept, and why. */
  readonly onRefused?: ((why: string) => void) | undefined;
}

/**
 * A directory with an OCI image layout (image-spec, image-layout.md) for each repository, named by the sha256 of the repository's name:
 * what was read from one is never found for another. A file is written aside and then renamed; there is no lock. Nothing is synced: what a power failure damages is seen by
 * its digest and fetched again.
 */
export function openBlobCache(directory: string, { clock, capacity, onRefused }: CacheOptions): BlobCache {
  const limit = pLimit(WRITERS);
  const layouts = new Map<string, Promise<void>>();
  const folders = new Map<string, Promise<unknown>>();
  const underWay = new Set<Promise<void>>();
  let wrote = false;
  let refused = false;

  const track = (work: Promise<void>): void => {
    const tracked = work
      .catch((error: unknown) => {
        const code = errorCode(error);
        if (code === null) throw error;
        // Another run may have swept away the directory since it was made.
        if (code === 'ENOENT' || refused) return;
        refused = true;
        onRefused?.(code);
      })
      .finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  };
  const place = (path: string, bytes: Uint8Array): void =>
    // The time of a file is that of its last use.
    placeFile(path, bytes, { temporary: join(directory, INGEST, randomUUID()), time: clock() });
  const makeLayout = async (layout: string, repository: string): Promise<void> => {
    await mkdir(join(directory, INGEST), { recursive: true, mode: DIRECTORY_MODE });
    await mkdir(layout, { recursive: true, mode: DIRECTORY_MODE });
    place(join(layout, 'oci-layout'), MARKER);
    place(join(layout, 'index.json'), indexOf(repository));
  };
  const write = async (repository: string, digest: string, bytes: Uint8Array): Promise<void> => {
    const layout = layoutOf(directory, repository);
    const path = blobPath(layout, digest);
    if (path === null || refused) return;
    const made = layouts.get(repository) ?? makeLayout(layout, repository);
    layouts.set(repository, made);
    await made;
    const folder = dirname(path);
    const there = folders.get(folder) ?? mkdir(folder, { recursive: true, mode: DIRECTORY_MODE });
    folders.set(folder, there);
    await there;
    place(path, bytes);
    wrote = true;
  };

  return {
    async read(repository, digest, most) {
      const path = blobPath(layoutOf(directory, repository), digest);
      if (path === null) return null;
      const read = await readBoundedFile(path, most);
      if (!read.ok && read.problem === 'missing') return null;
      const whole = read.ok && verifyDigest(read.bytes, digest, path).ok;
      if (whole) {
        track(utimes(path, clock(), clock()));
        return read.bytes;
      }
      // Waited for, or it could take away the good bytes that are soon written there.
      const removal = rm(path, { recursive: true, force: true });
      track(removal);
      await Promise.allSettled([removal]);
      return null;
    },
    keep(repository, digest, bytes) {
      if (!refused) track(limit(() => write(repository, digest, bytes)));
    },
    async close() {
      while (underWay.size > 0) await Promise.all(underWay);
      if (wrote) await sweepCache(directory, capacity, clock());
    },
  };
}

function layoutOf(directory: string, repository: string): string {
  return join(directory, digestOf(Buffer.from(repository)).replace(/^sha256:/, ''));
}

/** Tells who looks at the directory whose it is. Nothing is listed: what may be read of it is for the registry to say. */
function indexOf(repository: string): Uint8Array {
  const annotations = { 'io.kubectl-supplychain.repository': repository };
  return Buffer.from(
    `${JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], annotations })}\n`,
  );
}
