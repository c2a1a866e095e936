import type { Evidence } from '../evidence/collector.ts';
import { notation } from './notation/notation.ts';
import { sigstore } from './sigstore/sigstore.ts';
import type { Circumstances, TrustMaterial, Verdict, Verifier } from './verifier.ts';

/** What makes a signature good, by the format of the evidence. A new kind is one file and one line here. */
const VERIFIERS: readonly Verifier[] = [sigstore, notation];

/** A verdict on one piece of evidence. Pure: the same bytes under the same trust material, in the same circumstances, are judged the same. */
export function verifyEvidence(
  evidence: Evidence,
  trust: TrustMaterial,
  circumstances: Circumstances,
): Verdict {
  const verifier = VERIFIERS.find(({ formats }) => formats.includes(evidence.format));
  if (verifier) return verifier.verify(evidence, trust, circumstances);
  return {
    result: 'refused',
    evidence,
    refusal: { reason: 'EvidenceUnsigned', message: 'nobody has signed it' },
  };
}
