import { createHash } from 'node:crypto';
import { CERTIFICATE_CHAIN } from '../../limits.ts';
import { type CertificateAuthority, within } from '../trust-root.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { childrenOf, contentsOf, contextTag, type Der, DerError, TAG } from '../x509/der.ts';
import { integerBytes, oidOf } from '../x509/der-values.ts';
import { basicConstraints, extendedKeyUsage, PURPOSE, subjectKeyIdentifier } from '../x509/extensions.ts';
import { type CertificationPath, certificationPaths, validAt } from '../x509/path.ts';
import { hashOf, verifyWithAlgorithm } from '../x509/signature-algorithm.ts';
import { parseTimestampResponse, type SignerIdentifier, type TimestampToken } from './timestamp-token.ts';

/** A time that an authority vouches for, that no authority known here signed, or that does not verify. */
export type TimestampVerdict =
  | { readonly result: 'verified'; readonly time: Date; readonly authority: CertificateAuthority }
  | { readonly result: 'unknown-authority' }
  | { readonly result: 'invalid'; readonly why: string };

/**
 * Verifies a timestamp response over `data`, part by part (RFC 3161 section 2.4.2) with the authorities of a trust root: signer, imprint, signed
 * attributes, signature, and a path of certificates that is valid at the time it asserts. It never throws for what the bytes hold.
 */
