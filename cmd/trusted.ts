import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Trusted } from '../src/audit.ts';
import { TRUST_ROOT_REFRESH_MS, TRUSTED_ROOT_BYTES } from '../src/limits.ts';
import type { Policy } from '../src/policy/policy.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import type { CopyStore } from '../src/trust-roots/copy-store.ts';
import type { KeptRoot } from '../src/trust-roots/kept-root.ts';
import { createKeptRoots, type KeptRoots } from '../src/trust-roots/kept-roots.ts';
import { isDue, newestCopy, refreshAll, type Refreshed } from '../src/trust-roots/refresh.ts';
import { DEFAULT_THRESHOLDS, parseTrustedRoot, type TrustRoot } from '../src/verify/trust-root.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { copyStoreOf, keptRootsOf } from './copies.ts';
import type { JudgingFlags } from './flags.ts';
import { notationPolicy } from './notation-config.ts';
import { findLoadedPolicy, loadAgain, type LoadedPolicy, readBounded } from './policy-files.ts';
import { VERSION } from './version.ts';

/** Whom a run trusts by the copies of trust roots that are here, and what refreshes them. */
export interface Opened extends Trusted {
  /** The trust roots that TUF keeps fresh, of those that the run rests on. */
  readonly kept: readonly KeptRoot[];
  /**
   * Asks the TUF repositories whose copies are older than a day. It never rejects, and ends within its time. With `--evidence` nobody is
   * asked, and what came with the evidence is taken for a repository of which there is nothing else.
   */
  refresh(signal?: AbortSignal, carried?: Readonly<Record<string, unknown>>): Promise<Trusted>;
}

type Flags = Pick<JudgingFlags, 'policy' | 'offline' | 'quiet'> &
  Partial<Pick<JudgingFlags, 'trusted-root' | 'evidence' | 'v' | 'notation-config'>>;

/** Reads the policy and the trust roots that it rests on. Throws `UsageError`. */
export function openTrusted(flags: Flags, io: Io): Opened {
  const given = readTrustedRoot(flags['trusted-root'], io);
  const kept = () => keptRootsOf(io, given?.bytes ?? null);
  const sigstore = () => given?.root ?? builtInRoot(io);
  const first = sigstore();
  const loaded = findPolicy(flags, first, io, kept());
  if (given && loaded?.files.some(({ file }) => file.spec.trustRoots !== undefined)) {
    throw new UsageError(
      '--trusted-root cannot be used with a policy that defines trustRoots; add the root there',
    );
  }
  const roots = loaded?.kept ?? kept().builtIn;
  // Without a policy nobody has said whom he trusts, and all that is built in may tell who has signed.
  const others = () => builtInRoots(io, ({ name }) => name !== 'sigstore');
  const trusted = (
    policy: Policy | null,
    root: TrustRoot,
    hosts: readonly string[],
    store = copyStoreOf(io),
  ): Trusted => ({
    policy,
    trust: policy?.trust ?? { roots: [root, ...others()], keys: [] },
    updatedAt: updatedAt(roots, store),
    hosts,
  });
  const carriedTo = async (carried: Readonly<Record<string, unknown>>): Promise<Trusted> => {
    if (!loaded || Object.keys(carried).length === 0) return now;
    // The reader of TUF metadata is needed only where some came.
    const { withCarried } = await import('../src/trust-roots/signed-copy.ts');
    const [here, store] = [copyStoreOf(io), withCarried(copyStoreOf(io), carried)];
    const came = roots.filter((root) => !newestCopy(root, here) && newestCopy(root, store));
    if (came.length === 0) return now;
    if (!flags.quiet) tellCarried(came, store, io);
    const keptThere = createKeptRoots(store, given?.bytes ?? null);
    return trusted(loadAgain(loaded.files, [first], io, keptThere).policy, first, [], store);
  };
  const now = trusted(loaded?.policy ?? null, first, []);
  return {
    ...now,
    kept: roots,
    async refresh(signal, carried = {}) {
      if (flags.evidence !== undefined) return carriedTo(carried);
      if (flags.offline) return now;
      const { refreshed, hosts } = await refreshDue(roots, io, signal);
      if (Number(flags.v ?? 0) > 0) tell(refreshed, io);
      if (refreshed.length === 0) return now;
      const root = sigstore();
      return trusted(loaded ? loadAgain(loaded.files, [root], io, kept()).policy : null, root, hosts);
    },
  };
}

