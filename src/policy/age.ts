import type { Fault } from '../reasons.ts';
import type { Claim } from '../verify/verifier.ts';

const DAY = 86_400_000;

const HOUR = 3_600_000;

/** An age or a limit in words: whole days, or hours where those say more. */
export function inDays(ms: number): string {
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)} hours` : `${Math.floor(ms / DAY)} days`;
}

/**
 * Whether a claim is older than `maxAge` (milliseconds) at `judgedAt`; null if it is young enough. Age runs from the
 * oldest of the verified signing times and the times that the statement itself names (`stated`): a registry that serves an old,
 * validly signed statement again must not make it young (CVE-2024-23332). Without a verified time, or with one in the future, the
 * age is not known.
 */
export function tooOld(claim: Claim, stated: readonly Date[], maxAge: number, judgedAt: Date): Fault | null {
  const verified = claim.times.map(({ value }) => value);
  if (verified.length === 0) {
    return {
      reason: 'AgeUnknown',
      message: 'no verified time says how old it is, and the rule limits its age',
    };
  }
  const times = [...verified, ...stated].map((time) => time.getTime());
  const newest = Math.max(...times);
  if (newest > judgedAt.getTime()) {
    return {
      reason: 'AgeUnknown',
      message: `it is of ${new Date(newest).toISOString()}, which lies in the future`,
    };
  }
  const age = judgedAt.getTime() - Math.min(...times);
  if (age <= maxAge) return null;
  return {
    reason: 'EvidenceTooOld',
    message: `it is ${inDays(age)} old, and the rule allows ${inDays(maxAge)}`,
    remediation: 'build, scan and sign the image again',
  };
}
