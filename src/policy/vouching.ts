import { type Fault, REASONS, type ReasonClass } from '../reasons.ts';
import type { Claim } from '../verify/verifier.ts';
import { describeSigner } from './evidence-entry.ts';
import type { JudgedManifest, Resolution } from './subject.ts';

/** The verified claims on a manifest that a check counts, as signatures or as attestations of one predicate type. */
export function claimsOn(manifest: JudgedManifest, counts: (claim: Claim) => boolean): Claim[] {
  return manifest.verdicts.flatMap((verdict) =>
    verdict.result === 'verified' ? verdict.claims.filter(counts) : [],
  );
}

/**
 * Where a demand is met: "index or every judged child". A demand of several parts (allOf) may find one part on the index and
 * another on the child. Returns the manifests that are left without; none if the demand is met.
 */
export function lacking(
  { root, children }: Resolution,
  parts: readonly ((manifest: JudgedManifest) => boolean)[],
): JudgedManifest[] {
  const judged = children.length > 0 ? children : [root];
  return judged.filter((manifest) => !parts.every((holds) => holds(root) || holds(manifest)));
}

/** Proof before a stranger, a stranger before nothing at all. Doubt is apart: what is doubtful may still meet the demand. */
const PRECEDENCE: readonly ReasonClass[] = ['invalid', 'untrusted', 'stale', 'missing'];

/** Why a demand is not met, where that was seen, and how sure it is: something undetermined could still have met it. */
export interface Shortfall extends Fault {
  readonly location: string | null;
  readonly undetermined: boolean;
}

/**
 * Explains why nobody whom the rule accepts vouches for a manifest (or the index that holds it).
 * `strangers` are claims of the kind that was asked for, by signers that the rule does not accept; `accepted` is whom it does;
 * `missing` is what is said when there is nothing of the kind at all.
 * What could not be fetched or verified makes the answer undetermined, as it could be the very thing that is missing.
 */
export function explain(
  manifests: readonly JudgedManifest[],
  strangers: readonly Claim[],
  accepted: string,
  missing: Fault,
): Shortfall {
  const faults = manifests.flatMap((manifest) => manifest.faults);
  const refusals = manifests.flatMap((manifest) =>
    manifest.verdicts.flatMap((verdict) =>
      verdict.result === 'refused' ? [{ ...verdict.refusal, location: verdict.evidence.location }] : [],
    ),
  );
  const seen = [...faults, ...refusals];
  const doubt = seen.find((one) => REASONS[one.reason].class === 'undetermined');
  if (doubt) return { ...doubt, undetermined: true };
  const strange = strangers.map((claim) => ({
    reason: 'SignerNotTrusted' as const,
    message: `signed by ${describeSigner(claim.signer)}, but the rule accepts ${accepted}`,
    location: null,
  }));
  const [gravest] = [...seen, ...strange, { ...missing, location: null }].toSorted(byGravity);
  return { ...(gravest ?? { ...missing, location: null }), undetermined: false };
}

/** The shortfall that decides: one that is certain before one in doubt, and of those the gravest. */
export function decisive<T extends { readonly shortfall: Shortfall }>(
  shortfalls: readonly T[],
): T | undefined {
  const [first] = shortfalls.toSorted(
    ({ shortfall: a }, { shortfall: b }) =>
      Number(a.undetermined) - Number(b.undetermined) || byGravity(a, b),
  );
  return first;
}

function byGravity(a: Fault, b: Fault): number {
  return PRECEDENCE.indexOf(REASONS[a.reason].class) - PRECEDENCE.indexOf(REASONS[b.reason].class);
}
