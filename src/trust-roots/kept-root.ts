import { createHash } from 'node:crypto';
import type { Thresholds } from '../verify/trust-root.ts';

/**
 * Where the trust in a TUF repository begins: the bytes of one version of its root.json, or that version's fingerprint,
 * with which the file is taken from the mirror itself.
 */
type FirstRoot =
  | { readonly bytes: Uint8Array }
  | {
      readonly version: number;
      /** sha256 of the canonical JSON of what is signed, hex: signatures may be added to the file later. */
      readonly sha256: string;
    };

/** A copy of a trusted_root.json. */
export interface Copy {
  readonly bytes: Uint8Array;
  /** When its TUF repository last said that it is the newest; null where nothing is known of that. */
  readonly updatedAt: Date | null;
  readonly from: 'shipped' | 'tuf';
}

/** A trust root that is kept fresh by TUF. */
export interface KeptRoot {
  readonly name: string;
  readonly mirror: string;
  readonly firstRoot: FirstRoot;
  readonly thresholds: Thresholds;
  /** The copy that came with this program; null where there is none. */
  readonly shipped: () => Copy | null;
}

/** What a repository is known by: its mirror and where the trust in it begins. Another beginning is another repository. */
export function repositoryId({ mirror, firstRoot }: Pick<KeptRoot, 'mirror' | 'firstRoot'>): string {
  const begin =
    'bytes' in firstRoot
      ? createHash('sha256').update(firstRoot.bytes).digest('hex')
      : `${firstRoot.version}:${firstRoot.sha256}`;
  return createHash('sha256')
    .update(JSON.stringify([mirror, begin]))
    .digest('hex');
}
