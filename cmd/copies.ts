import { cacheDirectory, type CopyStore, createCopyStore } from '../src/trust-roots/copy-store.ts';
import { createKeptRoots, type KeptRoots } from '../src/trust-roots/kept-roots.ts';
import type { Io } from './command.ts';

/** Where the user's copies of trust roots are kept; null where the environment names no directory for that. */
export function copyStoreOf({ env }: Io): CopyStore | null {
  const directory = cacheDirectory(env);
  return directory === null ? null : createCopyStore(directory);
}

/** The trust roots that TUF keeps, as this user has them. */
export function keptRootsOf(io: Io, inPlaceOfSigstore: Uint8Array | null = null): KeptRoots {
  return createKeptRoots(copyStoreOf(io), inPlaceOfSigstore);
}
