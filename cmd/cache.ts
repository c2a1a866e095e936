import { dirname, join, resolve } from 'node:path';
import type { RevocationClient } from '../src/evidence/revocation-client.ts';
import { CACHE_BYTES } from '../src/limits.ts';
import type { Registry } from '../src/registry/registry.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { cacheDirectory } from '../src/trust-roots/copy-store.ts';
import type { Io } from './command.ts';

/** From here on it is told that nothing is kept between runs, and why. */
const CACHE_SHOWN = 1;

/** Makes registries keep what cannot change in the user's cache directory, or where `--cache-dir` says. */
export async function openCaching(
  named: string | undefined,
  verbosity: number,
  io: Io,
): Promise<(registry: Registry) => Registry> {
  const uncached = (registry: Registry): Registry => registry;
  const directory = directoryOf('registries', named, io);
  if (directory === null) {
    if (named !== 'none') tell(verbosity, 'neither $XDG_CACHE_HOME nor $HOME names a directory', io);
    return uncached;
  }
  const { openBlobCache } = await import('../src/registry/cache-store.ts');
  const { cachedRegistry } = await import('../src/registry/cached-registry.ts');
  const onRefused = (why: string) => tell(verbosity, `${directory} cannot be written (${why})`, io);
  const cache = openBlobCache(directory, { clock: io.clock, capacity: CACHE_BYTES, onRefused });
  return (registry) => cachedRegistry(registry, cache);
}

/** Makes a client keep revocation lists there until others are due. Where nothing can be kept, the registries' cache has said why. */
export async function keepingLists(
  client: RevocationClient,
  named: string | undefined,
  verbosity: number,
  io: Io,
): Promise<RevocationClient> {
  const directory = directoryOf('revocation', named, io);
  if (directory === null) return client;
  const { keptLists } = await import('../src/evidence/list-cache.ts');
  const onRefused = (why: string) => tell(verbosity, `${directory} cannot be written (${why})`, io);
  return keptLists(client, directory, { clock: io.clock, onRefused });
}

/** What is kept lies beside the copies of trust roots. */
function directoryOf(kind: 'registries' | 'revocation', named: string | undefined, io: Io): string | null {
  if (named === 'none') return null;
  const trustRoots = cacheDirectory(io.env);
  const base = named === undefined ? trustRoots && dirname(trustRoots) : resolve(io.cwd, named);
  return base && join(base, kind);
}

function tell(verbosity: number, why: string, io: Io): void {
  if (verbosity >= CACHE_SHOWN)
    io.stderr(`nothing is kept between runs: ${terminalText(why)}; name a directory with --cache-dir\n`);
}
