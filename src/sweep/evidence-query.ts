import type { Evidence } from '../evidence/collector.ts';
import { evidenceEntries } from '../policy/evidence-entry.ts';
import type { EvidenceEntry } from '../policy/finding.ts';
import { remedyFor } from '../policy/remedies.ts';
import type { JudgedManifest, Resolution } from '../policy/subject.ts';
import { isSigned } from '../policy/vouching.ts';
import { formatPlatform } from '../registry/platform.ts';
import type { Claim, Verdict } from '../verify/verifier.ts';
import { type Answer, type Match, NOT_ASKED, undetermined } from './answer.ts';
import type { Subject, SweptImage } from './query.ts';
import { statedBy, type Stated } from './stated.ts';
import { type Doubt, doubtOf } from './sweep-reasons.ts';

/** A verified claim, and where it was found. */
export interface FoundClaim {
  readonly claim: Claim;
  readonly on: JudgedManifest;
  readonly evidence: readonly EvidenceEntry[];
}

/** Answers out of what is attached to an image, where that could be had at all. */
export function askAttached(
  { image: { attached }, named }: Subject,
  answer: (resolution: Resolution) => Answer,
): Answer {
  if (attached === null) return NOT_ASKED;
  return attached.ok ? answer(around(attached.value, named)) : undetermined(doubtOf(attached.fault));
}

/** A child that runs by its own digest, within the index that the reference still leads to: what is said of the index is said of it. */
function around(running: Resolution, named: SweptImage | null): Resolution {
  const index = named?.attached?.ok ? named.attached.value : null;
  return index !== null && index.runnable.includes(running.digest)
    ? { ...index, children: [running.root] }
    : running;
}

/** The manifests of an image that may hold evidence: the one that the reference names, and what may run out of it. */
export function manifestsOf({ root, children }: Resolution): readonly JudgedManifest[] {
  return [root, ...children];
}

/** Every verified claim about a manifest. What lies in an index and is about another digest speaks for no other. */
export function claimsAbout(on: JudgedManifest): readonly FoundClaim[] {
  return on.verdicts.flatMap((verdict) => {
    if (verdict.result !== 'verified' || verdict.evidence.subject !== on.digest) return [];
    return verdict.claims.map((claim) => ({
      claim,
      on,
      evidence: entriesOf({ ...verdict, claims: [claim] }),
    }));
  });
}

/** `index`, `child linux/arm64`, or `manifest` where there is no index. */
export function placeName(on: JudgedManifest, { children, root }: Resolution): string {
  if (on !== root) return `child ${on.platform ? formatPlatform(on.platform) : on.digest}`;
  return children.length > 0 ? 'index' : 'manifest';
}

/** A match in a verified claim. */
export function claimMatch(
  { on, evidence }: FoundClaim,
  resolution: Resolution,
  match: Pick<Match, 'query' | 'asked' | 'found'>,
): Match {
  return { ...match, at: placeName(on, resolution), evidence };
}

/** What could not be read of a manifest's evidence. What lies in an index about a child is unsigned and proves nothing either way. */
export function unreadOf({ digest, faults }: JudgedManifest): readonly Doubt[] {
  return faults.filter(({ subject }) => subject === digest).map((fault) => doubtOf(fault));
}

/**
 * The evidence of a manifest that does not verify and would matter if it did. `matters` says in a clause what a piece says of itself,
 * or null for one that says something else. What was signed for another image says nothing of this one.
 */
export function unverifiedOf(
  { verdicts }: JudgedManifest,
  matters: (stated: Stated, evidence: Evidence) => string | null,
): readonly Doubt[] {
  return verdicts.flatMap((verdict) => {
    if (verdict.result !== 'refused' || verdict.refusal.reason === 'SignatureForOtherImage') return [];
    const { refusal, evidence } = verdict;
    const seen = matters(statedBy(evidence), evidence);
    if (seen === null) return [];
    return [
      {
        reason: 'EvidenceUnverified',
        cause: refusal.reason,
        message: `${seen}, which proves nothing: ${refusal.message}`,
        remediation: remedyFor(refusal.reason) ?? VERIFY,
        evidence: entriesOf(verdict),
      },
    ];
  });
}

const VERIFY =
  'name the trust root or the key that it verifies with, in a policy or with --trusted-root, and ask again';

/** What is attached to a manifest, is signed and does not verify. */
export function refusedEntries({ verdicts }: JudgedManifest): readonly EvidenceEntry[] {
  return verdicts
    .filter((verdict) => verdict.result === 'refused' && isSigned(verdict.evidence.format))
    .flatMap(entriesOf);
}

/** One piece of evidence as a report shows it. */
function entriesOf(verdict: Verdict): readonly EvidenceEntry[] {
  return evidenceEntries({ digest: '', platform: null, verdicts: [verdict], faults: [] });
}