export function verifyTimestamp(
  response: Buffer,
  data: Iterable<Uint8Array>,
  authorities: readonly CertificateAuthority[],
): TimestampVerdict {
  try {
    const token = parseTimestampResponse(response);
    const offered = certificatesOf(token);
    const signers = authorities.flatMap((authority) => signersOf(token, offered, authority));
    if (signers.length === 0) return { result: 'unknown-authority' };
    checkImprint(token, data);
    checkAttributes(token);
    const faults = signers.map(({ authority, signer }) => ({
      authority,
      why: faultOf(token, offered, authority, signer),
    }));
    const good = faults.find(({ why }) => why === null);
    if (good) return { result: 'verified', time: token.time, authority: good.authority };
    return { result: 'invalid', why: faults[0]?.why ?? '' };
  } catch (cause) {
    return { result: 'invalid', why: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** The certificates that came along, at most as many as any chain has. Throws `DerError`. */
export function certificatesOf({ certificates }: TimestampToken): readonly Certificate[] {
  if (certificates.length > CERTIFICATE_CHAIN)
    throw new DerError(`it has more certificates than the limit of ${CERTIFICATE_CHAIN} (CERTIFICATE_CHAIN)`);
  return certificates.map((der) => parseCertificate(der));
}

/**
 * The certificates of an authority that the token names as its signer: the authority's own leaf or, where its chain has authorities
 * only, one that came with the token, which the chain then has to vouch for, be it through others that came along.
 */
function signersOf(
  token: TimestampToken,
  offered: readonly Certificate[],
  authority: CertificateAuthority,
): readonly { readonly authority: CertificateAuthority; readonly signer: Certificate }[] {
  const [leaf] = authority.chain;
  const known = leaf && !basicConstraints(leaf).authority;
  return (known ? [leaf] : offered)
    .filter((candidate) => isNamed(candidate, token.signer))
    .filter((candidate) => known || pathsOf(candidate, offered, authority).length > 0)
    .map((signer) => ({ authority, signer }));
}

/** Whether the token names this certificate as its signer's. */
export function isNamed(certificate: Certificate, signer: SignerIdentifier): boolean {
  if ('subjectKeyIdentifier' in signer)
    return subjectKeyIdentifier(certificate)?.equals(signer.subjectKeyIdentifier) ?? false;
  return certificate.issuer.equals(signer.issuer) && certificate.serialNumber.equals(signer.serialNumber);
}

/** The token is over this data. Throws `DerError`. */
export function checkImprint({ imprint }: TimestampToken, data: Iterable<Uint8Array>): void {
  if (!hashWith(imprint.algorithm, data).equals(imprint.hash))
    throw new DerError('it was made for another signature');
}

const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';

/** RFC 5652 section 5.4: the signed attributes name what is signed, and its digest. Throws `DerError`. */
export function checkAttributes({ attributes, digestAlgorithm, info }: TimestampToken): void {
  if (oidOf(attributes.get(CONTENT_TYPE)) !== TST_INFO)
    throw new DerError('its signed attributes are of another content type');
  const digest = contentsOf(attributes.get(MESSAGE_DIGEST), TAG.octetString);
  if (!hashWith(digestAlgorithm, [info]).equals(digest))
    throw new DerError('its signed attributes are for another time');
}

/** Why a token is not this signer's word at its time, or null. */
function faultOf(
  token: TimestampToken,
  offered: readonly Certificate[],
  authority: CertificateAuthority,
  signer: Certificate,
): string | null {
  const usage = extendedKeyUsage(signer);
  // RFC 3161 section 2.3: for timestamps only, and critical.
  if (!usage?.critical || usage.purposes.length !== 1 || usage.purposes[0] !== PURPOSE.timeStamping)
    return 'its signer is not a certificate for timestamps alone';
  // Where none is named, the signer identifier stands alone.
  if (namesSigningCertificate(token, signer) === false) return 'it was signed under another certificate';
  const { signatureAlgorithm, signedAttributes, signature, digestAlgorithm } = token;
  const hash = hashOf(digestAlgorithm);
  if (!verifyWithAlgorithm(signatureAlgorithm, signer.publicKey, signedAttributes, signature, hash))
    return 'its signature does not verify';
  if (!within(authority.validFor, token.time) || !isValidAt(token.time, offered, authority, signer))
    return `its authority was not valid at ${token.time.toISOString()}`;
  return null;
}

function isValidAt(
  time: Date,
  offered: readonly Certificate[],
  authority: CertificateAuthority,
  signer: Certificate,
): boolean {
  // A chain of nothing but the signer is an anchor by itself.
  if (authority.chain.length === 1 && authority.chain[0] === signer) return validAt([signer], time);
  return pathsOf(signer, offered, authority).some((path) => validAt(path, time));
}

function pathsOf(
  signer: Certificate,
  offered: readonly Certificate[],
  { chain }: CertificateAuthority,
): readonly CertificationPath[] {
  return certificationPaths(signer, chain, offered, PURPOSE.timeStamping);
}

const DIRECTORY_NAME = contextTag(4, true);
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

/**
 * RFC 5035 sections 3 and 4: whether the first certificate that is named is the signer's, by its hash and, where that stands there too,
 * by issuer and serial number; null where none is named. Throws `DerError`.
 */
export function namesSigningCertificate({ attributes }: TimestampToken, signer: Certificate): boolean | null {
  const attribute = attributes.get(SIGNING_CERTIFICATE_V2);
  if (!attribute) return null;
  const [list] = childrenOf(attribute, TAG.sequence);
  const [first] = childrenOf(list, TAG.sequence);
  const parts = childrenOf(first, TAG.sequence);
  // ESSCertIDv2: the algorithm is left out where it is SHA-256.
  const plain = parts[0]?.tag === TAG.octetString;
  const [algorithm, hash, issuerSerial] = plain ? [undefined, ...parts] : parts;
  const expected = algorithm
    ? hashWith(algorithm, [signer.raw])
    : createHash('sha256').update(signer.raw).digest();
  return (
    expected.equals(contentsOf(hash, TAG.octetString)) &&
    (!issuerSerial || isIssuerSerialOf(issuerSerial, signer))
  );
}

/** IssuerSerial: the issuer as the only one of its general names, a directory name (RFC 5280 section 4.2.1.6). */
function isIssuerSerialOf(issuerSerial: Der, { issuer, serialNumber }: Certificate): boolean {
  const [names, serial] = childrenOf(issuerSerial, TAG.sequence);
  const [name, ...more] = childrenOf(names, TAG.sequence);
  return (
    more.length === 0 &&
    contentsOf(name, DIRECTORY_NAME).equals(issuer) &&
    integerBytes(serial).equals(serialNumber)
  );
}

function hashWith(algorithm: Der | undefined, data: Iterable<Uint8Array>): Buffer {
  const name = hashOf(algorithm);
  if (name === null) throw new DerError('it uses a hash that is too weak or unknown');
  const hash = createHash(name);
  for (const piece of data) hash.update(piece);
  return hash.digest();
}
