import { describeSigner } from '../policy/evidence-entry.ts';
import type { Vouching } from '../policy/policy.ts';
import { authoritiesOf, rulesAbout } from './authorities.ts';
import { remedyFor } from '../policy/remedies.ts';
import type { ImageSbom } from './image-sboms.ts';
import type { Subject } from './query.ts';
import type { Doubt } from './sweep-reasons.ts';

/** Whose SBOMs count for what an image lacks. */
export interface Accepting {
  /** `--accept unsigned`: anybody's. */
  readonly unsigned: boolean;
}

/**
 * Whether SBOMs by these signers count for an image: those of every rule about it that asks for signed SBOMs, or else of any authority
 * of the policy that may speak of it. Without a policy nobody's do.
 */
export function accepts(claims: readonly Vouching[], subject: Subject, { unsigned }: Accepting): boolean {
  if (unsigned && claims.length > 0) return true;
  const rules = rulesAbout(subject);
  const asking = rules.filter(({ sbomSigners }) => sbomSigners !== undefined);
  if (asking.length > 0) return asking.every(({ sbomSigners }) => sbomSigners?.hold(claims));
  return authoritiesOf(subject).some((authority) => claims.some(authority.accepts));
}

/** Why the word of whoever wrote an SBOM does not count; null where it does. */
export function notAccepted(one: ImageSbom, subject: Subject, accepting: Accepting): Doubt | null {
  const { claim, refusal, selfMade, evidence } = one;
  if (selfMade !== null) return null;
  if (claim !== null && accepts([claim], subject, accepting)) return null;
  if (claim === null && refusal === null && accepting.unsigned) return null;
  const doubt = { reason: 'SbomUnsigned', evidence: evidence() } as const;
  if (refusal)
    return {
      ...doubt,
      cause: refusal.reason,
      message: `there is an SBOM whose signature does not verify: ${refusal.message}`,
      remediation: refusal.remediation ?? remedyFor(refusal.reason) ?? ACCEPT,
    };
  if (claim === null)
    return {
      ...doubt,
      cause: 'SbomUnsigned',
      message: 'there is an SBOM, and nobody has signed it',
      remediation: ATTEST,
    };
  const whose = `the SBOM is signed by ${describeSigner(claim.signer)}`;
  return subject.policy === null
    ? {
        ...doubt,
        cause: 'SignerNotEvaluated',
        message: `${whose}, and no policy says whose SBOMs count`,
        remediation: NAME,
      }
    : {
        ...doubt,
        cause: 'SignerNotTrusted',
        message: `${whose}, whose SBOMs the policy does not accept for this image`,
        remediation: ACCEPT,
      };
}

const NAME =
  "name a policy with --policy whose authorities may say what an image contains, or take anybody's word with --accept unsigned";
const ACCEPT =
  "add an authority for this signer to the policy if it may say what an image contains, or take anybody's word with --accept unsigned";
const ATTEST =
  "attest it in the pipeline that builds the image, or take anybody's word with --accept unsigned";
