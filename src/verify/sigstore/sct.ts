import { createHash, verify } from 'node:crypto';
import { SCTS } from '../../limits.ts';
import { Refused } from '../refused.ts';
import { type Log, within } from '../trust-root.ts';
import { type Certificate, EXTENSIONS_TAG } from '../x509/certificate.ts';
import { childrenOf, contentsOf, encodeDer, readDer, TAG } from '../x509/der.ts';

/** RFC 6962 section 3.3: the X.509 extension that holds the list. */
const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';

/** RFC 6962 section 3.2. */
interface SignedCertificateTimestamp {
  readonly version: number;
  readonly logId: Buffer;
  /** Milliseconds since 1970, as they stand. */
  readonly timestamp: Buffer;
  readonly extensions: Buffer;
  readonly algorithm: number;
  readonly signature: Buffer;
}

/** The logs that have verifiably seen a certificate, and whether there are SCTs of logs that are not known. */
export interface SeenCertificate {
  readonly logs: ReadonlySet<Log>;
  readonly unknownLog: boolean;
}

/**
 * Verifies the SCTs that stand in a certificate (RFC 6962 section 3.2) as one that `issuer` made. Those that do not verify count for
 * nothing. Throws for a list that cannot be read.
 */
export function verifyScts(
  certificate: Certificate,
  issuer: Certificate,
  logs: readonly Log[],
): SeenCertificate {
  const extension = certificate.extensions.get(SCT_LIST);
  if (!extension) return { logs: new Set(), unknownLog: false };
  const list = readScts(contentsOf(readDer(extension.value), TAG.octetString));
  const precertificate = precertificateOf(certificate, issuer, extension.raw);
  const found = list.map((sct) => {
    const log = logs.find(({ ids }) => ids.some((id) => id.equals(sct.logId)));
    return { log, signed: log !== undefined && isSignedBy(log, sct, precertificate) };
  });
  return {
    logs: new Set(found.flatMap(({ log, signed }) => (log && signed ? [log] : []))),
    unknownLog: found.some(({ log }) => !log),
  };
}

function readScts(bytes: Buffer): readonly SignedCertificateTimestamp[] {
  const list = takeVector(bytes, 0);
  if (list.end !== bytes.length) throw new RangeError('bytes behind the list of SCTs');
  const scts: SignedCertificateTimestamp[] = [];
  for (let at = 0; at < list.value.length;) {
    const { value, end } = takeVector(list.value, at);
    if (scts.length === SCTS)
      throw new Refused(
        'LimitExceeded',
        `the certificate has more than ${SCTS} certificate timestamps (SCTS)`,
      );
    scts.push(readSct(value));
    at = end;
  }
  return scts;
}

function readSct(bytes: Buffer): SignedCertificateTimestamp {
  const extensions = takeVector(bytes, 41);
  const signature = takeVector(bytes, extensions.end + 2);
  if (signature.end !== bytes.length) throw new RangeError('bytes behind an SCT');
  return {
    version: bytes.readUInt8(0),
    logId: bytes.subarray(1, 33),
    timestamp: bytes.subarray(33, 41),
    extensions: extensions.value,
    algorithm: bytes.readUInt16BE(extensions.end),
    signature: signature.value,
  };
}

/** A vector of up to 2^16-1 bytes (RFC 8446 section 3.4). */
function takeVector(bytes: Buffer, at: number): { readonly value: Buffer; readonly end: number } {
  const begin = at + 2;
  const end = begin + bytes.readUInt16BE(at);
  if (end > bytes.length) throw new RangeError('an SCT that ends too early');
  return { value: bytes.subarray(begin, end), end };
}

/** RFC 6962 section 3.2, PreCert: the issuer's key, and what it signed without the list itself. */
function precertificateOf(certificate: Certificate, issuer: Certificate, sctExtension: Buffer): Buffer {
  const parts = childrenOf(certificate.tbs, TAG.sequence).map((part) => {
    if (part.tag !== EXTENSIONS_TAG) return part.raw;
    const [list] = childrenOf(part, EXTENSIONS_TAG);
    const others = childrenOf(list, TAG.sequence).filter(({ raw }) => !raw.equals(sctExtension));
    return encodeDer(EXTENSIONS_TAG, [
      encodeDer(
        TAG.sequence,
        others.map(({ raw }) => raw),
      ),
    ]);
  });
  const tbs = encodeDer(TAG.sequence, parts);
  const keyHash = createHash('sha256').update(issuer.subjectPublicKeyInfo).digest();
  return Buffer.concat([keyHash, uint(tbs.length, 3), tbs]);
}

/** RFC 5246 section 7.4.1.4.1: SHA-256 with ECDSA or RSA, the two that RFC 6962 section 2.1.4 allows. */
const ALGORITHMS: Readonly<Record<number, string>> = { 0x0403: 'ec', 0x0401: 'rsa' };
const VERSION_1 = 0;
const CERTIFICATE_TIMESTAMP = 0;
const PRECERTIFICATE_ENTRY = 1;

function isSignedBy(log: Log, sct: SignedCertificateTimestamp, precertificate: Buffer): boolean {
  const { version, timestamp, extensions, algorithm, signature } = sct;
  const time = new Date(Number(timestamp.readBigUInt64BE()));
  if (version !== VERSION_1 || !within(log.validFor, time)) return false;
  if (ALGORITHMS[algorithm] !== log.publicKey.asymmetricKeyType) return false;
  const head = Buffer.from([version, CERTIFICATE_TIMESTAMP]);
  const entryType = uint(PRECERTIFICATE_ENTRY, 2);
  const tail = [uint(extensions.length, 2), extensions];
  const signed = Buffer.concat([head, timestamp, entryType, precertificate, ...tail]);
  return verify('sha256', signed, log.publicKey, signature);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
