import { REASONS } from '../reasons.ts';
import { type Answer, hit, NO, undetermined } from './answer.ts';
import {
  askAttached,
  claimsAbout,
  placeName,
  refusedEntries,
  unreadOf,
  unverifiedOf,
} from './evidence-query.ts';
import type { ImageFacts, ManifestFacts, RefusedFacts } from './facts.ts';
import { oncePerImage, type Predicate } from './query.ts';
import type { Doubt } from './sweep-reasons.ts';

/**
 * `--unsigned`: what may run and has no verified signature or attestation by anybody known, neither of its own nor of its index.
 * What strangers have signed is unsigned; what could still turn out to be signed is not known.
 */
export const unsignedQuery: Predicate = oncePerImage({
  needs: 'evidence',
  ask: (subject) => askAttached(subject, askUnsigned),
});

function askUnsigned(facts: ImageFacts): Answer {
  const { root, children } = facts;
  if (claimsAbout(root).length > 0) return NO;
  const bare = (children.length > 0 ? children : [root]).filter((one) => claimsAbout(one).length === 0);
  if (bare.length === 0) return NO;
  const shared = doubtsOf(root);
  const certain = shared.length > 0 ? [] : bare.filter((one) => doubtsOf(one).length === 0);
  if (certain.length === 0)
    return undetermined(...shared, ...bare.filter((one) => one !== root).flatMap(doubtsOf));
  return hit(
    ...certain.map((one) => {
      const evidence = [...new Set([root, one])].flatMap(refusedEntries);
      return {
        query: 'unsigned' as const,
        asked: 'unsigned',
        found: evidence.length > 0 ? 'signed by nobody who is known here' : 'not signed',
        at: placeName(one, facts),
        evidence,
      };
    }),
  );
}

/** What may be a signature by somebody known: what could not be read, and what this version or these roots cannot judge. */
function doubtsOf(manifest: ManifestFacts): readonly Doubt[] {
  const refused = manifest.refused.filter(isOpen);
  return [
    ...unreadOf(manifest),
    ...unverifiedOf({ refused }, () => 'there is a signature that cannot be judged here'),
  ];
}

function isOpen({ format, refusal }: RefusedFacts): boolean {
  return format === 'notation' || REASONS[refusal.reason].class === 'undetermined';
}
