import { z } from 'zod';
import { parseTime, text } from '../../attestations/reading.ts';
import { readProvenance, slsaPredicate } from '../../attestations/slsa/provenance.ts';
import type { Claim } from '../../verify/verifier.ts';
import { isSbom, sbomOf } from '../attached-sboms.ts';

/** Where predicates without a reader of their own say when they were made: vulnerability scans and cosign's free form. */
const predicate = z.object({
  Timestamp: text,
  metadata: z.object({ scanStartedOn: text, scanFinishedOn: text }).partial().nullish(),
});

/** The times that a statement itself names, as far as its predicate type is known: age counts from the oldest of them. */
export function statedTimes(claim: Claim): readonly Date[] {
  return timesOf(claim).filter((time) => time !== null);
}

function timesOf(claim: Claim): readonly (Date | null)[] {
  const { content } = claim;
  if (content.kind !== 'attestation') return [];
  const { predicateType, statement } = content;
  if (slsaPredicate(predicateType) !== null) {
    const provenance = readProvenance(predicateType, statement.predicate);
    return provenance.ok ? [provenance.value.startedOn, provenance.value.finishedOn] : [];
  }
  if (isSbom(claim)) {
    const sbom = sbomOf(claim);
    return sbom.ok ? [sbom.value.created] : [];
  }
  const { data } = predicate.safeParse(statement.predicate);
  const { scanStartedOn = null, scanFinishedOn = null } = data?.metadata ?? {};
  return [data?.Timestamp ?? null, scanStartedOn, scanFinishedOn].map(parseTime);
}
