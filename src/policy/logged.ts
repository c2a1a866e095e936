import type { Fault } from '../reasons.ts';
import type { Authority, FoundClaim } from './policy.ts';
import type { JudgedManifest } from './subject.ts';

/** A claim that met a demand, on a manifest, by an authority. */
interface Vouching {
  readonly claim: FoundClaim;
  readonly on: JudgedManifest;
  readonly authority: Authority;
}

/** What is only logged of the signature by which an authority vouches. */
interface Logged extends Fault {
  readonly authority: string;
  readonly on: JudgedManifest;
}

/**
 * What the level of a Notation trust policy only logs, where an authority has vouched by nothing better: it is said beside the pass. A
 * signature of that authority without it makes it no matter.
 */
export function loggedBeside(vouched: readonly Vouching[]): readonly Logged[] {
  const byAuthority = Map.groupBy(vouched, ({ authority }) => authority.name);
  return [...byAuthority].flatMap(([authority, all]) => {
    const [best] = all.toSorted((a, b) => loggedOf(a).length - loggedOf(b).length);
    if (!best) return [];
    const { level, statement } = best.claim.notation ?? {};
    return loggedOf(best).map(({ reason, message }) => ({
      reason,
      message: `signed by ${authority}, and the level ${level} of the statement ${JSON.stringify(statement)} only logs: ${message}`,
      authority,
      on: best.on,
    }));
  });
}

function loggedOf({ claim }: Vouching): readonly Fault[] {
  return claim.notation?.logged ?? [];
}
