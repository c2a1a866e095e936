import { isDeepStrictEqual } from 'node:util';
import type { Claim, Verdict } from '../../src/verify/verifier.ts';
import type { Honest } from './corpus.ts';

/**
 * What has been changed may still hold, as not everything in a bundle is signed: the order of members, a log entry too many, a
 * certificate's chain. So a verdict is not held against the change but against what honest evidence says: whatever verifies has to be
 * a claim that somebody honestly made.
 * - Its content and signer are, deeply equal, those of honest evidence.
 * - Each of its times, and its index in the log, is one of that same evidence, of any of its entries.
 *   Evidence may be taken away (of two times or entries one may be left), never added or moved.
 * Returns what is claimed and was never said, or null.
 */
export function claimedFalsely(verdict: Verdict, honest: readonly Honest[]): string | null {
  if (verdict.result !== 'verified') return null;
  return verdict.claims.map((claim) => falsehood(claim, honest)).find((found) => found !== null) ?? null;
}

function falsehood(claim: Claim, honest: readonly Honest[]): string | null {
  const same = honest.flatMap(({ claims, logIndices }) =>
    claims
      .filter(
        ({ content, signer }) =>
          isDeepStrictEqual(content, claim.content) && isDeepStrictEqual(signer, claim.signer),
      )
      .map(({ times }) => ({ times, logIndices })),
  );
  if (same.length === 0)
    return `nobody has signed this content: ${JSON.stringify({ content: claim.content, signer: claim.signer })}`;
  const time = claim.times.find(
    (one) => !same.some(({ times }) => times.some((known) => isDeepStrictEqual(known, one))),
  );
  if (time) return `nobody vouches for the time ${time.value.toISOString()} (${time.source})`;
  if (
    claim.logIndex !== null &&
    !same.some(({ logIndices }) => logIndices.some((index) => index === claim.logIndex))
  )
    return `no log vouches for the index ${claim.logIndex}`;
  return null;
}
