import { readSbom } from '../../attestations/sbom/read-sbom.ts';
import { sbomFormatOfPredicate } from '../../attestations/sbom/predicate-types.ts';
import type { Sbom } from '../../attestations/sbom/sbom.ts';
import type { Evidence } from '../../evidence/collector.ts';
import { type Fault, REASONS } from '../../reasons.ts';
import { parseStatement, subjectWithDigest } from '../../verify/in-toto.ts';
import { Refused } from '../../verify/refused.ts';
import { evidenceEntries } from '../evidence-entry.ts';
import type { Judgement } from '../finding.ts';
import { remedyFor } from '../remedies.ts';
import type { SbomFile } from '../schema.ts';
import type { JudgedImage, JudgedManifest } from '../subject.ts';
import { claimsOn, withinReach } from '../vouching.ts';
import { isSbom, sbomOf } from './sbom-claim.ts';
import { ATTEST, sbomDetails, sbomLacks, sbomText } from './sbom-content.ts';

/** An SBOM of an image, or why it is none; `on` is the manifest that it is attached to. */
type Found = { readonly on: JudgedManifest } & ({ readonly sbom: Sbom } | { readonly fault: Fault });

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
  const found = places.flatMap((on) => sbomsOf(on, judged));
  const faults: Fault[] = [];
  for (const one of found) {
    const fault =
      'fault' in one
        ? one.fault
        : (sbomLacks(one.sbom, { on: one.on, judged }, asked, children) ?? dated(asked));
    if (fault === null && 'sbom' in one) return one.sbom;
    if (fault) faults.push(fault);
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

/** All SBOMs that lie on a manifest and are about it or the judged one: attested by anybody, or attached by themselves. */
function sbomsOf(on: JudgedManifest, judged: JudgedManifest): Found[] {
  const attested = claimsOn(on, isSbom).map((claim) => {
    const sbom = sbomOf(claim);
    return sbom.ok ? { on, sbom: sbom.value } : { on, fault: unreadable(sbom.message) };
  });
  const alone = on.verdicts.flatMap(({ evidence }) => {
    if (evidence.format === 'sbom' && evidence.subject === on.digest)
      return [{ on, ...documentOf(evidence.bytes) }];
    // BuildKit keeps a child's statements in the index.
    if (evidence.format === 'statement' && evidence.subject === judged.digest)
      return statementOf(evidence, judged);
    return [];
  });
  return [...attested, ...alone];
}

function documentOf(document: unknown): { readonly sbom: Sbom } | { readonly fault: Fault } {
  const sbom = readSbom(document, null);
  return sbom.ok ? { sbom: sbom.value } : { fault: unreadable(sbom.message) };
}

function statementOf({ bytes, subject }: Evidence, judged: JudgedManifest): Found[] {
  try {
    const statement = parseStatement(bytes);
    if (sbomFormatOfPredicate(statement.predicateType) === null) return [];
    subjectWithDigest(statement, subject);
    return [{ on: judged, ...documentOf(statement.predicate) }];
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    return [{ on: judged, fault: { reason: cause.reason, message: cause.message } }];
  }
}

function unreadable(message: string): Fault {
  return { reason: 'SbomUnreadable', message: `the SBOM cannot be read: ${message}` };
}
