import { PUBLIC_GOOD_MIRROR, publicGoodFiles } from '../verify/public-good.ts';
import { DEFAULT_THRESHOLDS } from '../verify/trust-root.ts';
import type { KeptRoot } from './kept-root.ts';

/** The day on which the trust roots that this program ships were published. */
export const SHIPPED_AT = new Date('2026-11-05T00:00:00Z');

/** The public-good instance, which signs what cosign signs by default. */
const SIGSTORE: KeptRoot = {
  name: 'sigstore',
  mirror: PUBLIC_GOOD_MIRROR,
  get firstRoot() {
    return { bytes: publicGoodFiles().root };
  },
  thresholds: DEFAULT_THRESHOLDS,
  shipped: () => ({ bytes: publicGoodFiles().trustedRoot, updatedAt: SHIPPED_AT, from: 'shipped' }),
};

/**
 * The instance that signs the artifact attestations of private repositories on GitHub. It has a timestamp authority, and
 * neither log. Its root.json is version 3, as GitHub's own command line and its Helm chart of trust policies embed it
 * (both are the same, byte by byte); of that file this program holds the fingerprint, and takes the file from the mirror.
 * No copy of the trusted root is shipped: until one was fetched, nothing can be said of what it has signed.
 */
const GITHUB: KeptRoot = {
  name: 'github',
  mirror: 'https://tuf-repo.github.com',
  firstRoot: { version: 3, sha256: 'c776688864e787dcf9f76f9b51d7aa0108f1c50217bebbf0f5d117fb2fe986a5' },
  thresholds: { signedCertificateTimestamps: 0, transparencyLogEntries: 0, timestamps: 1 },
  shipped: () => null,
};

/** The trust roots that no policy has to define. */
export const BUILT_IN_ROOTS: readonly KeptRoot[] = [SIGSTORE, GITHUB];
