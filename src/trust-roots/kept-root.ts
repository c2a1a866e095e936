import { createHash } from 'node:crypto';
import type { Thresholds } from '../verify/trust-root.ts';

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
  /** The root.json with which the trust in the repository begins. */
  readonly firstRoot: Uint8Array;
  readonly thresholds: Thresholds;
  /** The copy that came with this program; null where there is none. */
  readonly shipped: () => Copy | null;
}

/** What a repository is known by: its mirror and where the trust in it begins. Another beginning is another repository. */
export function repositoryId({ mirror, firstRoot }: Pick<KeptRoot, 'mirror' | 'firstRoot'>): string {
  const begin = createHash('sha256').update(firstRoot).digest('hex');
  return createHash('sha256')
    .update(JSON.stringify([mirror, begin]))
    .digest('hex');
}
