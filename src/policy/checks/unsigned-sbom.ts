import type { Sbom } from '../../attestations/sbom/sbom.ts';
import { type Fault, REASONS } from '../../reasons.ts';
import { sbomsOn } from '../attached-sboms.ts';
import { evidenceEntries } from '../evidence-entry.ts';
import type { Judgement } from '../finding.ts';
import { remedyFor } from '../remedies.ts';
import type { SbomFile } from '../schema.ts';
import type { JudgedImage, JudgedManifest } from '../subject.ts';
import { withinReach } from '../vouching.ts';
import { ATTEST, sbomDetails, sbomLacks, sbomText } from './sbom-content.ts';

const EMPTY = { authority: null, subject: null, details: {}, evidence: [] } as const;

/**
 * Whether there is an SBOM of this image at all, by whomever: what `allowUnsigned: true` asks. Anybody who can write to the
 * repository can write such an SBOM, so it says what the image is said to contain and nothing of who says so.
 */
export function judgeAnySbom({ resolution }: JudgedImage, asked: SbomFile): Judgement {
  if (!resolution.ok) {
    const { reason, message, remediation = null } = resolution.fault;
    return { ...EMPTY, status: 'unknown', reason, message, remediation };
  }
  const { root, children, runnable } = withinReach(resolution.value, []);
  const evidence = [root, ...children].flatMap((manifest) => evidenceEntries(manifest));
  const judged = children.length > 0 ? children : [root];
  const said = judged.map((manifest) => sayOf(manifest, root, asked, runnable));
  const fault = said.flatMap((one) => ('reason' in one ? [one] : [])).toSorted(byCertainty)[0];
  if (fault) {
    const { reason, message, remediation } = fault;
    const status = REASONS[reason].class === 'undetermined' ? 'unknown' : 'fail';
    return {
      ...EMPTY,
      status,
      reason,
      message,
      remediation: remediation ?? remedyFor(reason) ?? ATTEST,
      evidence,
    };
  }
  const [first] = said.flatMap((one) => ('components' in one ? [one] : []));
  const message = `${first ? sbomText(first) : 'no image'}; the rule does not ask who signed it`;
  const details = first ? sbomDetails(first) : {};
  return { ...EMPTY, status: 'pass', reason: 'SbomAccepted', message, remediation: null, details, evidence };
}

/** A certain failure decides before a doubt. */
function byCertainty(a: Fault, b: Fault): number {
  const doubtful = ({ reason }: Fault): number => Number(REASONS[reason].class === 'undetermined');
  return doubtful(a) - doubtful(b);
}

function sayOf(
  judged: JudgedManifest,
  root: JudgedManifest,
  asked: SbomFile,
  children: readonly string[],
): Sbom | Fault {
  const places = judged === root ? [root] : [judged, root];
  const faults: Fault[] = [];
  for (const { on, sbom } of places.flatMap((place) => sbomsOn(place, judged))) {
    if (!sbom.ok) {
      faults.push(sbom.fault);
      continue;
    }
    const fault = sbomLacks(sbom.value, { on, judged }, asked, children) ?? dated(asked);
    if (fault === null) return sbom.value;
    faults.push(fault);
  }
  const unread = places.flatMap(({ faults: missed }) => missed)[0];
  return (
    unread ??
    faults.toSorted((a, b) => -byCertainty(a, b))[0] ?? {
      reason: 'SbomMissing',
      message: 'there is no SBOM, signed or not',
      remediation: ATTEST,
    }
  );
}

/** Nobody has signed the time of an unsigned SBOM. */
function dated({ maxAge }: SbomFile): Fault | null {
  return maxAge === undefined
    ? null
    : {
        reason: 'AgeUnknown',
        message: 'the rule limits the age of the SBOM, and nobody has signed when it was made',
      };
}
