import { dirname, join, resolve } from 'node:path';
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
  if (named === 'none') return uncached;
  const tell = (why: string) => {
    if (verbosity >= CACHE_SHOWN)
      io.stderr(`nothing is kept between runs: ${terminalText(why)}; name a directory with --cache-dir\n`);
  };
  const trustRoots = cacheDirectory(io.env);
  const base = named === undefined ? trustRoots && dirname(trustRoots) : resolve(io.cwd, named);
  if (base === null) {
    tell('neither $XDG_CACHE_HOME nor $HOME names a directory');
    return uncached;
  }
  const { openBlobCache } = await import('../src/registry/cache-store.ts');
  const { cachedRegistry } = await import('../src/registry/cached-registry.ts');
  const directory = join(base, 'registries');
  const onRefused = (why: string) => tell(`${directory} cannot be written (${why})`);
  const cache = openBlobCache(directory, { clock: io.clock, capacity: CACHE_BYTES, onRefused });
  return (registry) => cachedRegistry(registry, cache);
}
