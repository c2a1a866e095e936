import { dirname, isAbsolute, join } from 'node:path';
import { CHAIN_BYTES, TRUSTED_ROOT_BYTES, TUF_METADATA_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { type Chain, readAuthorityChains, readTimestampChains } from '../trust-roots/certificate-chain.ts';
import type { KeptRoot } from '../trust-roots/kept-root.ts';
import type { KeptRoots } from '../trust-roots/kept-roots.ts';
import { ownPki } from '../trust-roots/own-pki.ts';
import { DEFAULT_THRESHOLDS, parseTrustedRoot, type TrustRoot } from '../verify/trust-root.ts';
import { type Known, type NamedRoot, standsTwice } from './known.ts';
import type { OpenPolicy } from './policy-file.ts';
import type { TrustRootFile } from './schema-authorities.ts';

/** Without what TUF keeps: no built-in root but those that are there, and no copy of any other. */
export const NOTHING_KEPT: KeptRoots = {
  builtIn: [],
  read: ({ name }) => failed('TrustRootOutdated', `no copy of the trust root ${name} is here`),
  publicGood: () => Buffer.from('{}'),
};

/** The trust roots that are there without a policy, by name. */
export function rootsBeforePolicy(
  roots: readonly TrustRoot[],
  { builtIn, read }: KeptRoots,
): Map<string, NamedRoot> {
  const there = new Map<string, NamedRoot>();
  for (const root of builtIn) there.set(root.name, { kept: root, read: once(() => read(root)) });
  for (const root of roots) {
    const kept = builtIn.find(({ name }) => name === root.name) ?? null;
    there.set(root.name, { kept, read: () => ok(root) });
  }
  return there;
}

/** Reads the trust roots that a policy file defines. */
export function readTrustRoots(open: OpenPolicy, known: Known): void {
  open.file.spec.trustRoots?.forEach((file, index) => {
    const at = ['spec', 'trustRoots', index];
    if (known.trustRoots.has(file.name))
      known.report(open, [...at, 'name'], ...standsTwice('trust root', file.name));
    known.trustRoots.set(file.name, rootOf(open, at, file, known));
  });
}

/** Relative paths are relative to the file that names them. */
export function beside({ path }: OpenPolicy, named: string): string {
  return isAbsolute(named) ? named : join(dirname(path), named);
}

type At = readonly PropertyKey[];

function rootOf(open: OpenPolicy, at: At, file: TrustRootFile, known: Known): NamedRoot {
  const { name, sigstore, tuf, certificateChain } = file;
  if (tuf) return keptRootOf(open, [...at, 'tuf', 'root'], name, tuf, known);
  if (certificateChain !== undefined) return { kept: null, read: constant(ownRootOf(open, at, file, known)) };
  if (!sigstore) return { kept: null, read: () => null };
  const { trustedRoot, ...thresholds } = sigstore;
  const bytes = known.readFile(beside(open, trustedRoot), TRUSTED_ROOT_BYTES);
  const root = bytes.ok ? parseTrustedRoot(name, bytes.value, thresholds, trustedRoot) : bytes;
  return { kept: null, read: constant(reported(root, open, [...at, 'sigstore', 'trustedRoot'], known)) };
}

function keptRootOf(
  open: OpenPolicy,
  at: At,
  name: string,
  { mirror, root }: NonNullable<TrustRootFile['tuf']>,
  known: Known,
): NamedRoot {
  const bytes = reported(known.readFile(beside(open, root), TUF_METADATA_BYTES), open, at, known);
  if (!bytes?.ok) return { kept: null, read: () => null };
  const kept: KeptRoot = {
    name,
    mirror,
    firstRoot: bytes.value,
    thresholds: DEFAULT_THRESHOLDS,
    shipped: () => null,
  };
  return { kept, read: once(() => known.keptRoots.read(kept)) };
}

/** A PKI of one's own: the certificate chains in the form of a trusted root. */
function ownRootOf(open: OpenPolicy, at: At, file: TrustRootFile, known: Known): Outcome<TrustRoot> | null {
  const { name, certificateChain = '', timestampChain } = file;
  const chains = (field: string, path: string, read: typeof readAuthorityChains) => {
    const bytes = known.readFile(beside(open, path), CHAIN_BYTES);
    const found: Outcome<readonly Chain[]> = bytes.ok
      ? read(new TextDecoder().decode(bytes.value), path)
      : bytes;
    return reported(found, open, [...at, field], known);
  };
  const authorities = chains('certificateChain', certificateChain, readAuthorityChains);
  const timestamps =
    timestampChain === undefined ? ok([]) : chains('timestampChain', timestampChain, readTimestampChains);
  if (!authorities?.ok || !timestamps?.ok) return null;
  known.usedRoots.add('sigstore');
  const { bytes, thresholds } = ownPki(authorities.value, timestamps.value, known.keptRoots.publicGood());
  return reported(
    parseTrustedRoot(name, bytes, thresholds, certificateChain),
    open,
    [...at, 'certificateChain'],
    known,
  );
}

function reported<T>(outcome: Outcome<T>, open: OpenPolicy, at: At, { report }: Known): Outcome<T> | null {
  if (outcome.ok) return outcome;
  report(open, at, outcome.fault.message, outcome.fault.remediation);
  return null;
}

function constant<T>(value: T): () => T {
  return () => value;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
