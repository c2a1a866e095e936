const FIRST_BYTES = 64 * 1024;

/** What was read of a body, and whether there was more. */
interface Read {
  readonly bytes: Uint8Array;
  readonly more: boolean;
}

/**
 * Reads a body up to a limit. Leaving the loop destroys the stream, and with it the connection, so that an endless body costs no more
 * than the limit. It is read into one piece of memory, of the length that was announced, which is not used before the bytes are there:
 * pieces that are joined at the end would need twice of it.
 */
export async function readBody(
  body: AsyncIterable<unknown>,
  limit: number,
  announced: string | string[] | undefined,
): Promise<Read> {
  const expected = typeof announced === 'string' && /^\d+$/.test(announced) ? Number(announced) : FIRST_BYTES;
  let bytes = Buffer.allocUnsafeSlow(Math.min(expected, limit));
  let length = 0;
  let more = false;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    const kept = chunk.subarray(0, limit - length);
    if (length + kept.length > bytes.length) bytes = grown(bytes, length + kept.length, limit);
    bytes.set(kept, length);
    length += kept.length;
    more = kept.length < chunk.length;
    if (more) break;
  }
  const read = bytes.subarray(0, length);
  // What is kept in a memory must not hold on to more than it is.
  return { bytes: length < bytes.length / 2 ? Buffer.from(read) : read, more };
}

function grown(bytes: Buffer<ArrayBuffer>, needed: number, limit: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, bytes.length * 2), limit));
  larger.set(bytes);
  return larger;
}
