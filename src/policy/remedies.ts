import type { EvidenceFormat } from '../evidence/collector.ts';
import type { Fault, Reason } from '../reasons.ts';
import type { Authority } from './policy.ts';

const BEFORE_YOU_RUN =
  'do not run this image before you know who attached this; then build it anew and sign it by digest';
const SIGN_AGAIN = 'sign the image again, with the log and timestamps that the trust root asks for';

const ANOTHER_CERTIFICATE =
  'sign the image again under a certificate that is valid, and have it timestamped, so that the signature outlives it: notation sign --timestamp-url URL --timestamp-root-cert FILE NAME@DIGEST';

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
  CertificateExpired: ANOTHER_CERTIFICATE,
  CertificateRevoked:
    'do not run this image before its authority has said why the certificate was revoked; then sign it again under another',
  CriticalAttributeUnknown:
    'verify this piece with notation and the plugin that it asks for, or have the image signed without what it marks as critical',
  NoTrustPolicyForRepository:
    'add the repository to the registryScopes of a statement of the trust policy, if its signers should be trusted',
  NotationSkipped: 'give the statement another level than skip, with trust stores and identities',
  RevocationUnknown:
    'ask again when the address can be reached from here; --allow-redirect HOST allows one that is nearer to this machine than the registry',
  SignatureExpired: 'if the image may still run, sign it again: notation sign --expiry DURATION NAME@DIGEST',
  TrustStoreInvalid:
    'put the certificates of the authorities into that trust store, and nothing else: notation cert add --type TYPE --store NAME FILE',
  LimitExceeded: 'remove what is not needed from the image in its registry; the limit protects the auditor',
};

/** What else is to be done where Notation's signatures and configuration are concerned. */
const NOTATION_REMEDIES: Partial<Record<Reason, string>> = {
  SignerNotTrusted:
    'if this signer should be trusted, add its root to a trust store of the statement (notation cert add --type TYPE --store NAME FILE) and its subject to trustedIdentities; if not, find out who pushed this image',
  TimestampMissing: ANOTHER_CERTIFICATE,
  LimitExceeded:
    'have it signed with fewer certificates and in a smaller envelope; the limit protects the auditor',
};

/** What to do about a reason, where the fault itself does not say; `format` is that of the evidence that is refused. */
export function remedyFor(reason: Reason, format: EvidenceFormat | null = null): string | null {
  return (format === 'notation' ? NOTATION_REMEDIES[reason] : null) ?? REMEDIES[reason] ?? null;
}

/** A fault of evidence of this format, with what to do about it. */
export function remedied(fault: Fault, format: EvidenceFormat): Fault {
  const remediation = remedyFor(fault.reason, format);
  return remediation === null ? fault : { ...fault, remediation };
}

/** What to do about an image that nothing signs, where all authorities that are accepted are signed for otherwise than with cosign. */
export function howToSign(reason: Reason, accepted: readonly Authority[]): Pick<Fault, 'remediation'> {
  const [command, ...others] = new Set(accepted.map(({ signedBy }) => signedBy));
  const known = reason === 'SignatureMissing' && command !== undefined && others.length === 0;
  return known ? { remediation: `sign it by digest in the pipeline that builds it: ${command}` } : {};
}
