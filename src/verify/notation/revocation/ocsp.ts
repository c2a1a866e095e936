import { createHash } from 'node:crypto';
import { REVOCATION_SKEW_MS } from '../../../limits.ts';
import {
  type Certificate,
  type Extensions,
  parseCertificate,
  readExtensions,
} from '../../x509/certificate.ts';
import {
  childrenOf,
  contentsOf,
  contextTag,
  type Der,
  DerError,
  encodeDer,
  readDer,
  TAG,
} from '../../x509/der.ts';
import { bitStringBytes, integerBytes, oidOf, smallInteger, timeOf } from '../../x509/der-values.ts';
import {
  criticalUnknown,
  extendedKeyUsage,
  KEY_USAGE,
  mayBeUsedFor,
  PURPOSE,
} from '../../x509/extensions.ts';
import { algorithmFault, verifyWithAlgorithm } from '../../x509/signature-algorithm.ts';
import { isStrong } from '../algorithms.ts';
import { isIssuedBy, notValidAt } from '../chain.ts';

/** What a responder says of a certificate (RFC 6960 section 4.2.1). */
type OcspStatus =
  | { readonly status: 'good' }
  | { readonly status: 'unknown' }
  | { readonly status: 'revoked'; readonly invalidSince: Date | null };

/** An answer by a responder that may give it. */
export interface OcspAnswer {
  readonly status: OcspStatus;
  /** The certificate of a responder that signs on the authority's behalf, which may itself be revoked; null for the authority itself. */
  readonly responder: Certificate | null;
}

