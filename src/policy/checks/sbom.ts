import type { Fault } from '../../reasons.ts';
import type { Claim } from '../../verify/verifier.ts';
import { tooOld } from '../age.ts';
import type { Check } from '../check.ts';
import { demandOf } from '../demand.ts';
import type { SbomFile } from '../schema.ts';
import type { JudgedManifest } from '../subject.ts';
import { judgeVouching, mayAttest, type Placed, type Vouched } from '../vouching.ts';
import { isSbom, sbomOf } from '../attached-sboms.ts';
import { ATTEST, sbomDetails, sbomLacks, sbomText } from './sbom-content.ts';
import { judgeAnySbom } from './unsigned-sbom.ts';

/** Whether an authority that the rule accepts has attested an SBOM of this image that meets what the rule asks of it. */
export const sbomCheck: Check = {
  name: 'sbom',
  vouches: false,
  compile({ sbom }, { authorities }) {
    if (!sbom) return null;
    if (!sbom.signedBy) return (image) => judgeAnySbom(image, sbom);
    const demand = demandOf(sbom.signedBy, authorities);
    return (image, judgedAt) => {
      const children = image.resolution.ok ? image.resolution.value.runnable : [];
      return judgeVouching(image, {
        demand,
        counts: isSbom,
        mayCount: mayAttest,
        lacks: (placed) => lacks(placed, sbom, children, judgedAt),
        missing,
        holds,
      });
    };
  },
};

/** An SBOM that nobody has signed may be anybody's: it is told apart from none at all. */
function missing(_others: readonly Claim[], manifests: readonly JudgedManifest[]): Fault {
  const unsigned = manifests.flatMap(({ verdicts }) =>
    verdicts.filter(({ evidence }) => evidence.format === 'sbom'),
  );
  return unsigned.length > 0
    ? { reason: 'SbomUnsigned', message: 'there is an SBOM, and nobody has signed it', remediation: ATTEST }
    : { reason: 'SbomMissing', message: 'nothing that was attested is an SBOM', remediation: ATTEST };
}

function lacks(placed: Placed, asked: SbomFile, children: readonly string[], judgedAt: Date): Fault | null {
  const sbom = sbomOf(placed.claim);
  if (!sbom.ok) return { reason: 'SbomUnreadable', message: `the SBOM cannot be read: ${sbom.message}` };
  const fault = sbomLacks(sbom.value, placed, asked, children);
  if (fault || asked.maxAge === undefined) return fault;
  const { created } = sbom.value;
  return tooOld(placed.claim, created ? [created] : [], asked.maxAge, judgedAt);
}

function holds(vouched: readonly Vouched[]): {
  reason: 'SbomAccepted';
  message: string;
  details: Record<string, unknown>;
} {
  const [first] = vouched;
  const sbom = first ? sbomOf(first.claim) : null;
  if (!first || !sbom?.ok) return { reason: 'SbomAccepted', message: 'an SBOM was accepted', details: {} };
  return {
    reason: 'SbomAccepted',
    message: `${sbomText(sbom.value)}, signed by ${first.authority.name}`,
    details: sbomDetails(sbom.value),
  };
}
