import type { Reading } from '../../attestations/reading.ts';
import { sbomFormatOfPredicate } from '../../attestations/sbom/predicate-types.ts';
import type { Sbom } from '../../attestations/sbom/sbom.ts';
import { readSbom } from '../../attestations/sbom/read-sbom.ts';
import type { Claim } from '../../verify/verifier.ts';

/** Whether somebody attests an SBOM. */
export function isSbom({ content }: Claim): boolean {
  return content.kind === 'attestation' && sbomFormatOfPredicate(content.predicateType) !== null;
}

/** A statement is read once, however many children and rules ask for it. */
const read = new WeakMap<Claim, Reading<Sbom>>();

/** The SBOM that a claim attests. */
export function sbomOf(claim: Claim): Reading<Sbom> {
  const known = read.get(claim);
  if (known) return known;
  const { content } = claim;
  const sbom =
    content.kind === 'attestation'
      ? readSbom(content.statement.predicate, sbomFormatOfPredicate(content.predicateType))
      : { ok: false as const, message: 'it is no attestation' };
  read.set(claim, sbom);
  return sbom;
}
