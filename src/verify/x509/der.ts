/** The tags of ASN.1's universal types that X.509 and CMS use (X.690 section 8). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: its tag, its contents and all its bytes. The buffers are views of what was read, never copies. */
export interface Der {
  readonly tag: number;
  readonly contents: Buffer;
  readonly raw: Buffer;
}

/** Bytes that are not the one encoding that DER allows. */
export class DerError extends Error {}

/** The tag of a context-specific element, `[number]`. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/**
 * Reads exactly one element of DER (X.690 section 10). What is signed is signed as DER, so whatever has two readings is refused:
 * indefinite and padded lengths, and bytes behind the end. Throws `DerError`.
 */
export function readDer(bytes: Buffer): Der {
  const [element, ...more] = readElements(bytes);
  if (!element || more.length > 0) throw new DerError(`one element was expected, and there are not`);
  return element;
}

/** Reads the elements of a constructed one. Throws `DerError` if its tag is another than the one that is expected. */
export function childrenOf(element: Der | undefined, tag: number): readonly Der[] {
  return readElements(contentsOf(element, tag));
}

/** The contents of an element that must have this tag. Throws `DerError`. */
export function contentsOf(element: Der | undefined, tag: number): Buffer {
  if (element?.tag !== tag) {
    const found = element ? `0x${element.tag.toString(16)}` : 'nothing';
    throw new DerError(`an element with tag 0x${tag.toString(16)} was expected, and there is ${found}`);
  }
  return element.contents;
}

/** More elements than any certificate or timestamp holds side by side. */
const SIBLINGS = 1_000;

/** Reads elements that stand one after the other. Throws `DerError`. */
export function readElements(bytes: Buffer): readonly Der[] {
  const elements: Der[] = [];
  for (const element of eachElement(bytes)) {
    elements.push(element);
    if (elements.length > SIBLINGS) throw new DerError(`more than ${SIBLINGS} elements side by side`);
  }
  return elements;
}

/** The elements one by one, for what has a great many, as lists of revoked certificates do. Throws `DerError`. */
export function* eachElement(bytes: Buffer): Generator<Der> {
  for (let at = 0; at < bytes.length;) {
    const element = readElement(bytes, at);
    at += element.raw.length;
    yield element;
  }
}

function readElement(bytes: Buffer, start: number): Der {
  const tag = byteAt(bytes, start);
  if ((tag & 0x1f) === 0x1f) throw new DerError('a tag of several bytes, which no certificate has');
  let length = byteAt(bytes, start + 1);
  let begin = start + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0) throw new DerError('an indefinite length');
    if (count > 4) throw new DerError('a length of more than four bytes');
    length = 0;
    for (let read = 0; read < count; read += 1) length = length * 256 + byteAt(bytes, begin + read);
    begin += count;
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('a length that is padded');
  }
  const end = begin + length;
  if (end > bytes.length) throw new DerError('an element that is longer than what holds it');
  return { tag, contents: bytes.subarray(begin, end), raw: bytes.subarray(start, end) };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new DerError('an element that ends too early');
  return byte;
}

/** Encodes an element. */
export function encodeDer(tag: number, contents: readonly Buffer[]): Buffer {
  const length = contents.reduce((sum, one) => sum + one.length, 0);
  return Buffer.concat([Buffer.from([tag, ...encodeLength(length)]), ...contents]);
}

function encodeLength(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}
