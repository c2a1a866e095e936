import type { RevocationClient } from '../src/evidence/revocation-client.ts';
import type { SavedRevocation } from '../src/registry/saved-revocation.ts';
import type { TrustMaterial } from '../src/verify/verifier.ts';
import { keepingLists } from './cache.ts';
import type { Io } from './command.ts';
import type { JudgingFlags } from './flags.ts';
import { wireOptions } from './wire-options.ts';

interface Asking {
  /** What came with saved evidence. */
  readonly saved: SavedRevocation | undefined;
  /** Whether what is answered is to be saved: then it is asked for anew, so that it holds for as long as it can. */
  readonly saving: boolean;
  readonly concurrency: number;
  readonly verbosity: number;
}

/**
 * Whom revocation is asked of: what was saved with evidence, and nobody where no network is to be touched or nothing trusts
 * certificates that can be revoked.
 */
export async function openRevocation(
  flags: JudgingFlags,
  { trust }: { readonly trust: TrustMaterial },
  { saved, saving, concurrency, verbosity }: Asking,
  io: Io,
  signal?: AbortSignal,
): Promise<RevocationClient | null> {
  if (!trust.notation?.length) return null;
  if (saved) return (await import('../src/evidence/recorded-revocation.ts')).recordedRevocation(saved);
  if (flags.offline || flags.evidence !== undefined) return null;
  const { createRevocationClient } = await import('../src/evidence/revocation-client.ts');
  const client = createRevocationClient(await wireOptions(flags, concurrency, verbosity, io, signal));
  return saving ? client : keepingLists(client, flags['cache-dir'], verbosity, io);
}
