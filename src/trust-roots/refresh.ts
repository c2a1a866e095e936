import { createHash } from 'node:crypto';
import { failed, type Fault, ok, type Outcome } from '../reasons.ts';
import { parseTrustedRoot } from '../verify/trust-root.ts';
import { copyIn, type CopyStore, type Kept, nothingKept } from './copy-store.ts';
import type { Copy, KeptRoot } from './kept-root.ts';
import { createMirrors, type MirrorOptions, type Mirrors } from './mirror.ts';

const HOUR_MS = 3_600_000;
/** How long a copy is used before its repository is asked again. */
const FRESH_MS = 24 * HOUR_MS;
/** How long a failure is remembered: a machine without a network must not wait in every run. */
const FAILURE_MS = HOUR_MS;

/** The newest copy that is here: what TUF has brought, or what came with the program, if that was published later. */
export function newestCopy(root: KeptRoot, store: CopyStore | null): Copy | null {
  const [shipped, kept] = [root.shipped(), copyIn(store?.read(root) ?? null)];
  if (!shipped || !kept) return shipped ?? kept;
  return (shipped.updatedAt ?? 0) > (kept.updatedAt ?? 0) ? shipped : kept;
}

/** Why there is no copy, or no newer one, as far as it was tried. */
export function lastFailure(root: KeptRoot, store: CopyStore | null): string | null {
  return store?.read(root)?.failure?.message ?? null;
}

/** Whether the repository is to be asked: the copy is older than a day, and no attempt has failed within the hour. */
export function isDue(root: KeptRoot, store: CopyStore, now: Date): boolean {
  const kept = store.read(root);
  const tried = kept?.failure?.at;
  if (tried && isWithin(tried, now, FAILURE_MS)) return false;
  const updatedAt = copyIn(kept)?.updatedAt;
  return !updatedAt || !isWithin(updatedAt, now, FRESH_MS);
}

/** A time of tomorrow is a wrong clock's: it keeps nothing from being asked. */
function isWithin(time: Date, now: Date, duration: number): boolean {
  return time <= now && now.getTime() - time.getTime() < duration;
}

/**
 * Asks the repository of a root, and keeps what it says. An update that fails or is refused leaves the copy that is there,
 * and never goes back behind what was verified before.
 */
async function refresh(
  root: KeptRoot,
  store: CopyStore,
  mirrors: Mirrors,
  now: Date,
): Promise<Outcome<Copy>> {
  // tuf-js is needed only where a repository is asked.
  const { askTuf } = await import('./tuf.ts');
  const kept = store.read(root) ?? nothingKept(root);
  const asked = await askTuf(root, kept.metadata, mirrors);
  const trustedRoot = asked.trustedRoot.ok ? usable(root, asked.trustedRoot.value) : asked.trustedRoot;
  const { metadata, version } = asked;
  const known: Kept = { ...kept, metadata: { ...kept.metadata, ...metadata }, version };
  if (!trustedRoot.ok) {
    store.write(root, kept, {
      ...known,
      version: Math.max(version, kept.version),
      failure: failureOf(trustedRoot.fault, now),
    });
    return trustedRoot;
  }
  const bytes = trustedRoot.value;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const text = Buffer.from(bytes).toString('utf8');
  const whole: Kept = { ...known, trustedRoot: { text, sha256, updatedAt: now }, failure: null };
  if (!store.write(root, kept, whole)) {
    const message = `what ${root.mirror} says cannot be kept in ${store.directory}`;
    return failed(
      'FileUnreadable',
      message,
      'make the directory writable, or name another with XDG_CACHE_HOME',
    );
  }
  return ok({ bytes, updatedAt: now, from: 'tuf' });
}

export interface Refreshed {
  readonly root: KeptRoot;
  readonly outcome: Outcome<Copy>;
}

/** Asks the repositories of all these roots at once. It never rejects. */
export async function refreshAll(
  roots: readonly KeptRoot[],
  store: CopyStore,
  options: MirrorOptions,
  now: Date,
): Promise<{ readonly refreshed: readonly Refreshed[]; readonly hosts: readonly string[] }> {
  if (roots.length === 0) return { refreshed: [], hosts: [] };
  const mirrors = createMirrors(options);
  try {
    const refreshed = await Promise.all(
      roots.map(async (root) => ({
        root,
        outcome: await refresh(root, store, mirrors, now).catch(unexpected),
      })),
    );
    return { refreshed, hosts: mirrors.hosts() };
  } finally {
    await mirrors.close();
  }
}

/** No temporary directory, no space: what hinders an update is no reason to judge nothing. */
function unexpected(cause: unknown): Outcome<never> {
  return failed('TrustRootOutdated', cause instanceof Error ? cause.message : String(cause));
}

/** A trusted root that this version cannot read must not take the place of one that it can. */
function usable({ name, thresholds, mirror }: KeptRoot, bytes: Uint8Array): Outcome<Uint8Array> {
  const parsed = parseTrustedRoot(name, bytes, thresholds, `the trusted root of ${mirror}`);
  return parsed.ok ? ok(bytes) : parsed;
}

function failureOf({ message }: Fault, at: Date): Kept['failure'] {
  return { at, message };
}
