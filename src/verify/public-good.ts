import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { DEFAULT_THRESHOLDS, parseTrustedRoot, type TrustRoot } from './trust-root.ts';

/** The TUF repository of the public-good Sigstore instance, as @sigstore/tuf ships its root and targets. */
const MIRROR = 'https://tuf-repo-cdn.sigstore.dev';

/** The public-good Sigstore's trusted root as shipped with this program: no network. */
export function publicGoodRoot(): TrustRoot {
  const bytes = Buffer.from(seeds[MIRROR].targets['trusted_root.json'], 'base64');
  const root = parseTrustedRoot('sigstore', bytes, DEFAULT_THRESHOLDS, 'the built-in trust root `sigstore`');
  if (!root.ok) throw new Error(root.fault.message);
  return root.value;
}
