import type { ReasonEntry } from './reason-entry.ts';
import { SYNC_REASONS } from './sync-reasons.ts';

export type { ReasonClass } from './reason-entry.ts';

/**
 * The closed list of reason codes. Scripts, exceptions and people's files depend on these names:
 * codes are added, never renamed. `met` marks the codes of findings that pass.
 */
export const REASONS = {
  // signature
  SignatureVerified: {
    class: 'met',
    meaning: 'A signature by an authority that the rule accepts is bound to this digest.',
  },
  SignatureMissing: { class: 'missing', meaning: 'The registry holds no signature for this digest.' },
  SignatureInvalid: {
    class: 'invalid',
    meaning: 'A signature is there, and it is not cryptographically valid.',
  },
  SignatureMalformed: {
    class: 'invalid',
    meaning: 'The signature, bundle or statement is not what its specification says.',
  },
  SignatureForOtherImage: {
    class: 'invalid',
    meaning: 'The signature is valid for another digest than the one it is attached to.',
  },
  PredicateTypeMismatch: {
    class: 'missing',
    meaning: 'Evidence is there, but of another predicate type than the one asked for.',
  },
  CertificateInvalid: {
    class: 'invalid',
    meaning: 'The signing certificate contradicts itself, its issuer or the time of signing.',
  },
  LogEntryInvalid: {
    class: 'invalid',
    meaning: 'The transparency log entry is not genuine or belongs to another signature.',
  },
  LogEntryMissing: {
    class: 'untrusted',
    meaning: 'The trust root asks for a transparency log entry, and there is none.',
  },
  TimestampInvalid: { class: 'invalid', meaning: 'A signed timestamp does not verify.' },
  TimestampMissing: { class: 'untrusted', meaning: 'No verified time says when the signature was made.' },
  SctMissing: {
    class: 'untrusted',
    meaning: 'The certificate has fewer verified signed certificate timestamps than the trust root asks for.',
  },
  SignerNotTrusted: {
    class: 'untrusted',
    meaning: 'The signature is valid, and its signer is none that the policy trusts.',
  },
  SignerNotEvaluated: {
    class: 'untrusted',
    meaning: 'The signature is valid; no policy says whether its signer may be trusted.',
  },
  NoKeyConfigured: { class: 'untrusted', meaning: 'The image is signed with a key that is not known here.' },
  KeyOutsideValidity: {
    class: 'untrusted',
    meaning: 'The key was used outside the time that the policy allows it.',
  },
  AnnotationMismatch: {
    class: 'untrusted',
    meaning: 'The signature does not carry the signed annotation that the rule asks for.',
  },
  RepositoryNotSigned: {
    class: 'untrusted',
    meaning: 'The rule asks for the repository that was signed, and the signature does not name one.',
  },
  EvidenceUnsigned: { class: 'untrusted', meaning: 'Nobody has signed this piece of evidence.' },
  EvidenceTooOld: { class: 'stale', meaning: 'The evidence is older than the rule allows.' },
  AgeUnknown: {
    class: 'undetermined',
    meaning:
      'The rule limits an age, and no time says how old the evidence or the image is: none is there, or one in the future or in place of a time.',
  },
  NoTrustPolicyForRepository: {
    class: 'untrusted',
    meaning: 'No Notation trust policy is for this repository.',
  },
  NotationSkipped: {
    class: 'untrusted',
    meaning:
      "The authority's Notation trust policy skips verification for this repository, so that nothing is verified.",
  },
  TrustStoreInvalid: { class: 'untrusted', meaning: 'A Notation trust store cannot be used.' },
  CriticalAttributeUnknown: {
    class: 'untrusted',
    meaning: 'The signature wants to be verified with an attribute in mind that is not understood here.',
  },
  SignatureExpired: { class: 'stale', meaning: 'The signature is past the time that its signer set for it.' },
  CertificateExpired: { class: 'stale', meaning: 'A certificate had expired at the time that counts.' },
  CertificateRevoked: {
    class: 'invalid',
    meaning: 'A certificate of the signer or of its timestamp was revoked.',
  },
  RevocationUnknown: { class: 'undetermined', meaning: 'Nobody can say whether a certificate was revoked.' },
  TrustRootOutdated: {
    class: 'undetermined',
    meaning: 'The evidence names a log, authority or timestamp service that the trust root does not know.',
  },
  // registry
  RegistryAllowed: { class: 'met', meaning: 'The repository is on the allow-list and on no deny-list.' },
  RegistryNotAllowed: { class: 'untrusted', meaning: 'The repository is not on the allow-list.' },
  RegistryDenied: { class: 'untrusted', meaning: 'The repository is on the deny-list.' },
  // tags
  TagAccepted: { class: 'met', meaning: 'The tag or digest meets what the rule asks for.' },
  TagNotPinned: {
    class: 'missing',
    meaning: 'The reference has no digest, so what runs can change under it.',
  },
  TagDisallowed: { class: 'untrusted', meaning: 'The reference uses a tag that the rule forbids.' },
  DigestDrift: { class: 'stale', meaning: 'The tag no longer points at the digest that is named beside it.' },
  // age
  AgeAccepted: {
    class: 'met',
    meaning: 'The image is no older than the rule allows, by the time that its builder states.',
  },
  ImageOutdated: {
    class: 'stale',
    meaning: 'The image is older than the rule allows, by the time that its builder states.',
  },
  // sbom
  SbomAccepted: { class: 'met', meaning: 'An SBOM that meets the rule is bound to this digest.' },
  SbomMissing: { class: 'missing', meaning: 'There is no SBOM for this digest.' },
  SbomUnsigned: { class: 'untrusted', meaning: 'There is an SBOM, and nobody has signed it.' },
  SbomUnreadable: { class: 'undetermined', meaning: 'The SBOM is in no form that can be read.' },
  SbomEmpty: { class: 'missing', meaning: 'The SBOM names no component.' },
  SbomFormatNotAccepted: {
    class: 'missing',
    meaning: 'The SBOM is in a format that the rule does not accept.',
  },
  SbomElementsMissing: { class: 'missing', meaning: 'The SBOM lacks elements that the rule asks for.' },
  SbomForOtherImage: {
    class: 'invalid',
    meaning: 'The SBOM describes another image than the one it is attached to.',
  },
  PlatformNotCovered: {
    class: 'undetermined',
    meaning: 'What is attested on an index does not say which of its platforms it is about.',
  },
  // slsa
  ProvenanceAccepted: { class: 'met', meaning: 'Provenance that meets the rule is bound to this digest.' },
  ProvenanceMissing: { class: 'missing', meaning: 'There is no SLSA provenance for this digest.' },
  ProvenanceUnreadable: { class: 'undetermined', meaning: 'The provenance is in no form that can be read.' },
  ProvenanceContradictsCertificate: {
    class: 'invalid',
    meaning: 'The provenance says something else than the certificate that it was signed with.',
  },
  SlsaLevelTooLow: {
    class: 'untrusted',
    meaning: 'The provenance supports a lower SLSA level than the rule asks for.',
  },
  BuilderNotTrusted: { class: 'untrusted', meaning: 'The builder is none that the rule accepts.' },
  SourceNotTrusted: {
    class: 'untrusted',
    meaning: 'The image was built from a source that the rule does not accept.',
  },
  BuildTypeNotAccepted: {
    class: 'untrusted',
    meaning: 'The image was built in a way that the rule does not accept.',
  },
  ParametersNotAccepted: {
    class: 'untrusted',
    meaning: 'The build had parameters that the rule does not accept.',
  },
  // attestations
  AttestationAccepted: {
    class: 'met',
    meaning: 'An attestation that meets the rule is bound to this digest.',
  },
  AttestationMissing: {
    class: 'missing',
    meaning: 'There is no attestation of this predicate type for this digest.',
  },
  // policy
  NoRuleMatches: {
    class: 'missing',
    meaning: 'No enforcing rule asks for a signature, provenance or an attestation of this image.',
  },
  DefaultAllow: {
    class: 'missing',
    meaning: 'No rule asks for a signature of this image, and the policy allows that.',
  },
  NotSupported: {
    class: 'undetermined',
    meaning: 'The policy asks for something that this version cannot check.',
  },
  // what could not be seen
  ImageNotFound: {
    class: 'undetermined',
    meaning: 'The registry does not have this image, or does not show it with these credentials.',
  },
  ImageReferenceInvalid: {
    class: 'invalid',
    meaning: 'The image reference is not one that a container runtime can pull.',
  },
  PlatformNotFound: {
    class: 'undetermined',
    meaning: 'The index has no image for the platform that was asked for.',
  },
  RegistryUnreachable: { class: 'undetermined', meaning: 'The registry could not be reached.' },
  RegistryError: { class: 'undetermined', meaning: 'The registry answered with an error.' },
  RegistryResponseInvalid: {
    class: 'undetermined',
    meaning: 'The registry answered with something that the distribution specification does not allow.',
  },
  CredentialsRejected: {
    class: 'undetermined',
    meaning: 'The registry wants credentials, and has none or refuses those it was given.',
  },
  AccessDenied: {
    class: 'undetermined',
    meaning: 'The registry knows the credentials and refuses access with them.',
  },
  RateLimited: { class: 'undetermined', meaning: 'The registry asks to come back later.' },
  TimedOut: { class: 'undetermined', meaning: 'There was no answer within the time limit.' },
  LimitExceeded: {
    class: 'undetermined',
    meaning: 'Something was larger or more numerous than the named limit.',
  },
  DigestMismatch: {
    class: 'undetermined',
    meaning: 'The bytes are not those of the digest that names them.',
  },
  NotInEvidence: { class: 'undetermined', meaning: 'The evidence directory does not hold this.' },
  EvidenceUnsupported: {
    class: 'undetermined',
    meaning: 'The evidence is of a kind that this version cannot verify.',
  },
  EvidenceDamaged: { class: 'undetermined', meaning: 'The evidence directory is damaged.' },
  Interrupted: { class: 'undetermined', meaning: 'The run was interrupted before this was known.' },
  DigestNotResolvable: {
    class: 'undetermined',
    meaning: 'What the cluster says of the running image leads to no image that the registry has.',
  },
  // coverage gaps
  Forbidden: { class: 'undetermined', meaning: 'The cluster does not let this user read it.' },
  ClusterCredentialsRejected: {
    class: 'undetermined',
    meaning: 'The cluster wants credentials, and has none or refuses those it was given.',
  },
  ClusterUnreachable: { class: 'undetermined', meaning: 'The cluster could not be reached.' },
  ClusterError: { class: 'undetermined', meaning: 'The cluster answered with an error.' },
  WorkloadNotFound: { class: 'missing', meaning: 'The cluster has no such workload.' },
  ImageNotNamed: {
    class: 'undetermined',
    meaning: 'The manifest does not say which image runs: an operator, a parameter or another object does.',
  },
  ...SYNC_REASONS,
  FileUnreadable: { class: 'undetermined', meaning: 'The file or directory could not be read.' },
  InputInvalid: {
    class: 'invalid',
    meaning: 'The input is not what it must be; the message names file, line and field.',
  },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof REASONS;

/** Whether a text is one of the reason codes. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}

/** Why something could not be fetched, read or verified: what and where, and what to do about it. */
export interface Fault {
  readonly reason: Reason;
  readonly message: string;
  readonly remediation?: string;
}

/** A value, or the fault that stands in its place: what was not seen is data, never an exception. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

/** Wraps a value as an outcome. */
export function ok<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** Wraps a fault as an outcome. */
export function failed(
  reason: Reason,
  message: string,
  remediation?: string,
): { readonly ok: false; readonly fault: Fault } {
  return {
    ok: false,
    fault: remediation === undefined ? { reason, message } : { reason, message, remediation },
  };
}
