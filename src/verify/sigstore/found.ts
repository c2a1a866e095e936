import type { Reason } from '../../reasons.ts';
import { Refused } from '../refused.ts';

/** Something that came along and counts for nothing, with what has to be said where too little else is there. */
export interface PassedOver {
  readonly reason: Reason;
  readonly message: string;
}

/** What of one kind verifies, and what was passed over. */
export interface Found<T> {
  readonly verified: readonly T[];
  readonly passedOver: readonly PassedOver[];
}

/**
 * Holds a count against a threshold. What was passed over says more than that something is missing, and that a trust root may be
 * older than the evidence more than that something does not verify. Throws `Refused`.
 */
export function checkThreshold(
  count: number,
  threshold: number,
  passedOver: readonly PassedOver[],
  missing: PassedOver,
): void {
  if (count >= threshold) return;
  const outdated = passedOver.find(({ reason }) => reason === 'TrustRootOutdated');
  const { reason, message } = outdated ?? passedOver[0] ?? missing;
  throw new Refused(reason, message);
}
