import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  tagged,
  taggedPrimitive,
  utf8String,
  validityTime,
} from './der.ts';
import { type AnyHash, digest, type Key, signatureAlgorithm } from './keys.ts';

/** A certificate with the key that is in it, as whoever holds it has it. */
export interface Certificate {
  readonly der: Buffer;
  readonly key: Key;
  /** The subject, DER. */
  readonly name: Buffer;
  /** The issuer, DER. */
  readonly issuer: Buffer;
  readonly serial: Buffer;
}

export interface CertificateParts {
  readonly name: Buffer;
  readonly key: Key;
  readonly issuer: Buffer;
  readonly issuerKey: Key;
  readonly from: Date;
  readonly to: Date;
  readonly serial: Buffer;
  readonly extensions: readonly Buffer[];
  readonly hash?: AnyHash;
}

/** A distinguished name of organisation and common name; without a common name the empty one, as in Fulcio's leaves. */
export function distinguishedName(commonName?: string, organisation = 'sigstore.test'): Buffer {
  if (commonName === undefined) return sequence();
  const part = (type: string, value: string): Buffer => setOf(sequence(oid(type), utf8String(value)));
  return sequence(part('2.5.4.10', organisation), part('2.5.4.3', commonName));
}

/** RFC 5280, 4.1.2: what is signed in a certificate. */
export function toBeSigned(parts: CertificateParts): Buffer {
  return sequence(
    tagged(0, integer(2)),
    integer(parts.serial),
    signatureAlgorithm(parts.issuerKey, parts.hash),
    parts.issuer,
    sequence(validityTime(parts.from), validityTime(parts.to)),
    parts.name,
    parts.key.spki,
    ...(parts.extensions.length > 0 ? [tagged(3, sequence(...parts.extensions))] : []),
  );
}

/** RFC 5280, 4.1. */
export function certificate(parts: CertificateParts): Certificate {
  const tbs = toBeSigned(parts);
  const signature = parts.issuerKey.sign(tbs, parts.hash);
  const der = sequence(tbs, signatureAlgorithm(parts.issuerKey, parts.hash), bitString(signature));
  return { der, key: parts.key, name: parts.name, issuer: parts.issuer, serial: parts.serial };
}

/** A serial number that follows from a name. */
export const serialOf = (name: string): Buffer => {
  const serial = digest('sha256', Buffer.from(name)).subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
};

/** RFC 5280, 4.2. */
export function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

export const basicConstraints = (ca: boolean, pathLength?: number): Buffer =>
  extension(
    '2.5.29.19',
    sequence(...(ca ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
    true,
  );

const USAGES = {
  digitalSignature: 0,
  contentCommitment: 1,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
} as const;
export type Usage = keyof typeof USAGES;

/** RFC 5280, 4.2.1.3; X.690, 11.2.2: a named bit list without trailing zeros. */
export function keyUsage(...usages: readonly Usage[]): Buffer {
  const last = Math.max(...usages.map((usage) => USAGES[usage]));
  const bits = usages.reduce((byte, usage) => byte | (0x80 >> USAGES[usage]), 0);
  return extension('2.5.29.15', bitString(Buffer.of(bits), 7 - last), true);
}

const PURPOSES = {
  codeSigning: '1.3.6.1.5.5.7.3.3',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  any: '2.5.29.37.0',
} as const;
export type Purpose = keyof typeof PURPOSES;

export const extendedKeyUsage = (purposes: readonly Purpose[], critical = false): Buffer =>
  extension('2.5.29.37', sequence(...purposes.map((purpose) => oid(PURPOSES[purpose]))), critical);

const keyIdentifier = (key: Key): Buffer => digest('sha256', key.spki).subarray(0, 20);
export const subjectKeyIdentifier = (key: Key): Buffer =>
  extension('2.5.29.14', octetString(keyIdentifier(key)));
export const authorityKeyIdentifier = (key: Key): Buffer =>
  extension('2.5.29.35', sequence(taggedPrimitive(0, keyIdentifier(key))));

/** A subject alternative name (RFC 5280, 4.2.1.6). */
export interface Name {
  readonly kind: 'uri' | 'email' | 'dns' | 'ip' | 'other';
  readonly value: string;
}

/** Fulcio, docs/oid-info.md: everything it says of an identity stands under here. */
const FULCIO = '1.3.6.1.4.1.57264.1';

export const subjectAlternativeName = (names: readonly Name[]): Buffer =>
  extension('2.5.29.17', sequence(...names.map((name) => generalName(name))), true);

function generalName({ kind, value }: Name): Buffer {
  switch (kind) {
    case 'email':
      return taggedPrimitive(1, Buffer.from(value));
    case 'dns':
      return taggedPrimitive(2, Buffer.from(value));
    case 'uri':
      return taggedPrimitive(6, Buffer.from(value));
    case 'ip':
      return taggedPrimitive(7, Buffer.from(value.split('.').map(Number)));
    case 'other':
      return tagged(0, oid(`${FULCIO}.7`), tagged(0, utf8String(value)));
  }
}

/** Fulcio's extension of this number as DER, the form of .8 and above. */
export const fulcioString = (number: number, text: string): Buffer =>
  extension(`${FULCIO}.${number}`, utf8String(text));
/** Fulcio's extension of this number as raw text, the deprecated form of .1 to .6. */
export const fulcioRaw = (number: number, text: string): Buffer =>
  extension(`${FULCIO}.${number}`, Buffer.from(text));

/** RFC 6962, 3.3: the list of signed certificate timestamps. */
export function timestampList(timestamps: readonly Buffer[]): Buffer {
  const sized = (content: Buffer): Buffer =>
    Buffer.concat([Buffer.of(content.length >> 8, content.length & 0xff), content]);
  return extension(
    '1.3.6.1.4.1.11129.2.4.2',
    octetString(sized(Buffer.concat(timestamps.map((one) => sized(one))))),
  );
}
