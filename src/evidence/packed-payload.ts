import { QUOTE } from '../json-bytes.ts';
import { membersOf, type Span } from '../json-members.ts';
import type { Evidence, EvidenceFormat, PackedPayload } from './collector.ts';

/** From this size on packing pays. */
const LARGE_BYTES = 1024 * 1024;
/** How much base64 is decoded at a time; four characters are three bytes (RFC 4648, section 4). */
const CHUNK = 64 * 1024;

/**
 * Takes the payload out of a large envelope and keeps it decoded: of an SBOM of 60 MB its base64 alone has 80 MB, which nobody needs
 * beside it. Only base64 in its one spelling is taken out, so that `unpackedPieces` gives the very bytes back; anything else stays as
 * it is, for whoever reads it to refuse.
 */
export function packed(format: EvidenceFormat, bytes: Uint8Array): Pick<Evidence, 'bytes' | 'packed'> {
  const span = bytes.length < LARGE_BYTES ? null : payloadIn(format, bytes);
  const payload = span && decoded(bytes.subarray(...span));
  if (!span || !payload) return { bytes };
  const [at, end] = span;
  const rest = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
  return { bytes: rest, packed: { payload, at } };
}

/** All bytes of a piece of evidence, one part after the other, as often as somebody reads them. */
export function unpackedPieces({
  bytes,
  packed: taken,
}: Pick<Evidence, 'bytes' | 'packed'>): Iterable<Uint8Array> {
  if (!taken) return [bytes];
  return {
    *[Symbol.iterator]() {
      yield bytes.subarray(0, taken.at);
      yield* encoded(taken);
      yield bytes.subarray(taken.at);
    },
  };
}

function* encoded({ payload }: PackedPayload): Generator<Uint8Array> {
  const step = (CHUNK / 4) * 3;
  for (let at = 0; at < payload.length; at += step)
    yield Buffer.from(payload.toString('base64', at, Math.min(at + step, payload.length)), 'latin1');
}

/** Where the payload of a DSSE envelope is, or of that in a Sigstore bundle, without its quotes; null where it cannot be told. */
function payloadIn(format: EvidenceFormat, bytes: Uint8Array): Span | null {
  if (format !== 'sigstore-bundle' && format !== 'dsse-envelope') return null;
  try {
    const [start, end] =
      format === 'dsse-envelope' ? [0, bytes.length] : (membersOf(bytes).get('dsseEnvelope') ?? []);
    const payload = membersOf(bytes.subarray(start ?? bytes.length, end)).get('payload');
    if (!payload) return null;
    const [from, to] = [(start ?? 0) + payload[0], (start ?? 0) + payload[1]];
    return bytes[from] === QUOTE && bytes[to - 1] === QUOTE ? [from + 1, to - 1] : null;
  } catch {
    return null;
  }
}

/** Null for anything but base64 with its padding and without a bit too many. */
function decoded(text: Uint8Array): Buffer | null {
  const base64 = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const payload = Buffer.allocUnsafeSlow(Math.floor(base64.length / 4) * 3);
  let length = 0;
  for (let at = 0; at < base64.length; at += CHUNK) {
    const chunk = base64.toString('latin1', at, Math.min(at + CHUNK, base64.length));
    const written = payload.write(chunk, length, 'base64');
    if (payload.toString('base64', length, length + written) !== chunk) return null;
    length += written;
  }
  return payload.subarray(0, length);
}
