import { childrenOf, contentsOf, contextTag, type Der, DerError, readDer, TAG } from '../x509/der.ts';
import { booleanOf, integerBytes, oidOf, smallInteger, timeOf } from '../x509/der-values.ts';

/** The signer of a token: by issuer and serial number, or by key identifier (RFC 5652 section 5.3, SignerIdentifier). */
export type SignerIdentifier =
  | { readonly issuer: Buffer; readonly serialNumber: Buffer }
  | { readonly subjectKeyIdentifier: Buffer };

/** A timestamp token (RFC 3161 section 2.4.2) taken apart, not yet verified. */
export interface TimestampToken {
  /** The time that it asserts. */
  readonly time: Date;
  /** By how many milliseconds the time may be off at most, as the token says; null where it does not. */
  readonly accuracy: number | null;
  /** The policy under which it was made, an object identifier. */
  readonly policy: string;
  /** What it calls its authority, a GeneralName (RFC 5280 section 4.2.1.6); null where it does not. */
  readonly authorityName: Der | null;
  /** A critical extension of the TSTInfo: none is known. */
  readonly criticalExtension: string | null;
  /** The versions of signed data and signer info (RFC 5652 sections 5.1 and 5.3). */
  readonly versions: readonly [signedData: number, signerInfo: number];
  readonly imprint: { readonly algorithm: Der; readonly hash: Buffer };
  /** The TSTInfo as it was signed. */
  readonly info: Buffer;
  readonly signer: SignerIdentifier;
  readonly digestAlgorithm: Der;
  readonly signatureAlgorithm: Der;
  readonly signature: Buffer;
  /** The signed attributes as they were signed: as a SET (RFC 5652 section 5.4). */
  readonly signedAttributes: Buffer;
  /** By object identifier, each with its only value. */
  readonly attributes: ReadonlyMap<string, Der>;
  /** DER of the certificates that came along. Nobody vouches for them. */
  readonly certificates: readonly Buffer[];
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
/** RFC 3161 section 2.4.2: granted, and granted with modifications. */
const GRANTED: ReadonlySet<number> = new Set([0, 1]);

/** Reads a timestamp response (RFC 3161 section 2.4.2). Throws `DerError`. */
export function parseTimestampResponse(bytes: Buffer): TimestampToken {
  const [status, token] = childrenOf(readDer(bytes), TAG.sequence);
  const [code] = childrenOf(status, TAG.sequence);
  if (!GRANTED.has(smallInteger(code))) throw new DerError('the timestamp was not granted');
  return readToken(token);
}

/** Reads a timestamp token by itself (RFC 3161 section 2.4.2, TimeStampToken). Throws `DerError`. */
export function parseTimestampToken(bytes: Buffer): TimestampToken {
  return readToken(readDer(bytes));
}

function readToken(token: Der | undefined): TimestampToken {
  const [contentType, content] = childrenOf(token, TAG.sequence);
  if (oidOf(contentType) !== SIGNED_DATA) throw new DerError('the timestamp token is no signed data');
  const [signedData] = childrenOf(content, contextTag(0, true));
  return readSignedData(signedData);
}

/** RFC 5652 section 5.1, with one signer as RFC 3161 section 2.4.2 asks. */
function readSignedData(signedData: Der | undefined): TimestampToken {
  const [version, , encapsulated, ...rest] = childrenOf(signedData, TAG.sequence);
  const [infoType, infoContent] = childrenOf(encapsulated, TAG.sequence);
  if (oidOf(infoType) !== TST_INFO) throw new DerError('the timestamp token holds no TSTInfo');
  const [octets] = childrenOf(infoContent, contextTag(0, true));
  const info = contentsOf(octets, TAG.octetString);
  const certificates = rest.find(({ tag }) => tag === contextTag(0, true));
  const [signerInfo, ...others] = childrenOf(rest.at(-1), TAG.set);
  if (others.length > 0) throw new DerError('the timestamp token has several signers');
  const { version: signerVersion, ...signed } = readSignerInfo(signerInfo);
  return {
    ...readInfo(info),
    info,
    ...signed,
    versions: [smallInteger(version), signerVersion],
    certificates: certificates ? childrenOf(certificates, certificates.tag).map(({ raw }) => raw) : [],
  };
}

type Info = Pick<
  TimestampToken,
  'time' | 'imprint' | 'accuracy' | 'policy' | 'authorityName' | 'criticalExtension'
>;

/** RFC 3161 section 2.4.2, TSTInfo. */
function readInfo(info: Buffer): Info {
  const [version, policy, imprint, , time, ...rest] = childrenOf(readDer(info), TAG.sequence);
  if (smallInteger(version) !== 1) throw new DerError('the TSTInfo is not of version 1');
  const [algorithm, hash] = childrenOf(imprint, TAG.sequence);
  if (!algorithm) throw new DerError('the TSTInfo has no message imprint');
  if (time?.tag !== TAG.generalizedTime) throw new DerError('the TSTInfo has no time');
  return {
    time: timeOf(time),
    imprint: { algorithm, hash: contentsOf(hash, TAG.octetString) },
    accuracy: readAccuracy(rest.find(({ tag }) => tag === TAG.sequence)),
    policy: oidOf(policy),
    authorityName: readAuthorityName(rest.find(({ tag }) => tag === AUTHORITY_TAG)),
    criticalExtension: readCriticalExtension(rest.find(({ tag }) => tag === EXTENSIONS_TAG)),
  };
}

const AUTHORITY_TAG = contextTag(0, true);
const EXTENSIONS_TAG = contextTag(1, true);

function readAuthorityName(element: Der | undefined): Der | null {
  if (!element) return null;
  const [name, ...more] = childrenOf(element, AUTHORITY_TAG);
  if (!name || more.length > 0) throw new DerError('the TSTInfo has no readable name of its authority');
  return name;
}

/** RFC 3161 section 2.4.2, Accuracy: seconds, milliseconds and microseconds. */
function readAccuracy(element: Der | undefined): number | null {
  if (!element) return null;
  const parts = new Map(childrenOf(element, TAG.sequence).map((part) => [part.tag, part]));
  const value = (tag: number): number => {
    const part = parts.get(tag);
    return part ? smallInteger({ ...part, tag: TAG.integer }) : 0;
  };
  const microseconds = value(contextTag(1, false));
  return value(TAG.integer) * 1_000 + value(contextTag(0, false)) + Math.ceil(microseconds / 1_000);
}

function readCriticalExtension(element: Der | undefined): string | null {
  if (!element) return null;
  for (const extension of childrenOf(element, EXTENSIONS_TAG)) {
    const [id, critical] = childrenOf(extension, TAG.sequence);
    if (critical?.tag === TAG.boolean && booleanOf(critical)) return oidOf(id);
  }
  return null;
}

type SignerInfo = Omit<TimestampToken, keyof Info | 'info' | 'certificates' | 'versions'> & {
  readonly version: number;
};

/** RFC 5652 section 5.3. */
function readSignerInfo(signerInfo: Der | undefined): SignerInfo {
  const [version, sid, digestAlgorithm, attributes, signatureAlgorithm, signature] = childrenOf(
    signerInfo,
    TAG.sequence,
  );
  if (!digestAlgorithm || !signatureAlgorithm) throw new DerError('the timestamp token has no signature');
  contentsOf(attributes, contextTag(0, true));
  const signedAttributes = Buffer.from(attributes?.raw ?? []);
  signedAttributes[0] = TAG.set;
  return {
    version: smallInteger(version),
    signer: readSigner(sid),
    digestAlgorithm,
    signatureAlgorithm,
    signature: contentsOf(signature, TAG.octetString),
    signedAttributes,
    attributes: readAttributes(attributes),
  };
}

function readSigner(sid: Der | undefined): SignerIdentifier {
  if (sid?.tag === contextTag(0, false)) return { subjectKeyIdentifier: sid.contents };
  const [issuer, serial] = childrenOf(sid, TAG.sequence);
  return { issuer: issuer?.raw ?? Buffer.alloc(0), serialNumber: integerBytes(serial) };
}

function readAttributes(attributes: Der | undefined): ReadonlyMap<string, Der> {
  const read = new Map<string, Der>();
  for (const attribute of childrenOf(attributes, contextTag(0, true))) {
    const [id, values] = childrenOf(attribute, TAG.sequence);
    const [value, ...more] = childrenOf(values, TAG.set);
    const oid = oidOf(id);
    // RFC 5652 section 11: those that are looked at here have one value and stand once.
    if (!value || more.length > 0 || read.has(oid))
      throw new DerError(`the signed attribute ${oid} has not exactly one value`);
    read.set(oid, value);
  }
  return read;
}
