import type { KeyObject } from 'node:crypto';
import { childrenOf, contentsOf, contextTag, type Der, DerError, readDer, TAG } from './der.ts';
import { bitStringBytes, booleanOf, integerBytes, oidOf, smallInteger, timeOf } from './der-values.ts';
import { parsePublicKey } from './public-key.ts';

interface Extension {
  readonly critical: boolean;
  /** What the extension's octet string holds. */
  readonly value: Buffer;
  /** The whole extension as it stands in the certificate. */
  readonly raw: Buffer;
}

/** By object identifier. */
export type Extensions = ReadonlyMap<string, Extension>;

/** An X.509 certificate (RFC 5280 section 4.1), read once; names and keys are kept as the bytes they are compared by. */
export interface Certificate {
  readonly raw: Buffer;
  /** What the issuer signs. */
  readonly tbs: Der;
  readonly serialNumber: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subjectPublicKeyInfo: Buffer;
  readonly publicKey: KeyObject;
  /** The algorithm identifier of the signature. */
  readonly signatureAlgorithm: Der;
  readonly signature: Buffer;
  readonly extensions: Extensions;
}

/** The tag of the extensions in the part that is signed. */
export const EXTENSIONS_TAG = contextTag(3, true);
const VERSION_TAG = contextTag(0, true);
const VERSION_3 = 2;

/** Reads a certificate from its DER. Throws `DerError` for anything that RFC 5280 section 4.1 does not allow. */
export function parseCertificate(bytes: Buffer): Certificate {
  const raw = readDer(bytes);
  const [tbs, signatureAlgorithm, signature, ...more] = childrenOf(raw, TAG.sequence);
  if (!tbs || !signatureAlgorithm || more.length > 0) throw new DerError('this is no certificate');
  const [version, serial, algorithm, issuer, validity, subject, spki, ...rest] = childrenOf(
    tbs,
    TAG.sequence,
  );
  const [number] = childrenOf(version, VERSION_TAG);
  if (smallInteger(number) !== VERSION_3) throw new DerError('the certificate is not of version 3');
  // Section 4.1.1.2: the algorithm stands outside the signed part, and must be the one inside.
  if (!algorithm?.raw.equals(signatureAlgorithm.raw))
    throw new DerError('the certificate names two signature algorithms');
  const [notBefore, notAfter] = childrenOf(validity, TAG.sequence);
  contentsOf(spki, TAG.sequence);
  const serialNumber = integerBytes(serial);
  // Section 4.1.2.2. Zero is not allowed either, and in use.
  if ((serialNumber[0] ?? 0) & 0x80) throw new DerError('the certificate has a negative serial number');
  const subjectPublicKeyInfo = spki?.raw ?? Buffer.alloc(0);
  return {
    raw: raw.raw,
    tbs,
    serialNumber,
    issuer: rawSequence(issuer),
    subject: rawSequence(subject),
    notBefore: wholeSecondOf(notBefore),
    notAfter: wholeSecondOf(notAfter),
    subjectPublicKeyInfo,
    publicKey: parsePublicKey(subjectPublicKeyInfo),
    signatureAlgorithm,
    signature: bitStringBytes(signature),
    extensions: extensionsOf(rest.find(({ tag }) => tag === EXTENSIONS_TAG)),
  };
}

/** Section 4.1.2.5.2: times of certificates have no fraction of a second. */
function wholeSecondOf(element: Der | undefined): Date {
  const time = timeOf(element);
  if (element?.contents.includes('.')) throw new DerError('a time of validity with a fraction of a second');
  return time;
}

function rawSequence(element: Der | undefined): Buffer {
  contentsOf(element, TAG.sequence);
  return element?.raw ?? Buffer.alloc(0);
}

function extensionsOf(element: Der | undefined): Extensions {
  if (!element) return new Map();
  const [list, ...more] = childrenOf(element, EXTENSIONS_TAG);
  if (more.length > 0) throw new DerError('the certificate has two lists of extensions');
  return readExtensions(list);
}

/** Reads a list of extensions (RFC 5280 sections 4.2, 5.2 and 5.3). Throws `DerError`. */
export function readExtensions(list: Der | undefined): Extensions {
  const extensions = new Map<string, Extension>();
  for (const extension of childrenOf(list, TAG.sequence)) {
    const [id, ...parts] = childrenOf(extension, TAG.sequence);
    const value = parts.pop();
    const oid = oidOf(id);
    // Section 4.2: one of two would be the reader's choice.
    if (extensions.has(oid)) throw new DerError(`it has the extension ${oid} twice`);
    extensions.set(oid, {
      critical: parts.length > 0 && booleanOf(parts[0]),
      value: contentsOf(value, TAG.octetString),
      raw: extension.raw,
    });
  }
  return extensions;
}
