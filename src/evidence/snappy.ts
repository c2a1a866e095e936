/** What cannot be decompressed, and why. */
export class SnappyError extends Error {}

/** The two low bits of an element's first byte say what it is (google/snappy, format_description.txt, section 2). */
const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;
/** A literal's length less one stands in its first byte up to this; above, in as many bytes as lie between. */
const INLINE_LENGTHS = 60;

/**
 * Decompresses a block in Snappy's raw format (google/snappy, format_description.txt), in which GitHub stores bundles. Nothing is
 * allocated before the announced length is known to be within `limit`, and each element is checked against both ends, as the
 * compressed text is anybody's. Throws `SnappyError`.
 */
export function decompressSnappy(compressed: Uint8Array, limit: number): Uint8Array {
  const reader = { bytes: compressed, at: 0 };
  const length = readVarint(reader);
  if (length > limit)
    throw new SnappyError(`it would have ${String(length)} bytes; at most ${String(limit)} are read`);
  const output = new Uint8Array(length);
  let written = 0;
  while (reader.at < compressed.length) {
    const tag = readNumber(reader, 1);
    if ((tag & 3) === LITERAL) {
      const literal = take(reader, literalLength(reader, tag >>> 2));
      if (written + literal.length > length) throw new SnappyError('it holds more than it announces');
      output.set(literal, written);
      written += literal.length;
      continue;
    }
    const { size, offset } = readCopy(reader, tag);
    if (offset === 0 || offset > written) throw new SnappyError('it refers to what is before its beginning');
    if (written + size > length) throw new SnappyError('it holds more than it announces');
    // A copy may reach into what it writes: then it repeats it.
    for (const end = written + size; written < end; written += 1)
      output[written] = output[written - offset] ?? 0;
  }
  if (written < length) throw new SnappyError('it holds less than it announces');
  return output;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function readCopy(reader: Reader, tag: number): { readonly size: number; readonly offset: number } {
  switch (tag & 3) {
    case COPY_1:
      return { size: ((tag >>> 2) & 7) + 4, offset: ((tag >>> 5) << 8) + readNumber(reader, 1) };
    case COPY_2:
      return { size: (tag >>> 2) + 1, offset: readNumber(reader, 2) };
    default:
      return { size: (tag >>> 2) + 1, offset: readNumber(reader, 4) };
  }
}

function literalLength(reader: Reader, inline: number): number {
  return (inline < INLINE_LENGTHS ? inline : readNumber(reader, inline - INLINE_LENGTHS + 1)) + 1;
}

function take(reader: Reader, count: number): Uint8Array {
  const end = reader.at + count;
  if (end > reader.bytes.length) throw new SnappyError('it breaks off');
  const taken = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return taken;
}

/** A little-endian number. */
function readNumber(reader: Reader, bytes: number): number {
  return take(reader, bytes).reduceRight((value, byte) => value * 256 + byte, 0);
}

/** The length of what was compressed: seven bits a byte, at most 2^32 - 1 (section 1). */
function readVarint(reader: Reader): number {
  let value = 0;
  for (let place = 1; place <= 2 ** 28; place *= 128) {
    const byte = readNumber(reader, 1);
    value += (byte & 0x7f) * place;
    if (byte < 128 && value < 2 ** 32) return value;
  }
  throw new SnappyError('its length is no number of 32 bits');
}
