import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { DEFAULT_THRESHOLDS, parseTrustedRoot, type TrustRoot } from './trust-root.ts';

/** The TUF repository of the public-good Sigstore instance, as @sigstore/tuf ships its root and targets. */
export const PUBLIC_GOOD_MIRROR = 'https://tuf-repo-cdn.sigstore.dev';

/** The public-good Sigstore's root.json and trusted_root.json, as @sigstore/tuf ships them. */
export function publicGoodFiles(): { readonly root: Uint8Array; readonly trustedRoot: Uint8Array } {
  const { 'root.json': root, targets } = seeds[PUBLIC_GOOD_MIRROR];
  return {
    root: Buffer.from(root, 'base64'),
    trustedRoot: Buffer.from(targets['trusted_root.json'], 'base64'),
  };
}

/** The public-good Sigstore's trusted root as shipped with this program: no network. */
export function publicGoodRoot(): TrustRoot {
  const bytes = publicGoodFiles().trustedRoot;
  const root = parseTrustedRoot('sigstore', bytes, DEFAULT_THRESHOLDS, 'the built-in trust root `sigstore`');
  if (!root.ok) throw new Error(root.fault.message);
  return root.value;
}
