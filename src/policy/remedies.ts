import type { Reason } from '../reasons.ts';

const BEFORE_YOU_RUN =
  'do not run this image before you know who attached this; then build it anew and sign it by digest';
const SIGN_AGAIN = 'sign the image again, with the log and timestamps that the trust root asks for';

const REMEDIES: Partial<Record<Reason, string>> = {
  SignerNotTrusted:
    'if this signer should be trusted, add an authority for it to the policy; if not, find out who pushed this image',
  SignatureMissing: 'sign it by digest in the pipeline that builds it: cosign sign NAME@DIGEST',
  SignatureInvalid: BEFORE_YOU_RUN,
  SignatureMalformed: BEFORE_YOU_RUN,
  SignatureForOtherImage: BEFORE_YOU_RUN,
  CertificateInvalid: BEFORE_YOU_RUN,
  LogEntryInvalid: BEFORE_YOU_RUN,
  TimestampInvalid: BEFORE_YOU_RUN,
  LogEntryMissing: SIGN_AGAIN,
  TimestampMissing: SIGN_AGAIN,
  SctMissing: SIGN_AGAIN,
  AgeUnknown: SIGN_AGAIN,
  KeyOutsideValidity: 'sign the image again with a key that the policy accepts today',
  TrustRootOutdated:
    "kubectl supplychain trust-root update; a trusted_root.json of yours is updated by whoever made it (--trusted-root, the policy's trustRoots)",
  EvidenceUnsupported:
    'verify this piece with the tool that made it, or sign the image again with a current cosign',
  LimitExceeded: 'remove what is not needed from the image in its registry; the limit protects the auditor',
};

/** What to do about a reason, where the fault itself does not say. */
export function remedyFor(reason: Reason): string | null {
  return REMEDIES[reason] ?? null;
}
