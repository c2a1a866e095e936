import type { Outcome } from '../../reasons.ts';
import type { Refusal, Circumstances } from '../verifier.ts';
import type { Certificate } from '../x509/certificate.ts';
import { nameOf } from './certificate-profile.ts';
import { notValidAt } from './chain.ts';
import { identityFault } from './identities.ts';
import type { IntactSignature } from './integrity.ts';
import { revocationFault } from './revocation/revocation.ts';
import { type Timestamp, verifyTimestampToken } from './timestamp.ts';
import { type NotationTrust, storeKey } from './trust.ts';
import type { Statement, StoreType } from './trust-policy.ts';

/** What a signature is held against: the statement that applies, the stores that it names, and the time. */
export interface Question {
  readonly signature: IntactSignature;
  readonly trust: NotationTrust;
  readonly statement: Statement;
  readonly circumstances: Circumstances;
}

/**
 * "Validate Authenticity": some certificate of the chain is one of the trust stores for the scheme, byte for byte, and the signer is
 * one of the trusted identities. Null if that is so.
 */
export function authenticityFault({ signature, trust, statement }: Question): Refusal | null {
  const { chain, envelope } = signature;
  const { scheme } = envelope.attributes;
  const type = scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
  const trusted = certificatesIn(trust, statement, type);
  if (!trusted.ok) return trusted.fault;
  const where = `the ${type} trust stores of the statement ${JSON.stringify(statement.name)} (${trust.origin})`;
  if (!chain.some(({ raw }) => trusted.value.some((one) => one.raw.equals(raw))))
    return {
      reason: 'SignerNotTrusted',
      message: `it is signed by ${nameOf(chain[0])}, and no certificate of its chain is in ${where}`,
    };
  const named = `the trusted identities of the statement ${JSON.stringify(statement.name)} (${trust.origin})`;
  const why = identityFault(chain[0], statement.trustedIdentities, named);
  return why === null ? null : { reason: 'SignerNotTrusted', message: why };
}

/** "Validate Expiry": expired is what has reached the time. */
export function expiryFault({ signature, circumstances }: Question): Refusal | null {
  const { expiry } = signature.envelope.attributes;
  return expiry && circumstances.judgedAt >= expiry
    ? { reason: 'SignatureExpired', message: `its signer wanted it to expire at ${expiry.toISOString()}` }
    : null;
}

/** When a signature was made, as somebody vouches for it; null where nobody does. */
type AuthenticTime = { readonly value: Date; readonly source: 'tsa' | 'signing-authority' } | null;

export interface TimeValidation {
  readonly time: AuthenticTime;
  readonly fault: Refusal | null;
}

/** "Validate Authentic Timestamp": every certificate of the chain was valid at the authentic time, or is so now where there is none. */
export function validateTime(question: Question): TimeValidation {
  const { signature, circumstances } = question;
  const { chain, envelope } = signature;
  const { scheme, signingTime } = envelope.attributes;
  if (scheme === 'notary.x509.signingAuthority') {
    const outside = notValidAt(chain, signingTime);
    const time = { value: signingTime, source: 'signing-authority' } as const;
    return outside
      ? { time: null, fault: invalidAt(outside, signingTime, 'at its authentic signing time') }
      : { time, fault: null };
  }
  if (needsTimestamp(question)) return validateTimestamp(question);
  const outside = notValidAt(chain, circumstances.judgedAt);
  const fault = outside && invalidAt(outside, circumstances.judgedAt, 'now, and no timestamp was asked for');
  return { time: null, fault };
}

function invalidAt(certificate: Certificate, time: Date, when: string): Refusal {
  const { notBefore, notAfter } = certificate;
  const expired = time > notAfter;
  return {
    reason: expired ? 'CertificateExpired' : 'CertificateInvalid',
    message: `the certificate ${nameOf(certificate)}, valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}, was not valid ${when} (${time.toISOString()})`,
  };
}

/** "Timestamp Countersignature Verification details": the conditions under which one is asked for. */
function needsTimestamp({ signature, statement, circumstances }: Question): boolean {
  return (
    statement.trustStores.some(({ type }) => type === 'tsa') &&
    (statement.verifyTimestamp === 'always' ||
      signature.chain.some(({ notAfter }) => circumstances.judgedAt > notAfter))
  );
}

function validateTimestamp(question: Question): TimeValidation {
  const { signature, trust, statement } = question;
  const refuse = (fault: Refusal): TimeValidation => ({ time: null, fault });
  const { timestamp: token, signature: primitive } = signature.envelope;
  if (!token?.length)
    return refuse({ reason: 'TimestampMissing', message: 'it has no timestamp countersignature' });
  const roots = certificatesIn(trust, statement, 'tsa');
  if (!roots.ok) return refuse(roots.fault);
  const verdict = verifyTimestampToken(token, primitive, roots.value);
  if (!verdict.ok)
    return refuse({
      reason: 'TimestampInvalid',
      message: `its timestamp countersignature does not count: ${verdict.why}`,
    });
  const fault = timestampFault(verdict.timestamp, question);
  return fault ? refuse(fault) : { time: { value: verdict.timestamp.time, source: 'tsa' }, fault: null };
}

/** The whole interval of the timestamp lies within every certificate's validity, and its authority was not revoked. */
function timestampFault(
  { earliest, latest, chain }: Timestamp,
  { signature, circumstances }: Question,
): Refusal | null {
  const outside = notValidAt(signature.chain, earliest, latest);
  if (outside) {
    const time = latest > outside.notAfter ? latest : earliest;
    return invalidAt(outside, time, 'when it was timestamped');
  }
  const { ask, judgedAt: now } = circumstances;
  const revoked = revocationFault(chain, { ask, now, signedAt: null });
  return revoked && { ...revoked, message: `of its timestamp authority: ${revoked.message}` };
}

/** "Validate Revocation Status" of the certificates that signed. */
export function revocationOf({ signature, circumstances }: Question): Refusal | null {
  const { ask, judgedAt: now } = circumstances;
  const { scheme, signingTime } = signature.envelope.attributes;
  const signedAt = scheme === 'notary.x509.signingAuthority' ? signingTime : null;
  return revocationFault(signature.chain, { ask, now, signedAt });
}

/** The certificates of all stores of a type that a statement names; one that cannot be used fails them all. */
function certificatesIn(
  { stores, origin }: NotationTrust,
  { trustStores, name }: Statement,
  type: StoreType,
): Outcome<readonly Certificate[]> {
  const certificates: Certificate[] = [];
  for (const store of trustStores.filter((one) => one.type === type)) {
    const read = stores.get(storeKey(store));
    if (!read?.ok) {
      const why = read?.fault.message ?? 'was not read';
      const message = `${origin}: the statement ${JSON.stringify(name)} names the trust store ${storeKey(store)}: ${why}`;
      return { ok: false, fault: { reason: 'TrustStoreInvalid', message } };
    }
    certificates.push(...read.value);
  }
  return { ok: true, value: certificates };
}
