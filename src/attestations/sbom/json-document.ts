import { OPENING_BRACKET } from '../../json-bytes.ts';
import { itemsOf, membersOf, type Span } from '../../json-members.ts';
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

/**
 * The same value with texts of their own: V8 keeps all of a text, as of a line or a chunk of XML, as long as a part of it is in use.
 */
export function detached(value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return copy;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** RFC 8259, section 8.1: a reader may pass over it. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Reads an object out of its bytes. Each item of a list is parsed when it is asked for, as strictly as a whole document. */
export function documentOfBytes(bytes: Uint8Array): JsonDocument {
  const start = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? BYTE_ORDER_MARK.length : 0;
  const text = bytes.subarray(start);
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
