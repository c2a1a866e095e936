import github from './github-root.json' with { type: 'json' };
import { PUBLIC_GOOD_MIRROR, publicGoodFiles } from '../verify/public-good.ts';
import { DEFAULT_THRESHOLDS } from '../verify/trust-root.ts';
import type { KeptRoot } from './kept-root.ts';

/** The day on which the public-good trust root that this program ships was published. */
export const SHIPPED_AT = new Date('2026-11-05T00:00:00Z');

/** The public-good instance, which signs what cosign signs by default. */
const SIGSTORE: KeptRoot = {
  name: 'sigstore',
  mirror: PUBLIC_GOOD_MIRROR,
  get firstRoot() {
    return publicGoodFiles().root;
  },
  thresholds: DEFAULT_THRESHOLDS,
  shipped: () => ({ bytes: publicGoodFiles().trustedRoot, updatedAt: SHIPPED_AT, from: 'shipped' }),
};

/** The newest of its authorities begins on this day; the copy is at most as old as that. */
export const GITHUB_SHIPPED_AT = new Date('2026-06-12T00:00:00Z');

/**
 * The instance that signs the artifact attestations of private repositories on GitHub. It has timestamp authorities, and neither
 * log. root.json and trusted_root.json are those of its TUF repository, as the crate sigstore-trust-root 0.15.1 ships them.
 */
const GITHUB: KeptRoot = {
  name: 'github',
  mirror: 'https://tuf-repo.github.com',
  firstRoot: Buffer.from(github['root.json'], 'base64'),
  thresholds: { signedCertificateTimestamps: 0, transparencyLogEntries: 0, timestamps: 1 },
  shipped: () => ({
    bytes: Buffer.from(github['trusted_root.json'], 'base64'),
    updatedAt: GITHUB_SHIPPED_AT,
    from: 'shipped',
  }),
};

/** The trust roots that no policy has to define. */
export const BUILT_IN_ROOTS: readonly KeptRoot[] = [SIGSTORE, GITHUB];
