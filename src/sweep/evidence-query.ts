import type { EvidenceEntry } from '../policy/finding.ts';
import { remedyFor } from '../policy/remedies.ts';
import { isSigned, mayAttest } from '../policy/vouching.ts';
import { REASONS } from '../reasons.ts';
import { formatPlatform } from '../registry/platform.ts';
import { type Answer, type Match, NOT_ASKED, undetermined } from './answer.ts';
import type { ClaimFacts, ImageFacts, ManifestFacts, RefusedFacts } from './facts.ts';
import type { Subject, SweptImage } from './query.ts';
import { type Doubt, doubtOf } from './sweep-reasons.ts';

/** A verified claim, and where it was found. */
export interface FoundClaim extends ClaimFacts {
  readonly on: ManifestFacts;
}

/** Answers out of what is attached to an image, where that could be had at all. */
export function askAttached(
  { image: { attached }, named }: Subject,
  answer: (facts: ImageFacts) => Answer,
): Answer {
  if (attached === null) return NOT_ASKED;
  return attached.ok ? answer(around(attached.value, named)) : undetermined(doubtOf(attached.fault));
}

/**
 * A child that runs by its own digest, within the index that the reference still leads to: what is said of the index is said of it. Where
 * the reference leads could not be seen, something may be said that is missing here; where it leads to nothing, there is nothing to miss.
 */
function around(running: ImageFacts, named: SweptImage | null): ImageFacts {
  const { attached = null } = named ?? {};
  if (
    named &&
    attached?.ok === false &&
    running.runnable.length === 0 &&
    attached.fault.reason !== 'ImageNotFound'
  ) {
    const { root } = running;
    const unseen = { ...attached.fault, subject: root.digest, location: named.reference.text };
    return { ...running, root: { ...root, faults: [...root.faults, unseen] } };
  }
  const index = attached?.ok ? attached.value : null;
  return index !== null && index.runnable.includes(running.digest)
    ? { ...index, children: [withStatements(running.root, index)] }
    : running;
}

/** BuildKit keeps what it says of a child in the index. */
function withStatements(child: ManifestFacts, { children }: ImageFacts): ManifestFacts {
  const within = children.find(({ digest }) => digest === child.digest)?.sboms ?? [];
  return { ...child, sboms: child.sboms && [...child.sboms, ...within] };
}

/** The manifests of an image that may hold evidence: the one that the reference names, and what may run out of it. */
export function manifestsOf({ root, children }: ImageFacts): readonly ManifestFacts[] {
  return [root, ...children];
}

/** Every verified claim about a manifest. */
export function claimsAbout(on: ManifestFacts): readonly FoundClaim[] {
  return on.claims.map((claim) => ({ ...claim, on }));
}

/** `index`, `child linux/arm64`, or `manifest` where there is no index. */
export function placeName(on: ManifestFacts, { children, root }: ImageFacts): string {
  if (on !== root) return `child ${on.platform ? formatPlatform(on.platform) : on.digest}`;
  return children.length > 0 ? 'index' : 'manifest';
}

/** A match in a verified claim. */
export function claimMatch(
  { on, evidence }: FoundClaim,
  facts: ImageFacts,
  match: Pick<Match, 'query' | 'asked' | 'found'>,
): Match {
  return { ...match, at: placeName(on, facts), evidence: evidence() };
}

/** What could not be read of a manifest's evidence. What lies in an index about a child is unsigned and proves nothing either way. */
export function unreadOf({ digest, faults }: ManifestFacts): readonly Doubt[] {
  return faults.filter(({ subject }) => subject === digest).map((fault) => doubtOf(fault));
}

/** What is attested of a manifest and cannot be verified here, and may say anything: nobody knows whether it is genuine. */
export function unheardOf({ refused }: Pick<ManifestFacts, 'refused'>): readonly Doubt[] {
  return refused
    .filter(({ format, refusal }) => mayAttest(format) && REASONS[refusal.reason].class === 'undetermined')
    .map(({ refusal, evidence }) => ({
      reason: 'EvidenceUnverified',
      cause: refusal.reason,
      message: `something is attested that cannot be verified here, and may say otherwise than what excuses the image: ${refusal.message}`,
      remediation: remedyFor(refusal.reason) ?? VERIFY,
      evidence: evidence(),
    }));
}

/**
 * The evidence of a manifest that does not verify and would matter if it did. `matters` says in a clause what a piece says of itself,
 * or null for one that says something else. What was signed for another image says nothing of this one.
 */
export function unverifiedOf(
  { refused }: Pick<ManifestFacts, 'refused'>,
  matters: (refused: RefusedFacts) => string | null,
): readonly Doubt[] {
  return refused.flatMap((one) => {
    const { refusal, evidence } = one;
    if (refusal.reason === 'SignatureForOtherImage') return [];
    const seen = matters(one);
    if (seen === null) return [];
    return [
      {
        reason: 'EvidenceUnverified',
        cause: refusal.reason,
        message: `${seen}, which proves nothing: ${refusal.message}`,
        remediation: remedyFor(refusal.reason) ?? VERIFY,
        evidence: evidence(),
      },
    ];
  });
}

const VERIFY =
  'name the trust root or the key that it verifies with, in a policy or with --trusted-root, and ask again';

/** What is attached to a manifest, is signed and does not verify. */
export function refusedEntries({ refused }: ManifestFacts): readonly EvidenceEntry[] {
  return refused.filter(({ format }) => isSigned(format)).flatMap(({ evidence }) => evidence());
}
