/** A writer of DER (X.690), for certificates, timestamps and what they must never look like. */

/** One element: its tag octet and its contents, one after the other. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), length(content.length), content]);
}

/** X.690, 8.1.3: the short form below 128, else the fewest octets that hold it. */
function length(value: number): Buffer {
  if (value < 0x80) return Buffer.of(value);
  const octets = Buffer.from(evenHex(value.toString(16)), 'hex');
  return Buffer.concat([Buffer.of(0x80 | octets.length), octets]);
}

const evenHex = (hex: string): string => (hex.length % 2 === 0 ? hex : `0${hex}`);

export const sequence = (...contents: readonly Uint8Array[]): Buffer => element(0x30, ...contents);

/** X.690, 11.6: the elements of a SET OF stand in the order of their encodings. */
export const setOf = (...contents: readonly Uint8Array[]): Buffer =>
  element(0x31, ...contents.map((one) => Buffer.from(one)).toSorted((a, b) => Buffer.compare(a, b)));

/** An element under a context-specific, constructed tag: explicit, or implicit for what is constructed itself. */
export const tagged = (number: number, ...contents: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...contents);

/** An implicitly tagged primitive. */
export const taggedPrimitive = (number: number, content: Uint8Array): Buffer =>
  element(0x80 | number, content);

export const boolean = (value: boolean): Buffer => element(0x01, Buffer.of(value ? 0xff : 0));
export const octetString = (...contents: readonly Uint8Array[]): Buffer => element(0x04, ...contents);
export const bitString = (content: Uint8Array, unused = 0): Buffer =>
  element(0x03, Buffer.of(unused), content);
export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text));
export const nothing = (): Buffer => element(0x05);

/** A non-negative integer, given as a number or as big-endian octets. */
export function integer(value: number | Uint8Array): Buffer {
  const octets = Buffer.from(
    typeof value === 'number' ? Buffer.from(evenHex(value.toString(16)), 'hex') : value,
  );
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start += 1;
  const significant = octets.subarray(start);
  return element(0x02, (significant[0] ?? 0) & 0x80 ? Buffer.of(0) : Buffer.alloc(0), significant);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest].flatMap((arc) => base128(arc))));
}

function base128(value: number): number[] {
  const septets = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    septets.unshift((left % 128) | 0x80);
  return septets;
}

const digitsOf = (time: Date): string => time.toISOString().replaceAll(/[-:T]|\.\d+/g, '');

export const generalizedTime = (time: Date): Buffer => element(0x18, Buffer.from(digitsOf(time)));

/** RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime from then on. */
export const validityTime = (time: Date): Buffer =>
  time.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digitsOf(time).slice(2))) : generalizedTime(time);
