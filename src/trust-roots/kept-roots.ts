import { failed, type Outcome } from '../reasons.ts';
import { parseTrustedRoot, type TrustRoot } from '../verify/trust-root.ts';
import { BUILT_IN_ROOTS } from './built-in-roots.ts';
import type { CopyStore } from './copy-store.ts';
import type { KeptRoot } from './kept-root.ts';
import { lastFailure, newestCopy } from './refresh.ts';

/** The trust roots that TUF keeps fresh, as far as copies of them are here. */
export interface KeptRoots {
  /** The built-in ones. They are read only if something rests on them. */
  readonly builtIn: readonly KeptRoot[];
  /** The newest copy that is here, or why there is none. */
  readonly read: (root: KeptRoot) => Outcome<TrustRoot>;
  /** The trusted_root.json of the root `sigstore`. */
  readonly publicGood: () => Uint8Array;
}

/**
 * The trust roots whose copies lie in `store`. A trusted root that somebody gives in place of the built-in `sigstore` is kept
 * fresh by nobody.
 */
export function createKeptRoots(store: CopyStore | null, inPlaceOfSigstore: Uint8Array | null): KeptRoots {
  return {
    builtIn: BUILT_IN_ROOTS.filter(({ name }) => name !== 'sigstore' || inPlaceOfSigstore === null),
    read: (root) => readKeptRoot(root, store),
    publicGood: () =>
      inPlaceOfSigstore ??
      BUILT_IN_ROOTS.filter(({ name }) => name === 'sigstore').flatMap(
        (root) => newestCopy(root, store) ?? [],
      )[0]?.bytes ??
      Buffer.from('{}'),
  };
}

function readKeptRoot(root: KeptRoot, store: CopyStore | null): Outcome<TrustRoot> {
  const { name, mirror, thresholds, shipped } = root;
  const copy = newestCopy(root, store);
  if (!copy) {
    const failure = lastFailure(root, store);
    return failed(
      'TrustRootOutdated',
      `its trust root ${name} was not fetched from ${mirror} yet${failure === null ? '' : `: ${failure}`}`,
      `fetch it where there is a network: kubectl supplychain trust-root update`,
    );
  }
  const parsed = parseTrustedRoot(name, copy.bytes, thresholds, `the trust root ${name}`);
  // A copy that this version cannot read is worth no more than none: an older version of the program may have taken it for good.
  const before = parsed.ok || copy.from === 'shipped' ? null : shipped();
  return before ? parseTrustedRoot(name, before.bytes, thresholds, `the trust root ${name}`) : parsed;
}
