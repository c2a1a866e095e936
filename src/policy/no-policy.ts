import { REASONS } from '../reasons.ts';
import { describeSigner, evidenceEntries } from './evidence-entry.ts';
import type { Judgement } from './finding.ts';
import type { JudgedImage } from './subject.ts';
import { claimsOn } from './vouching.ts';

const NEXT =
  'write down whom you trust: a policy with an authority for each signer, and a rule that asks for its signature';

/**
 * What can be said of an image while nobody has said whom he trusts. Nothing signed is ever a pass: a signature that
 * verifies says who signed, not that he may.
 */
export function judgeWithoutPolicy({ resolution }: JudgedImage): Judgement {
  if (!resolution.ok) {
    const { reason, message, remediation = null } = resolution.fault;
    return { ...EMPTY, status: 'unknown', reason, message, remediation };
  }
  const manifests = [resolution.value.root, ...resolution.value.children];
  const evidence = manifests.flatMap((manifest) => evidenceEntries(manifest));
  const [signature] = manifests.flatMap((manifest) =>
    claimsOn(manifest, ({ content }) => content.kind === 'signature'),
  );
  if (signature) {
    const message = `signed by ${describeSigner(signature.signer)}; no policy says whether that signer may be trusted`;
    return { ...EMPTY, status: 'warn', reason: 'SignerNotEvaluated', message, remediation: NEXT, evidence };
  }
  const refused = evidence.filter((entry) => entry.result === 'refused' && entry.reason !== null);
  const ofClass = (wanted: string) =>
    refused.find(({ reason }) => reason !== null && REASONS[reason].class === wanted);
  const doubt = ofClass('undetermined');
  if (doubt?.reason)
    return {
      ...EMPTY,
      status: 'unknown',
      reason: doubt.reason,
      message: `${doubt.location}: ${doubt.message}`,
      evidence,
    };
  const broken = ofClass('invalid') ?? refused.find(({ reason }) => reason !== 'SignerNotTrusted');
  if (broken?.reason)
    return {
      ...EMPTY,
      status: 'fail',
      reason: broken.reason,
      message: `${broken.location}: ${broken.message}`,
      evidence,
    };
  const [stranger] = refused;
  if (stranger) {
    const message = `${stranger.location}: ${stranger.message}`;
    return { ...EMPTY, status: 'warn', reason: 'NoKeyConfigured', message, remediation: NEXT, evidence };
  }
  const message =
    evidence.length > 0 ? 'there are attestations, but none of them is a signature' : 'nothing signs it';
  const remediation = 'sign it by digest in the pipeline that builds it: cosign sign NAME@DIGEST';
  return { ...EMPTY, status: 'warn', reason: 'SignatureMissing', message, remediation, evidence };
}

const EMPTY = { remediation: null, authority: null, subject: null, details: {}, evidence: [] } as const;
