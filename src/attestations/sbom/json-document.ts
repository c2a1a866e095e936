import { parseStrictJson } from '../../json.ts';
import { DOCUMENT_DEPTH } from '../../limits.ts';

/** Why a document is none that its specification allows; caught where documents are read, and told as a clause. */
export class InvalidDocument extends Error {}

/**
 * A JSON object, member by member and list by list: an SBOM of 60 MiB is never a value of its own in memory. Everything
 * throws `SyntaxError` for what is no strict JSON, and `InvalidDocument` for a list that is none.
 */
export interface JsonDocument {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** A member as a value; undefined if there is none. */
  value(name: string): unknown;
  /** The items of a list, one after the other; none of no list and of `null`, as programs in Go write an empty one. */
  each(name: string): Iterable<unknown>;
}

/** Reads an object that is a value already. */
export function documentOfValue(value: object): JsonDocument {
  const members = new Map<string, unknown>(Object.entries(value));
  return {
    names: [...members.keys()],
    has: (name) => members.has(name),
    value: (name) => members.get(name),
    each(name) {
      const list: unknown = members.get(name) ?? [];
      if (!isList(list)) throw new InvalidDocument(`${name} is no list`);
      return list;
    },
  };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Reads an object out of its bytes. Each item of a list is parsed when it is asked for, as strictly as a whole document. */
export function documentOfBytes(bytes: Uint8Array): JsonDocument {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = membersOf(text);
  const parse = ([start, end]: Span, depth: number): unknown =>
    parseStrictJson(text.subarray(start, end), DOCUMENT_DEPTH - depth);
  return {
    names: [...members.keys()],
    has: (name) => members.has(name),
    value(name) {
      const span = members.get(name);
      return span && parse(span, 1);
    },
    *each(name) {
      const span = members.get(name);
      if (!span) return;
      if (text[span[0]] === OPENING_BRACKET) {
        for (const item of itemsOf(text, span)) yield parse(item, 2);
      } else if (parse(span, 1) !== null) {
        throw new InvalidDocument(`${name} is no list`);
      }
    },
  };
}

/** From the first byte of a value to the one behind its last. */
type Span = readonly [start: number, end: number];

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Where each member of the outermost object is. The values themselves are checked when they are parsed. */
function membersOf(text: Buffer): ReadonlyMap<string, Span> {
  const members = new Map<string, Span>();
  let at = afterSpace(text, BYTE_ORDER_MARK.every((byte, index) => text[index] === byte) ? 3 : 0);
  at = afterSpace(text, expect(text, at, OPENING_BRACE));
  while (text[at] !== CLOSING_BRACE) {
    if (members.size > 0) at = afterSpace(text, expect(text, at, COMMA));
    if (text[at] !== QUOTE) throw new SyntaxError(`no member's name at byte ${at}`);
    const nameEnd = afterString(text, at);
    const name = String(parseStrictJson(text.subarray(at, nameEnd)));
    if (members.has(name)) {
      throw new SyntaxError(`the member ${JSON.stringify(name)} stands twice in one object`);
    }
    const start = afterSpace(text, expect(text, afterSpace(text, nameEnd), COLON));
    const end = afterValue(text, start);
    members.set(name, [start, end]);
    at = afterSpace(text, end);
  }
  if (afterSpace(text, at + 1) !== text.length) throw new SyntaxError('something follows the document');
  return members;
}

function* itemsOf(text: Buffer, [start]: Span): Generator<Span> {
  let at = afterSpace(text, start + 1);
  if (text[at] === CLOSING_BRACKET) return;
  for (;;) {
    const end = afterValue(text, at);
    yield [at, end];
    at = afterSpace(text, end);
    if (text[at] === CLOSING_BRACKET) return;
    at = afterSpace(text, expect(text, at, COMMA));
  }
}

function expect(text: Buffer, at: number, byte: number): number {
  if (text[at] !== byte) throw new SyntaxError(`no ${String.fromCharCode(byte)} at byte ${at}`);
  return at + 1;
}

/** RFC 8259, section 2: space, tab, line feed, carriage return. */
function afterSpace(text: Buffer, start: number): number {
  let at = start;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at += 1;
  return at;
}

function afterString(text: Buffer, start: number): number {
  for (let end = text.indexOf(QUOTE, start + 1); end !== -1; end = text.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw new SyntaxError('a string has no end');
}

/** Behind a value of any kind; what is between its brackets is not looked at. */
function afterValue(text: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    switch (text[at]) {
      case QUOTE:
        at = afterString(text, at) - 1;
        if (depth === 0) return at + 1;
        break;
      case OPENING_BRACE:
      case OPENING_BRACKET:
        depth += 1;
        if (depth > DOCUMENT_DEPTH) throw new SyntaxError(`nested deeper than ${DOCUMENT_DEPTH}`);
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        if (depth === 0) return at;
        depth -= 1;
        if (depth === 0) return at + 1;
        break;
      case COMMA:
        if (depth === 0) return at;
        break;
      default:
    }
  }
  throw new SyntaxError('the document has no end');
}
