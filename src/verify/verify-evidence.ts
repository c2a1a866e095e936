import type { Evidence } from '../evidence/collector.ts';
import { sigstore } from './sigstore/sigstore.ts';
import type { TrustMaterial, Verdict, Verifier } from './verifier.ts';

/** What makes a signature good, by the format of the evidence. A new kind is one file and one line here. */
const VERIFIERS: readonly Verifier[] = [sigstore];

/** A verdict on one piece of evidence. Pure: the same bytes under the same trust material are judged the same. */
export function verifyEvidence(evidence: Evidence, trust: TrustMaterial): Verdict {
  const verifier = VERIFIERS.find(({ formats }) => formats.includes(evidence.format));
  if (verifier) return verifier.verify(evidence, trust);
  if (evidence.format === 'sbom' || evidence.format === 'statement') {
    return {
      result: 'refused',
      evidence,
      refusal: { reason: 'EvidenceUnsigned', message: 'nobody has signed it' },
    };
  }
  const message = `it is a signature in the format ${evidence.format}, which this version cannot verify`;
  return { result: 'refused', evidence, refusal: { reason: 'SignerNotTrusted', message } };
}
