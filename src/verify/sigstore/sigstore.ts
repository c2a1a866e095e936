import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Evidence } from '../../evidence/collector.ts';
import { REASONS } from '../../reasons.ts';
import type { TrustRoot } from '../trust-root.ts';
import { Refused } from '../refused.ts';
import type { Claim, Refusal, TrustedKey, TrustMaterial, Verdict, Verifier } from '../verifier.ts';
import type { Certificate } from '../x509/certificate.ts';
import { DerError } from '../x509/der.ts';
import { readIdentity } from './identity.ts';
import { readSigned, type SignedEntity } from './signed-entity.ts';
import { verifyEntity } from './verify-entity.ts';

/** Signatures and attestations made with Sigstore, keyless and with key pairs, in every layout that cosign writes. */
export const sigstore: Verifier = {
  formats: ['sigstore-bundle', 'simple-signing', 'dsse-envelope'],
  verify: (evidence, trust) => verifySigstore(evidence, trust),
};

/** Verifies evidence under all trust material. `artifact` are the bytes of its subject, for a signature over them that has no image. */
export function verifySigstore(
  evidence: Evidence,
  trust: TrustMaterial,
  artifact: Buffer | null = null,
): Verdict {
  const attempts = verifyUnderAll(evidence, trust, artifact);
  const [first, ...others] = attempts.flatMap((attempt) => ('claim' in attempt ? [attempt.claim] : []));
  if (first) return { result: 'verified', evidence, claims: [first, ...others] };
  const refusals = attempts.flatMap((attempt) => ('refusal' in attempt ? [attempt.refusal] : []));
  return { result: 'refused', evidence, refusal: mostTelling(refusals) };
}

type Attempt = { readonly claim: Claim } | { readonly refusal: Refusal };

function attempt(verify: () => Claim): Attempt {
  try {
    return { claim: verify() };
  } catch (cause) {
    if (cause instanceof Refused) return { refusal: { reason: cause.reason, message: cause.message } };
    const reason = cause instanceof DerError ? 'CertificateInvalid' : 'SignatureMalformed';
    const message = `it cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    return { refusal: { reason, message } };
  }
}

function verifyUnderAll(
  evidence: Evidence,
  trust: TrustMaterial,
  artifact: Buffer | null,
): readonly Attempt[] {
  let signed: SignedEntity;
  try {
    signed = readSigned(evidence, artifact);
  } catch (cause) {
    return [
      attempt(() => {
        throw cause;
      }),
    ];
  }
  const { certificate } = signed;
  if (certificate) {
    const known = trust.roots.filter((root) => knowsIssuer(root, [certificate, ...signed.offered]));
    if (known.length > 0)
      return known.map((root) => attempt(() => verifyCertificate(signed, certificate, root)));
    return [{ refusal: unknownAuthority(certificate.raw, trust.roots) }];
  }
  if (trust.keys.length === 0) {
    return [
      {
        refusal: { reason: 'SignerNotTrusted', message: 'it is signed with a key, and no key is configured' },
      },
    ];
  }
  return trust.keys.map((key) => attempt(() => verifyKey(signed, key)));
}

function verifyCertificate(signed: SignedEntity, certificate: Certificate, root: TrustRoot): Claim {
  const identity = readIdentity(certificate);
  // Fulcio names the issuer of whom it certifies; only an own PKI, which no certificate log watches, may leave it out.
  if (identity.issuer === '' && root.signedCertificateTimestamps > 0)
    throw new Refused(
      'CertificateInvalid',
      'the certificate does not say which OIDC issuer its name comes from',
    );
  checkSignature(signed, certificate.publicKey);
  const rests = verifyEntity(signed, certificate, root);
  const signer = { kind: 'certificate', ...identity, trustRoot: root.name } as const;
  return { content: signed.readContent(), signer, ...rests, trustRoot: root.name };
}

function verifyKey(signed: SignedEntity, trusted: TrustedKey): Claim {
  const signer = { kind: 'key', authority: trusted.authority, fingerprint: trusted.fingerprint } as const;
  if (!signed.content.verifySignature(trusted.key)) {
    throw new Refused(
      'SignerNotTrusted',
      `the signature does not verify with the key of ${trusted.authority}: another key made it, or it was changed since`,
    );
  }
  const { root } = trusted;
  const rests = root
    ? verifyEntity(signed, trusted.key, root)
    : { times: [], logIndex: null, passedOver: [] };
  checkKeyValidity(
    trusted,
    rests.times.map((time) => time.value),
  );
  return { content: signed.readContent(), signer, ...rests, trustRoot: root?.name ?? null };
}

/** First of all checks, so that changed bytes are called that, and not by the log entry or timestamp that no longer fits. */
function checkSignature(signed: SignedEntity, key: KeyObject): void {
  if (!signed.content.verifySignature(key)) {
    throw new Refused(
      'SignatureInvalid',
      'the signature does not fit what it is said to sign: the payload, the signature or the certificate was changed after signing',
    );
  }
}

function checkKeyValidity(trusted: TrustedKey, times: readonly Date[]): void {
  const { notBefore, notAfter, authority } = trusted;
  if (notBefore === null && notAfter === null) return;
  if (times.length === 0) {
    throw new Refused(
      'TimestampMissing',
      `the key of ${authority} is limited in time, and no verified time says when it signed`,
    );
  }
  const outside = times.find(
    (time) => (notBefore !== null && time < notBefore) || (notAfter !== null && time > notAfter),
  );
  if (outside) {
    throw new Refused(
      'KeyOutsideValidity',
      `the key of ${authority} signed at ${outside.toISOString()}, outside the time that the policy allows it`,
    );
  }
}

function knowsIssuer(root: TrustRoot, certificates: readonly Certificate[]): boolean {
  const known = root.certificateAuthorities.flatMap(({ chain }) => chain);
  return known.some(({ subject }) => certificates.some(({ issuer }) => issuer.equals(subject)));
}

function unknownAuthority(der: Buffer, roots: readonly TrustRoot[]): Refusal {
  const issuer = issuerName(der);
  const names = roots.map((root) => root.name).join(', ') || 'none configured';
  return {
    reason: 'SignerNotTrusted',
    message: `its certificate is from ${issuer}, an authority that no trust root here knows (${names})`,
  };
}

/** The issuer in words. Node's parser refuses certificates that are read here. */
function issuerName(der: Buffer): string {
  try {
    return new X509Certificate(der).issuer.replaceAll('\n', ', ');
  } catch {
    return 'an authority whose name cannot be shown';
  }
}

/** Of several refusals the one that says most: proof of wrong-doing before doubt, doubt before a stranger. */
const TELLING = ['invalid', 'undetermined', 'missing', 'stale', 'untrusted'];

function mostTelling(refusals: readonly Refusal[]): Refusal {
  const rank = (refusal: Refusal): number => TELLING.indexOf(REASONS[refusal.reason].class);
  const [first] = refusals.toSorted((a, b) => rank(a) - rank(b));
  return first ?? { reason: 'SignerNotTrusted', message: 'no trust root and no key is configured' };
}
