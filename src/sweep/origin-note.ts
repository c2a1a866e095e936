import type { SweepHit } from './sweep-report.ts';

/** Of how many packages nobody knows whether they came with the base image, and why not, in a sentence; none where all is known. */
export function originNote(hits: readonly SweepHit[]): readonly string[] {
  const components = hits.flatMap(({ component }) => component ?? []);
  const reasons = components.flatMap(({ originReason }) => originReason ?? []);
  const counted = [...Map.groupBy(reasons, (reason) => reason)].map(([reason, { length }]) => ({
    reason,
    count: length,
  }));
  const [first, ...others] = counted.toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  if (!first) return [];
  const whole = `whether it came with the base image is not known of ${reasons.length} of ${components.length} packages found`;
  if (others.length === 0) return [`${whole}: ${first.reason}`];
  return [`${whole}; of ${first.count}: ${first.reason} (-o json has originReason of each)`];
}
