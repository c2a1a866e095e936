import { type Fault, REASONS } from '../reasons.ts';
import { describeSigner, evidenceEntries } from './evidence-entry.ts';
import type { EvidenceEntry, Judgement } from './finding.ts';
import { type Status, worst } from './finding.ts';
import type { JudgedImage, JudgedManifest } from './subject.ts';
import { claimsOn } from './vouching.ts';

const NEXT =
  'write down whom you trust: a policy with an authority for each signer, and a rule that asks for its signature';
const FIND_OUT = 'find out who attached it and why it does not verify, before you run this image';
const AGAIN = 'audit again when this piece can be read and verified';
const SIGN = 'sign it by digest in the pipeline that builds it: cosign sign NAME@DIGEST';

/**
 * What can be said of an image while nobody has said whom he trusts. Nothing signed is ever a pass: a signature that
 * verifies says who signed, not that he may. Of an index, the child counts of which the worst is to be said.
 */
export function judgeWithoutPolicy({ resolution }: JudgedImage): Judgement {
  if (!resolution.ok) {
    const { reason, message, remediation = null } = resolution.fault;
    return { ...EMPTY, status: 'unknown', reason, message, remediation };
  }
  const { root, children } = resolution.value;
  const judged = children.length > 0 ? children.map((child) => [root, child]) : [[root]];
  const said = judged.map((manifests) => sayOf(manifests));
  const status = worst(said.map((one) => one.status));
  const unsigned = said.find((one) => one.status === status && one.reason === 'SignatureMissing');
  const worstSaid = unsigned ?? said.find((one) => one.status === status);
  const evidence = [root, ...children].flatMap((manifest) => evidenceEntries(manifest));
  return { ...EMPTY, ...(worstSaid ?? unsignedImage([])), evidence };
}

const EMPTY = { remediation: null, authority: null, subject: null, details: {}, evidence: [] } as const;

type Said = Fault & { readonly status: Status; readonly details?: Judgement['details'] };

/** What is said of one manifest and the index around it. */
function sayOf(manifests: readonly JudgedManifest[]): Said {
  const signatures = manifests.flatMap((one) => claimsOn(one, ({ content }) => content.kind === 'signature'));
  if (signatures.length > 0) {
    const signers = [...new Set(signatures.map(({ signer }) => describeSigner(signer)))].toSorted();
    const message = `signed by ${signers.join(' and ')}; no policy says whether ${signers.length === 1 ? 'that signer' : 'one of them'} may be trusted`;
    return { status: 'warn', reason: 'SignerNotEvaluated', message, remediation: NEXT };
  }
  const refused = manifests
    .flatMap((manifest) => evidenceEntries(manifest))
    // What nobody has signed says nothing of who signed the image.
    .filter((entry) => entry.result === 'refused' && entry.reason !== 'EvidenceUnsigned')
    .filter(({ subject }) => manifests.some(({ digest }) => digest === subject));
  const doubt = refused.find(({ reason }) => reason !== null && REASONS[reason].class === 'undetermined');
  if (doubt) {
    const fault = manifests
      .flatMap(({ faults }) => faults)
      .find(({ location, reason }) => location === doubt.location && reason === doubt.reason);
    return broken('unknown', doubt, fault?.remediation ?? AGAIN);
  }
  const forged = refused.find(({ reason }) => reason !== null && REASONS[reason].class === 'invalid');
  const unmet = forged ?? refused.find(({ reason }) => reason !== 'SignerNotTrusted');
  if (unmet) return broken('fail', unmet, FIND_OUT);
  const [stranger] = refused;
  if (stranger) {
    const { message, location } = stranger;
    return {
      status: 'warn',
      reason: 'NoKeyConfigured',
      message: message ?? 'it is signed by nobody who is known here',
      remediation: NEXT,
      details: { location },
    };
  }
  return unsignedImage(manifests);
}

function broken(
  status: 'fail' | 'unknown',
  { reason, message, location }: EvidenceEntry,
  remediation: string,
): Said {
  return {
    status,
    reason: reason ?? 'SignatureInvalid',
    message: message ?? 'it does not verify',
    remediation,
    details: { location },
  };
}

function unsignedImage(manifests: readonly JudgedManifest[]): Said {
  const signers = manifests
    .flatMap((one) => claimsOn(one, () => true))
    .map(({ signer }) => describeSigner(signer));
  const message =
    signers.length > 0
      ? `there are attestations by ${[...new Set(signers)].toSorted().join(' and ')}, but none of them is a signature`
      : 'nothing signs it';
  return { status: 'warn', reason: 'SignatureMissing', message, remediation: SIGN };
}
