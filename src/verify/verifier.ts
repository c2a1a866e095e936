import type { KeyObject } from 'node:crypto';
import type { Evidence, EvidenceFormat } from '../evidence/collector.ts';
import type { Reason } from '../reasons.ts';
import type { Statement } from './in-toto.ts';
import type { Level } from './notation/levels.ts';
import type { Ask } from '../evidence/revocation-question.ts';
import type { SigningScheme } from './notation/signed-attributes.ts';
import type { NotationTrust } from './notation/trust.ts';
import type { Identity } from './sigstore/identity.ts';
import type { TrustRoot } from './trust-root.ts';

/** A public key that the policy trusts, with the conditions under which it does. */
export interface TrustedKey {
  /** The name of the authority that holds it. */
  readonly authority: string;
  readonly key: KeyObject;
  /** sha256 of the SubjectPublicKeyInfo, hex. */
  readonly fingerprint: string;
  /** Whose logs and timestamps count for this key; null where the log is not asked for. */
  readonly root: TrustRoot | null;
  readonly notBefore: Date | null;
  readonly notAfter: Date | null;
}

export interface TrustMaterial {
  readonly roots: readonly TrustRoot[];
  readonly keys: readonly TrustedKey[];
  /** Trust policies and stores of Notation, by the authorities that name them. */
  readonly notation?: readonly NotationTrust[] | undefined;
}

/** What evidence is judged by beside trust: whose it has to be, when, and what is known of revocation. */
export interface Circumstances {
  /** The repository of the image, registry included. */
  readonly repository: string;
  /** Other names of it, as a workload writes it and a node has it: what is trusted by the name has to be so by each. */
  readonly alsoNamed?: readonly string[] | undefined;
  readonly judgedAt: Date;
  readonly ask: Ask;
}

export type Signer =
  | (Identity & { readonly kind: 'certificate'; readonly trustRoot: string })
  | { readonly kind: 'key'; readonly authority: string; readonly fingerprint: string }
  | NotationSigner;

/** Who holds a certificate that an authority trusts by Notation's rules. */
export interface NotationSigner {
  readonly kind: 'notation';
  readonly authority: string;
  /** The subject of the signing certificate (RFC 4514). */
  readonly subject: string;
  /** sha256 of the signing certificate, hex. */
  readonly thumbprint: string;
}

/** What is to be known of a Notary Project signature beside its signer. */
export interface NotationFacts {
  readonly scheme: SigningScheme;
  /** As the signer says; under `notary.x509` nobody vouches for it. */
  readonly signingTime: Date;
  readonly expiry: Date | null;
  /** The statement of the trust policy that it was verified by, and its level. */
  readonly statement: string;
  readonly level: Level;
  /** The validations that failed, and that the level only logs. */
  readonly logged: readonly Refusal[];
}

export interface VerifiedTime {
  readonly value: Date;
  readonly source: 'log' | 'tsa' | 'signing-authority';
}

/** What was signed, bound to the subject's digest. */
export type Content =
  | {
      readonly kind: 'signature';
      readonly annotations: Readonly<Record<string, unknown>>;
      readonly dockerReference: string | null;
    }
  | { readonly kind: 'attestation'; readonly predicateType: string; readonly statement: Statement };

/** Verified evidence: this signer vouches for this content, and has done so at these times. */
export interface Claim {
  readonly content: Content;
  readonly signer: Signer;
  readonly times: readonly VerifiedTime[];
  readonly logIndex: string | null;
  /** The trust root that the log and the times were verified with; null for a key without a log. */
  readonly trustRoot: string | null;
  /** What came along with it and counted for nothing, each in a clause. */
  readonly passedOver: readonly string[];
  readonly notation?: NotationFacts | undefined;
}

export interface Refusal {
  readonly reason: Reason;
  readonly message: string;
}

/** A verdict on one piece of evidence: one claim for every trust root or key that it holds under, else why it was refused. */
export type Verdict =
  | {
      readonly result: 'verified';
      readonly evidence: Evidence;
      readonly claims: readonly [Claim, ...Claim[]];
    }
  | { readonly result: 'refused'; readonly evidence: Evidence; readonly refusal: Refusal };

/** What makes a signature good: a pure function of bytes, trust material and circumstances. It never throws for what the bytes hold. */
export interface Verifier {
  readonly formats: readonly EvidenceFormat[];
  verify(evidence: Evidence, trust: TrustMaterial, circumstances: Circumstances): Verdict;
}
