import { contentsOf, type Der, DerError, TAG } from './der.ts';

/** Bytes of one object identifier: those of registered ones have about twenty, and reading one costs the square of its length. */
const OID_BYTES = 100;

/** An object identifier in dotted form (X.690 section 8.19). Throws `DerError`. */
export function oidOf(element: Der | undefined): string {
  const bytes = contentsOf(element, TAG.oid);
  if (bytes.length > OID_BYTES) throw new DerError(`an object identifier of ${bytes.length} bytes`);
  const arcs: bigint[] = [];
  let arc = 0n;
  let begun = false;
  for (const byte of bytes) {
    if (!begun && byte === 0x80) throw new DerError('an object identifier with a padded arc');
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    begun = (byte & 0x80) !== 0;
    if (!begun) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [first] = arcs;
  if (begun || first === undefined) throw new DerError('an object identifier that ends too early');
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...arcs.slice(1)].join('.');
}

/** The bytes of an integer (X.690 section 8.3), in its shortest form as DER asks. Throws `DerError`. */
export function integerBytes(element: Der | undefined): Buffer {
  const bytes = contentsOf(element, TAG.integer);
  const [first, second = 0] = bytes;
  if (first === undefined) throw new DerError('an integer without bytes');
  if (bytes.length > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)))
    throw new DerError('an integer that is padded');
  return bytes;
}

/** A small integer that is not negative. Throws `DerError`. */
export function smallInteger(element: Der | undefined): number {
  const bytes = integerBytes(element);
  const [first = 0] = bytes;
  if (first >= 0x80 || bytes.length > 4) throw new DerError('an integer out of its range');
  return bytes.readUIntBE(0, bytes.length);
}

/** The bytes of a bit string that ends at a whole byte, as keys and signatures do (X.690 section 8.6). Throws `DerError`. */
export function bitStringBytes(element: Der | undefined): Buffer {
  const bytes = contentsOf(element, TAG.bitString);
  if (bytes[0] !== 0) throw new DerError('a bit string that does not end at a whole byte');
  return bytes.subarray(1);
}

/** A boolean, in the only two forms that DER has (X.690 section 11.1). Throws `DerError`. */
export function booleanOf(element: Der | undefined): boolean {
  const bytes = contentsOf(element, TAG.boolean);
  if (bytes.length !== 1 || (bytes[0] !== 0x00 && bytes[0] !== 0xff))
    throw new DerError('a boolean that is neither 0x00 nor 0xff');
  return bytes[0] === 0xff;
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
/** X.690 section 11.7.3: a fraction has no zeros at its end. */
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/;

/**
 * A time in UTC to the second, or to the millisecond where a fraction is given (RFC 5280 section 4.1.2.5, RFC 3161 section 2.4.2).
 * Throws `DerError`, also for a day that no calendar has.
 */
export function timeOf(element: Der | undefined): Date {
  const text = element?.contents.toString('latin1') ?? '';
  const short = element?.tag === TAG.utcTime ? UTC_TIME.exec(text) : null;
  const long = element?.tag === TAG.generalizedTime ? GENERALIZED_TIME.exec(text) : null;
  const [, years = '', month = '', day = '', hour = '', minute = '', second = '', fraction = ''] =
    short ?? long ?? [];
  // RFC 5280 section 4.1.2.5.1: two digits from 50 on are of the last century.
  const year = short ? `${Number(years) >= 50 ? '19' : '20'}${years}` : years;
  const seconds = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const time = new Date(`${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  if (Number.isNaN(time.getTime()) || !time.toISOString().startsWith(seconds))
    throw new DerError(`a time that cannot be read: ${JSON.stringify(text.slice(0, 40))}`);
  return time;
}
