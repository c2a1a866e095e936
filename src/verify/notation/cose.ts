import { decode, encode, type DecodeOptions } from 'cborg';
import type { AlgorithmName } from './algorithms.ts';
import { type Envelope, withinChainLimit } from './envelope.ts';
import { refuseLookalikes } from './lookalike.ts';
import { LABEL, malformed, NAMES, readSignedAttributes } from './signed-attributes.ts';

/** RFC 9053 sections 2.1 and 2.3 (signature-envelope-cose.md, "Supported alg header values"). */
const ALGORITHMS: ReadonlyMap<unknown, AlgorithmName> = new Map([
  [-37, 'PS256'],
  [-38, 'PS384'],
  [-39, 'PS512'],
  [-7, 'ES256'],
  [-35, 'ES384'],
  [-36, 'ES512'],
]);

/** RFC 9052 section 3.1, and RFC 9360 section 2 for the chain. */
const HEADER = { algorithm: 1, critical: 2, contentType: 3, iv: 5, partialIv: 6, chain: 33 } as const;
/** signature-envelope-cose.md: "crit" has no integer labels from 0 to 8. */
const LAST_COMMON_LABEL = 8;
const SIGN1 = 18;
const EPOCH_TIME = 1;
/** RFC 8949 section 3.4.1: an attribute that is not read here may have such a time. */
const TEXT_TIME = 0;

/** RFC 8949 section 4.2.1 as far as a reader can insist on it: of each value one encoding, and of each label one value. */
const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
  useMaps: true,
} satisfies DecodeOptions;

type Label = string | number;
type Header = ReadonlyMap<Label, unknown>;

/** What the tags that are known here are read as; every other tag is an error. */
class Sign1 {
  readonly parts: unknown;
  constructor(parts: unknown) {
    this.parts = parts;
  }
}
class EpochTime {
  readonly seconds: unknown;
  constructor(seconds: unknown) {
    this.seconds = seconds;
  }
}

/** Reads an envelope in the form COSE_Sign1_Tagged (RFC 9052 section 4.2, signature-envelope-cose.md). Throws `Refused`. */
export function readCose(bytes: Uint8Array): Envelope {
  const message = decoded(bytes, { [SIGN1]: (inner: () => unknown) => new Sign1(inner()) }, 'the envelope');
  if (!(message instanceof Sign1)) throw malformed('it is no COSE_Sign1 with the tag 18');
  if (!Array.isArray(message.parts) || message.parts.length !== 4)
    throw malformed('its COSE_Sign1 does not have four parts');
  const parts: readonly unknown[] = message.parts;
  const protectedBytes = bytesOf(parts[0], 'its protected header');
  const header = headerOf(
    decoded(
      protectedBytes,
      { [EPOCH_TIME]: (inner) => new EpochTime(inner()), [TEXT_TIME]: (inner) => inner() },
      'its protected header',
    ),
    'its protected header',
  );
  const unprotected = headerOf(parts[1], 'its unprotected header');
  // RFC 9052 section 3: a label occurs in one of the two.
  const twice = [...unprotected.keys()].find((label) => header.has(label));
  if (twice !== undefined) throw malformed(`the label ${JSON.stringify(twice)} is in both of its headers`);
  // RFC 9052 section 3.1.
  const labels = new Set([...header.keys(), ...unprotected.keys()]);
  if (labels.has(HEADER.iv) && labels.has(HEADER.partialIv))
    throw malformed('it has an IV and a partial IV, of which only one is allowed');
  const payload = bytesOf(parts[2], 'its payload');
  const timestamp = unprotected.get(LABEL.timestamp);
  return {
    algorithm: algorithmOf(header.get(HEADER.algorithm)),
    payload,
    attributes: readSignedAttributes({
      contentType: header.get(HEADER.contentType),
      critical: criticalOf(header.get(HEADER.critical)),
      labels: new Set(header.keys()),
      scheme: header.get(LABEL.scheme),
      signingTime: timeOf(header, LABEL.signingTime),
      authenticSigningTime: timeOf(header, LABEL.authenticSigningTime),
      expiry: timeOf(header, LABEL.expiry),
    }),
    // RFC 9052 section 4.4: Sig_structure.
    toBeSigned: Buffer.from(encode(['Signature1', protectedBytes, new Uint8Array(), payload])),
    signature: bytesOf(parts[3], 'its signature'),
    chain: chainOf(unprotected.get(HEADER.chain)),
    timestamp: timestamp === undefined ? null : bytesOf(timestamp, LABEL.timestamp),
  };
}

function decoded(bytes: Uint8Array, tags: DecodeOptions['tags'], what: string): unknown {
  try {
    return decode(bytes, { ...STRICT, ...(tags && { tags }) });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw malformed(`${what} is no canonical CBOR: ${why.slice(0, 200)}`);
  }
}

function bytesOf(value: unknown, what: string): Buffer {
  if (!(value instanceof Uint8Array)) throw malformed(`${what} is no byte string`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function headerOf(value: unknown, what: string): Header {
  if (!(value instanceof Map)) throw malformed(`${what} is no map`);
  const header = new Map<Label, unknown>();
  for (const [label, content] of value) {
    if (typeof label !== 'string' && typeof label !== 'number')
      throw malformed(`${what} has a label that is neither a number nor text`);
    header.set(label, content);
  }
  const texts = [...header.keys()].filter((label) => typeof label === 'string');
  refuseLookalikes(texts, NAMES, what);
  return header;
}

function algorithmOf(label: unknown): AlgorithmName {
  const name = ALGORITHMS.get(label);
  if (name) return name;
  throw malformed(`its algorithm is ${String(label)}, none of ${[...ALGORITHMS.keys()].join(', ')}`);
}

function criticalOf(value: unknown): readonly Label[] {
  if (!Array.isArray(value) || value.length === 0) throw malformed('it has no list of critical attributes');
  return value.map((label: unknown) => {
    if (typeof label === 'number' && label >= 0 && label <= LAST_COMMON_LABEL)
      throw malformed(`it marks the label ${label} as critical, which COSE itself has`);
    if (typeof label === 'string' || typeof label === 'number') return label;
    throw malformed('it marks something as critical that is no label');
  });
}

/** The range of JavaScript's dates, in seconds. */
const LAST_SECOND = 8.64e12;

/** RFC 8949 section 3.4.2: the tag 1 around a number of seconds. */
function timeOf(header: Header, label: string): Date | null {
  if (!header.has(label)) return null;
  const value = header.get(label);
  const seconds = value instanceof EpochTime ? value.seconds : null;
  if (typeof seconds !== 'number' || Math.abs(seconds) > LAST_SECOND)
    throw malformed(`${label} is no time in seconds with the tag 1`);
  return new Date(seconds * 1_000);
}

function chainOf(value: unknown): readonly Buffer[] {
  if (!Array.isArray(value) || value.length === 0)
    throw malformed('its unprotected header has no certificates (label 33)');
  return withinChainLimit(value.map((one) => bytesOf(one, 'a certificate')));
}
