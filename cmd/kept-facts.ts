import { createHash } from 'node:crypto';
import { dirname, join, posix } from 'node:path';
import { CLAIMS_BYTES, CONTENTS_BYTES } from '../src/limits.ts';
import { readBoundedFile } from '../src/registry/bounded-file.ts';
import type { Layout } from '../src/registry/layout.ts';
import { layoutState } from '../src/registry/layout-state.ts';
import type { Mirror } from '../src/registry/mirrors.ts';
import { placeFile } from '../src/registry/placed-file.ts';
import { type Seal, sealed, sealKey, unsealed } from '../src/registry/seal.ts';
import { formatFacts, parseFacts } from '../src/sweep/facts-schema.ts';
import type { KeptFacts, KeptImages } from '../src/sweep/kept-facts.ts';
import { cacheDirectory } from '../src/trust-roots/copy-store.ts';
import { trustDigest } from '../src/verify/trust-digest.ts';
import { type Io, usageError } from './command.ts';
import { VERSION } from './version.ts';

/** Raised whenever the facts mean something else, or are found in another way: a program that runs from its sources tells it by nothing else. */
const FORMAT = 7;
const NONE: KeptImages = new Map();

interface KeepOptions {
  /** As `--cache-dir` has it. */
  readonly cacheDir: string | undefined;
  readonly mirrors: readonly Mirror[];
  readonly readOnly: boolean;
  /** With what SBOMs list: it is much, and in a file of its own, so that other queries need not read it. */
  readonly contents: boolean;
  /** The program that asks, by the URL of a file of it: in a build its name has the hash of all that it imports (scripts/build.ts). */
  readonly program: string;
  readonly env: Io['env'];
}

/**
 * Keeps what was found out of saved evidence in a file beside it. Whoever hands over evidence may write such a file as well, so that it
 * counts only with a seal by the user's own key, which lies in his cache directory and never beside evidence. The seal is over
 *
 * - the digest of the saved answers, which name every manifest and blob by digest: other evidence, other facts;
 * - the state of the blobs on disk (layout-state.ts), so that one which was changed since is read, and noticed;
 * - all trust material, so that nothing counts under a root or key that it was not verified with;
 * - where evidence was looked for, this program's version and build, Node's version, and the facts themselves.
 *
 * No clock is among it: verification takes none. What does not fit is as good as nothing there, and is found out anew. Whoever has the
 * key is the user. Who has written to the directory and has set back the file system's own record of it gets the facts of the bytes that
 * were there before, which are true of the digests that they are about.
 */
export function keptFactsOf(
  saved: Layout['saved'],
  { cacheDir, mirrors, readOnly, contents, program, env }: KeepOptions,
): KeptFacts | null {
  const trustRoots = cacheDirectory(env);
  if (saved === null || cacheDir === 'none' || trustRoots === null) return null;
  const key = sealKey(join(dirname(trustRoots), 'claims.key'));
  if (key === null) return null;
  const { directory, document } = saved;
  // Users who share evidence do not take each other's files away.
  const user = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const path = join(directory, `${contents ? 'contents' : 'claims'}-${user}.json`);
  const limit = contents ? CONTENTS_BYTES : CLAIMS_BYTES;
  let seal: Seal | null = null;
  let state: string | null = null;
  return {
    ofPods: !readOnly,
    async read(trust, { collectors, platform }) {
      state = layoutState(directory);
      if (state === null) {
        readAnswers(saved);
        return NONE;
      }
      const places = collectors.map(({ name, signatureRepository = null }) => [name, signatureRepository]);
      const runs = [FORMAT, VERSION, posix.basename(program), process.version];
      const bound = [...runs, document, state, trustDigest(trust)];
      seal = { key, bound: JSON.stringify([...bound, places, platform, mirrors, contents]) };
      const file = await readBoundedFile(path, limit);
      const payload = file.ok ? unsealed(seal, file.bytes) : null;
      const facts = payload && parseFacts(payload);
      // Whoever sealed facts of these answers has read them.
      if (facts === null) readAnswers(saved);
      return facts ?? NONE;
    },
    write(images) {
      // What was read while somebody wrote may be of neither state.
      if (!readOnly && seal && state === layoutState(directory))
        place(path, sealed(seal, formatFacts(images)));
      return Promise.resolve();
    },
  };
}

/** Reads the answers of saved evidence, where there are any. Throws `UsageError` where they cannot be read. */
export function readAnswers(saved: Layout['saved']): void {
  const read = saved?.read();
  if (read?.ok === false) throw usageError('--evidence', read.fault);
}

/** Nowhere, where nothing can be written. */
function place(path: string, bytes: Uint8Array): void {
  try {
    placeFile(path, bytes);
  } catch {
    // It is found out anew.
  }
}