const SHA1 = '1.3.14.3.2.26';
const HASHES: ReadonlyMap<string, string> = new Map([
  [SHA1, 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
const SHA1_IDENTIFIER = Buffer.from('300906052b0e03021a0500', 'hex');

/** A request for one certificate (RFC 6960 section 4.1.1), which names it by SHA-1 as all responders know it, and has no nonce. */
export function ocspRequest(certificate: Certificate, issuer: Certificate): Buffer {
  const certId = encodeDer(TAG.sequence, [
    SHA1_IDENTIFIER,
    encodeDer(TAG.octetString, [createHash('sha1').update(issuer.subject).digest()]),
    encodeDer(TAG.octetString, [createHash('sha1').update(keyBits(issuer)).digest()]),
    encodeDer(TAG.integer, [certificate.serialNumber]),
  ]);
  const sequence = (...parts: readonly Buffer[]) => encodeDer(TAG.sequence, parts);
  return sequence(sequence(sequence(sequence(certId))));
}

/** The key itself, without what says of which kind it is. */
function keyBits({ subjectPublicKeyInfo }: Certificate): Buffer {
  const [, key] = childrenOf(readDer(subjectPublicKeyInfo), TAG.sequence);
  return bitStringBytes(key);
}

/** RFC 6960 section 4.2.2.2.1, id-pkix-ocsp-nocheck. */
export const NO_CHECK = '1.3.6.1.5.5.7.48.1.5';
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';
const SUCCESSFUL = 0;

/**
 * Reads and verifies an OCSP response about a certificate (RFC 6960 sections 3.2 and 4.2.2): it is of this certificate, signed by its
 * issuer or by somebody whom the issuer lets sign, and of this time. Throws `DerError` with what is wrong.
 */
export function readOcspResponse(
  bytes: Buffer,
  certificate: Certificate,
  issuer: Certificate,
  now: Date,
): OcspAnswer {
  const [status, responseBytes] = childrenOf(readDer(bytes), TAG.sequence);
  const code = contentsOf(status, TAG.enumerated)[0];
  if (code !== SUCCESSFUL) throw new DerError(`the responder answers with the error ${String(code)}`);
  const [wrapped] = childrenOf(responseBytes, contextTag(0, true));
  const [type, response] = childrenOf(wrapped, TAG.sequence);
  if (oidOf(type) !== BASIC_RESPONSE) throw new DerError('it is no basic OCSP response');
  const [data, algorithm, signature, certificates] = childrenOf(
    readDer(contentsOf(response, TAG.octetString)),
    TAG.sequence,
  );
  if (!data || !algorithm) throw new DerError('it has no signature');
  const { responderId, responses } = readResponseData(data);
  const weak = algorithmFault(algorithm);
  if (weak !== null) throw new DerError(`it ${weak}`);
  const signer = signerOf(responderId, certificates, issuer, now);
  if (!verifyWithAlgorithm(algorithm, signer.publicKey, data.raw, bitStringBytes(signature)))
    throw new DerError('its signature does not verify');
  const about = responses.filter((single) => isAbout(single, certificate, issuer));
  const [first, ...more] = about.map((single) => readSingle(single, now));
  if (!first) throw new DerError('it is about another certificate');
  const worst = [first, ...more].find(({ status: one }) => one === 'revoked') ?? first;
  return { status: worst, responder: signer === issuer ? null : signer };
}

const VERSION_TAG = contextTag(0, true);
const VERSION_1 = 0;

/** RFC 6960 section 4.2.1, ResponseData. */
function readResponseData(data: Der): { readonly responderId: Der; readonly responses: readonly Der[] } {
  const parts = childrenOf(data, TAG.sequence);
  const versioned = parts[0]?.tag === VERSION_TAG;
  const [version] = versioned ? childrenOf(parts[0], VERSION_TAG) : [];
  if (version && smallInteger(version) !== VERSION_1)
    throw new DerError('it is a response of another version than the first');
  const [responderId, , responses, extensions] = versioned ? parts.slice(1) : parts;
  if (!responderId) throw new DerError('it does not say who answers');
  refuseCritical(extensionsIn(extensions));
  return { responderId, responses: childrenOf(responses, TAG.sequence) };
}

function extensionsIn(element: Der | undefined): Extensions {
  if (!element) return new Map();
  const [list] = childrenOf(element, contextTag(1, true));
  return readExtensions(list);
}

/** RFC 6960 section 4.4: none of the extensions has to be understood, unless it says so. */
function refuseCritical(extensions: Extensions): void {
  const critical = [...extensions].find(([, one]) => one.critical)?.[0];
  if (critical !== undefined) throw new DerError(`it has the critical extension ${critical}`);
}

/** RFC 6960 section 4.2.2.2: the issuer, or whom the issuer itself has certified for signing OCSP responses. */
function signerOf(
  responderId: Der,
  certificates: Der | undefined,
  issuer: Certificate,
  now: Date,
): Certificate {
  if (isNamed(responderId, issuer)) return issuer;
  const [list] = certificates ? childrenOf(certificates, contextTag(0, true)) : [];
  const along = list ? childrenOf(list, TAG.sequence).map(({ raw }) => parseCertificate(raw)) : [];
  const signer = along.find((one) => isNamed(responderId, one));
  if (!signer) throw new DerError('the certificate of its responder did not come along');
  if (!isIssuedBy(signer, issuer)) throw new DerError('another authority has certified its responder');
  if (!extendedKeyUsage(signer)?.purposes.includes(PURPOSE.ocspSigning))
    throw new DerError('its responder is not certified for signing OCSP responses');
  if (mayBeUsedFor(signer, KEY_USAGE.digitalSignature) === false)
    throw new DerError('the certificate of its responder is not for signatures');
  const unknown = criticalUnknown(signer);
  if (unknown !== null && unknown !== NO_CHECK)
    throw new DerError(`the certificate of its responder has the critical extension ${unknown}`);
  if (!isStrong(signer.publicKey)) throw new DerError('the key of its responder is too weak');
  if (notValidAt([signer], now)) throw new DerError('the certificate of its responder is not valid now');
  return signer;
}

/** RFC 6960 section 4.2.1, ResponderID: by name, or by the SHA-1 of its key. */
function isNamed(responderId: Der, certificate: Certificate): boolean {
  const [choice] = childrenOf(responderId, responderId.tag);
  if (responderId.tag === contextTag(1, true)) return choice?.raw.equals(certificate.subject) ?? false;
  if (responderId.tag !== contextTag(2, true)) return false;
  return createHash('sha1').update(keyBits(certificate)).digest().equals(contentsOf(choice, TAG.octetString));
}

/** RFC 6960 section 4.1.1, CertID: all of it, as a serial number alone is another certificate's under another issuer. */
function isAbout(single: Der, certificate: Certificate, issuer: Certificate): boolean {
  const [certId] = childrenOf(single, TAG.sequence);
  const [algorithm, nameHash, keyHash, serial] = childrenOf(certId, TAG.sequence);
  const [id] = childrenOf(algorithm, TAG.sequence);
  const hash = HASHES.get(oidOf(id));
  if (hash === undefined) return false;
  const hashed = (data: Buffer) => createHash(hash).update(data).digest();
  return (
    hashed(issuer.subject).equals(contentsOf(nameHash, TAG.octetString)) &&
    hashed(keyBits(issuer)).equals(contentsOf(keyHash, TAG.octetString)) &&
    certificate.serialNumber.equals(integerBytes(serial))
  );
}

const INVALIDITY_DATE = '2.5.29.24';

/** RFC 6960 section 4.2.1, SingleResponse; section 4.2.2.1 for its times. Without nextUpdate nothing says until when it holds. */
function readSingle(single: Der, now: Date): OcspStatus {
  const [, status, thisUpdate, ...rest] = childrenOf(single, TAG.sequence);
  const next = rest.find(({ tag }) => tag === contextTag(0, true));
  const [nextUpdate] = next ? childrenOf(next, next.tag) : [];
  if (!nextUpdate) throw new DerError('it does not say until when it holds (nextUpdate)');
  if (timeOf(nextUpdate) < now) throw new DerError(`it held until ${timeOf(nextUpdate).toISOString()}`);
  if (timeOf(thisUpdate).getTime() > now.getTime() + REVOCATION_SKEW_MS)
    throw new DerError(`it is of a time to come, ${timeOf(thisUpdate).toISOString()}`);
  const extensions = extensionsIn(rest.find(({ tag }) => tag === contextTag(1, true)));
  refuseCritical(extensions);
  switch (status?.tag) {
    case contextTag(0, false):
      return { status: 'good' };
    case contextTag(1, true):
      return { status: 'revoked', invalidSince: invalidityDate(extensions) };
    case contextTag(2, false):
      return { status: 'unknown' };
    default:
      throw new DerError('it has no status');
  }
}

/** RFC 5280 section 5.3.2: since when the key was not to be trusted; null where nothing says so. Throws `DerError`. */
export function invalidityDate(extensions: Extensions): Date | null {
  const extension = extensions.get(INVALIDITY_DATE);
  if (!extension) return null;
  const time = readDer(extension.value);
  if (time.tag !== TAG.generalizedTime) throw new DerError('an invalidity date that is no time');
  return timeOf(time);
}
