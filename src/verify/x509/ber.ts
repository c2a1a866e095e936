import { DerError, encodeDer } from './der.ts';

/** Deeper than any timestamp or certificate nests. */
const DEPTH = 32;
const CONSTRUCTED = 0x20;
/** The strings that BER may cut into pieces (X.690 section 8.7.3); what they are in one piece. */
const PIECED: ReadonlyMap<number, number> = new Map([[0x24, 0x04]]);

/**
 * Puts one element of BER into DER as far as lengths go (X.690 sections 8.1.3 and 10.1): indefinite and padded lengths become the
 * shortest, and an octet string in pieces becomes one. What is within a primitive element stays as it is. CMS allows BER
 * (RFC 5652 section 2) for all that is not signed. Throws `DerError`.
 */
export function berToDer(bytes: Buffer): Buffer {
  const { der, end } = convert(bytes, 0, 0);
  if (end !== bytes.length) throw new DerError('there are bytes behind the end');
  return der;
}

interface Converted {
  readonly der: Buffer;
  readonly end: number;
}

function convert(bytes: Buffer, start: number, depth: number): Converted {
  if (depth > DEPTH) throw new DerError(`nested deeper than ${DEPTH}`);
  const { tag, begin, end } = readHeader(bytes, start);
  if (!(tag & CONSTRUCTED)) {
    if (end === null) throw new DerError('a primitive element of indefinite length');
    return { der: encodeDer(tag, [bytes.subarray(begin, end)]), end };
  }
  const children: Buffer[] = [];
  let at = begin;
  for (; end === null ? !isEndOfContents(bytes, at) : at < end;) {
    const child = convert(end === null ? bytes : bytes.subarray(0, end), at, depth + 1);
    children.push(child.der);
    at = child.end;
  }
  const whole = PIECED.get(tag);
  const der =
    whole === undefined
      ? encodeDer(tag, children)
      : encodeDer(
          whole,
          children.map((piece) => contentsOf(piece, whole)),
        );
  return { der, end: end ?? at + 2 };
}

function isEndOfContents(bytes: Buffer, at: number): boolean {
  if (at + 2 > bytes.length) throw new DerError('an indefinite length without its end');
  return bytes[at] === 0 && bytes[at + 1] === 0;
}

/** The contents of a piece, which was just put into DER. */
function contentsOf(piece: Buffer, tag: number): Buffer {
  if (piece[0] !== tag) throw new DerError('a string in pieces of another type');
  return piece.subarray(readHeader(piece, 0).begin);
}

interface Header {
  readonly tag: number;
  readonly begin: number;
  /** null: indefinite. */
  readonly end: number | null;
}

function readHeader(bytes: Buffer, start: number): Header {
  const [tag, first] = [bytes[start], bytes[start + 1]];
  if (tag === undefined || first === undefined) throw new DerError('an element that ends too early');
  if ((tag & 0x1f) === 0x1f) throw new DerError('a tag of several bytes');
  if (first === 0x80) return { tag, begin: start + 2, end: null };
  const count = first & 0x80 ? first & 0x7f : 0;
  if (count > 6) throw new DerError('a length of more than six bytes');
  const begin = start + 2 + count;
  if (begin > bytes.length) throw new DerError('an element that ends too early');
  const end = begin + (count === 0 ? first : bytes.readUIntBE(start + 2, count));
  if (end > bytes.length) throw new DerError('an element that is longer than what holds it');
  return { tag, begin, end };
}
