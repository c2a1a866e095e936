import { isUtf8 } from 'node:buffer';
import {
  afterString,
  BACKSLASH,
  CLOSING_BRACKET,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
} from './json-bytes.ts';
import { itemsOf, membersOf } from './json-members.ts';
import { parseStrictJson } from './json.ts';

/** How much of a large document is a value in memory at a time. */
const PIECE_BYTES = 64 * 1024;

/**
 * Holds JSON against the rules of `parseStrictJson`, piece by piece: a document of many megabytes is never a value in memory. It begins
 * with its first byte, without white space. Throws `SyntaxError` with the reason.
 */
export function checkStrictJson(json: Uint8Array, maxDepth: number): void {
  const isNested = json[0] === OPENING_BRACE || json[0] === OPENING_BRACKET;
  if (json.length <= PIECE_BYTES || (isNested && maxDepth < 2)) parseStrictJson(json, maxDepth);
  else if (json[0] === OPENING_BRACE) {
    for (const [start, end] of membersOf(json).values())
      checkStrictJson(json.subarray(start, end), maxDepth - 1);
  } else if (json[0] === OPENING_BRACKET) checkItems(json, maxDepth);
  else if (json[0] === QUOTE) for (const _ of stringPieces(json));
  else parseStrictJson(json, maxDepth);
}

/** Small items are parsed together: there may be millions. */
function checkItems(json: Uint8Array, maxDepth: number): void {
  let from = 0;
  let to = 0;
  const checkBatch = (): void => {
    if (to === from) return;
    const batch = json.subarray(from, to);
    parseStrictJson(Buffer.concat([Buffer.of(OPENING_BRACKET), batch, Buffer.of(CLOSING_BRACKET)]), maxDepth);
  };
  for (const [start, end] of itemsOf(json, [0, json.length])) {
    if (start === end) throw new SyntaxError(`no value at byte ${start}`);
    if (end - start > PIECE_BYTES) {
      checkBatch();
      checkStrictJson(json.subarray(start, end), maxDepth - 1);
      [from, to] = [end, end];
    } else {
      if (to === from) from = start;
      to = end;
      if (to - from > PIECE_BYTES) {
        checkBatch();
        [from, to] = [end, end];
      }
    }
  }
  checkBatch();
}

/** RFC 8259, section 7: what stands behind a backslash, and what it means. */
const ESCAPES: ReadonlyMap<number | undefined, number> = new Map(
  Array.from('"\\/bfnrt', (letter, index) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(index)]),
);
const U = 0x75;

/** The text of a JSON string as UTF-8, piece by piece; no piece ends within a character. Throws `SyntaxError`. */
export function* stringPieces(json: Uint8Array): Generator<Buffer> {
  if (!isUtf8(json)) throw new SyntaxError('not valid UTF-8');
  if (json[0] !== QUOTE || afterString(json, 0) !== json.length) throw new SyntaxError('it is no string');
  const end = json.length - 1;
  let piece = Buffer.allocUnsafe(PIECE_BYTES + 4);
  let length = 0;
  for (let at = 1; at < end; at += 1) {
    const byte = json[at] ?? 0;
    if (byte < 0x20) throw new SyntaxError(`a control character in a string at byte ${at}`);
    // A byte that goes on with a character (RFC 3629, section 3) stays with it.
    if (length >= PIECE_BYTES && (byte & 0xc0) !== 0x80) {
      yield piece.subarray(0, length);
      piece = Buffer.allocUnsafe(PIECE_BYTES + 4);
      length = 0;
    }
    if (byte !== BACKSLASH) {
      piece[length] = byte;
      length += 1;
      continue;
    }
    at += 1;
    if (json[at] === U) {
      const unit = codeUnit(json, at);
      at += 4;
      const isHigh = unit >= 0xd800 && unit < 0xdc00;
      const low = isHigh && json[at + 1] === BACKSLASH && json[at + 2] === U ? codeUnit(json, at + 2) : 0;
      const isPair = low >= 0xdc00 && low < 0xe000;
      if (isPair) at += 6;
      // Half of a pair becomes U+FFFD, as everywhere in Node.
      length += piece.write(isPair ? String.fromCharCode(unit, low) : String.fromCharCode(unit), length);
    } else {
      const meant = ESCAPES.get(json[at]);
      if (meant === undefined) throw new SyntaxError(`an unknown escape in a string at byte ${at}`);
      piece[length] = meant;
      length += 1;
    }
  }
  yield piece.subarray(0, length);
}

/** The text of a JSON string as UTF-8. Throws `SyntaxError`. */
export function stringBytes(json: Uint8Array): Buffer {
  // No text is longer than its JSON.
  const text = Buffer.allocUnsafeSlow(json.length);
  let length = 0;
  for (const piece of stringPieces(json)) length += piece.copy(text, length);
  return text.subarray(0, length);
}

/** The four digits behind a `u`. */
function codeUnit(json: Uint8Array, at: number): number {
  const digits = String.fromCharCode(...json.subarray(at + 1, at + 5));
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxError(`an unknown escape in a string at byte ${at}`);
  return Number.parseInt(digits, 16);
}
