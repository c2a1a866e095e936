import { type Fault, type Reason, REASONS, type ReasonClass } from '../reasons.ts';
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
 * another on the child. Returns the manifest that is left without, or null if the demand is met.
 */
export function unmet(
  { root, children }: Resolution,
  parts: readonly ((manifest: JudgedManifest) => boolean)[],
): JudgedManifest | null {
  const judged = children.length > 0 ? children : [root];
  return judged.find((manifest) => !parts.every((holds) => holds(root) || holds(manifest))) ?? null;
}

/** Proof before doubt, doubt before a stranger, a stranger before nothing at all. */
const PRECEDENCE: readonly ReasonClass[] = ['invalid', 'untrusted', 'stale', 'missing'];

/** Why a demand is not met, and how sure that is: something undetermined could still have met it. */
export type Shortfall = Fault & { readonly undetermined: boolean };

/**
 * Explains why nobody whom the rule accepts vouches for a manifest (or the index that holds it).
 * `counts` picks the claims of the kind that was asked for; `missing` is what is said when there is nothing of the kind at all.
 * What could not be fetched or verified makes the answer undetermined, as it could be the very thing that is missing.
 */
export function explain(
  manifests: readonly JudgedManifest[],
  counts: (claim: Claim) => boolean,
  accepted: string,
  missing: Fault,
): Shortfall {
  const faults = manifests.flatMap((manifest) => manifest.faults);
  const refusals = manifests.flatMap((manifest) =>
    manifest.verdicts.flatMap((verdict) =>
      verdict.result === 'refused' ? [{ ...verdict.refusal, location: verdict.evidence.location }] : [],
    ),
  );
  const seen: Fault[] = [...faults, ...refusals].map((one) => ({
    ...one,
    message: `${one.location}: ${one.message}`,
  }));
  const doubt = seen.find((one) => classOf(one.reason) === 'undetermined');
  if (doubt) return { ...doubt, undetermined: true };
  const strangers = manifests
    .flatMap((manifest) => claimsOn(manifest, counts))
    .map((claim): Fault => {
      return {
        reason: 'SignerNotTrusted',
        message: `signed by ${describeSigner(claim.signer)}, but the rule accepts ${accepted}`,
      };
    });
  const candidates = [...seen, ...strangers];
  for (const wanted of PRECEDENCE) {
    const found = candidates.find((one) => classOf(one.reason) === wanted);
    if (found) return { ...found, undetermined: false };
  }
  return { ...missing, undetermined: false };
}

function classOf(reason: Reason): ReasonClass {
  return REASONS[reason].class;
}
