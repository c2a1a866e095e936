import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { CRL_BYTES, KEPT_LIST_BYTES, KEPT_LIST_MS, KEPT_LISTS } from '../limits.ts';
import { ok } from '../reasons.ts';
import { readBoundedFile } from '../registry/bounded-file.ts';
import { sweepFolder } from '../registry/cache-sweep.ts';
import { errorCode } from '../registry/layout-files.ts';
import { DIRECTORY_MODE, placeFile } from '../registry/placed-file.ts';
import type { RevocationClient } from './revocation-client.ts';
import type { Keeping } from './revocation-question.ts';

interface ListCacheOptions {
  /** The real time, whatever time is judged at. */
  readonly clock: () => Date;
  /** Told once if nothing can be kept, and why. */
  readonly onRefused: (why: string) => void;
}

/**
 * A client that fetches a revocation list once until its nextUpdate, as RFC 5280 section 5.1.2.5 has it, and once a day at most; `directory`
 * has a file for each. What lies there is held against issuer, scope and time as if it had been fetched, and is fetched where it does not
 * hold: who writes there can say no more than who answers over HTTP. Responders are always asked.
 */
export function keptLists(
  client: RevocationClient,
  directory: string,
  { clock, onRefused }: ListCacheOptions,
): RevocationClient {
  let wrote = false;
  let refused = false;
  const keep = (path: string, bytes: Uint8Array): void => {
    if (refused) return;
    try {
      mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
      placeFile(path, bytes, { time: clock() });
      wrote = true;
    } catch (error) {
      const code = errorCode(error);
      if (code === null) throw error;
      refused = true;
      onRefused(code);
    }
  };
  return {
    ...client,
    async fetch(question, repository) {
      const keeping = question.kind === 'crl' ? question.keeping : null;
      if (!keeping) return client.fetch(question, repository);
      const path = join(directory, nameOf(question.url, keeping));
      const kept = await readFresh(path, clock());
      if (kept && keeping.holds(kept, clock())) return ok(kept);
      const fetched = await client.fetch(question, repository);
      if (fetched.ok && keeping.holds(fetched.value, clock())) keep(path, fetched.value);
      return fetched;
    },
    async close() {
      await client.close();
      const most = { capacity: KEPT_LIST_BYTES, count: KEPT_LISTS };
      if (wrote) await sweepFolder(directory, (name) => NAME.test(name), most, clock());
    },
  };
}

const NAME = /^[0-9a-f]{64}$/;

function nameOf(url: string, { issuer }: Keeping): string {
  return createHash('sha256')
    .update(JSON.stringify([url, issuer]))
    .digest('hex');
}

/** The bytes of a file of the last day. The time of a file is when it was fetched: reading it changes nothing. */
async function readFresh(path: string, now: Date): Promise<Buffer | null> {
  const age = await lstat(path).then(
    ({ mtimeMs }) => now.getTime() - mtimeMs,
    () => Infinity,
  );
  if (age < 0 || age > KEPT_LIST_MS) return null;
  const read = await readBoundedFile(path, CRL_BYTES);
  if (!read.ok) return null;
  const { buffer, byteOffset, byteLength } = read.bytes;
  return Buffer.from(buffer, byteOffset, byteLength);
}