function findPolicy(flags: Flags, root: TrustRoot, io: Io, kept: KeptRoots): LoadedPolicy | null {
  const { 'notation-config': directory, policy, quiet } = flags;
  if (directory === undefined) return findLoadedPolicy(policy, [root], quiet, io, kept);
  if (policy.length > 0)
    throw new UsageError('--notation-config stands in place of --policy; name one of them');
  return loadAgain([notationPolicy(directory, io)], [root], io, kept);
}

/** The trust root `sigstore` as this user has it. */
export function builtInRoot(io: Io): TrustRoot {
  const [root] = builtInRoots(io, ({ name }) => name === 'sigstore');
  if (!root) throw new Error('the built-in trust root sigstore cannot be read');
  return root;
}

/** What is built in, as far as it is here. */
function builtInRoots(io: Io, wanted: (root: KeptRoot) => boolean): TrustRoot[] {
  const { builtIn, read } = keptRootsOf(io);
  return builtIn.filter(wanted).flatMap((root) => {
    const outcome = read(root);
    return outcome.ok ? [outcome.value] : [];
  });
}

function readTrustedRoot(
  path: string | undefined,
  io: Io,
): { readonly root: TrustRoot; readonly bytes: Uint8Array } | null {
  if (path === undefined) return null;
  const bytes = readBounded(resolve(io.cwd, path), path, TRUSTED_ROOT_BYTES);
  const root = bytes.ok ? parseTrustedRoot('sigstore', bytes.value, DEFAULT_THRESHOLDS, path) : bytes;
  if (bytes.ok && root.ok) return { root: root.value, bytes: bytes.value };
  throw usageError('--trusted-root', root.ok ? { reason: 'InputInvalid', message: path } : root.fault);
}

/** A trust root that came with the evidence is nobody's silent choice. */
function tellCarried(came: readonly KeptRoot[], store: CopyStore, io: Io): void {
  for (const root of came) {
    const copy = newestCopy(root, store);
    const sha256 = createHash('sha256')
      .update(copy?.bytes ?? '')
      .digest('hex');
    const since = copy?.updatedAt?.toISOString() ?? 'an unknown time';
    io.stderr(
      `${terminalText(`trust root ${root.name} is the one of ${since} that came with the evidence (sha256:${sha256}): there is no other here`)}\n`,
    );
  }
}

function updatedAt(roots: readonly KeptRoot[], store: CopyStore | null): Map<string, Date> {
  return new Map(
    roots.flatMap((root) => {
      const time = newestCopy(root, store)?.updatedAt;
      return time ? [[root.name, time] as const] : [];
    }),
  );
}

async function refreshDue(roots: readonly KeptRoot[], io: Io, signal: AbortSignal | undefined) {
  const store = copyStoreOf(io);
  const due = store ? roots.filter((root) => isDue(root, store, io.clock())) : [];
  if (!store || due.length === 0) return { refreshed: [], hosts: [] };
  const limit = AbortSignal.timeout(TRUST_ROOT_REFRESH_MS);
  const options = {
    env: io.env,
    userAgent: `kubectl-supplychain/${VERSION}`,
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  };
  return refreshAll(due, store, options, io.clock());
}

function tell(refreshed: readonly Refreshed[], io: Io): void {
  const store = copyStoreOf(io);
  for (const { root, outcome } of refreshed) {
    const since = newestCopy(root, store)?.updatedAt?.toISOString();
    const left = since === undefined ? 'there is no copy of it' : `its copy of ${since} is used`;
    const said = outcome.ok ? 'is up to date' : `was not updated: ${outcome.fault.message}; ${left}`;
    io.stderr(`${terminalText(`trust root ${root.name} ${said}`)}\n`);
  }
}
