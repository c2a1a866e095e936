import {
  afterSpace,
  afterString,
  CLOSING_BRACE,
  CLOSING_BRACKET,
  COLON,
  COMMA,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
} from './json-bytes.ts';
import { parseStrictJson } from './json.ts';
import { DOCUMENT_DEPTH } from './limits.ts';

/**
 * Where the parts of a JSON document lie in its bytes, for readers that never have all of a large one as a value. Everything throws
 * `SyntaxError` for what is no strict JSON, as far as it was looked at: what is between the brackets and quotes of a value is checked
 * when that is parsed.
 */

/** From the first byte of a value to the one behind its last. */
export type Span = readonly [start: number, end: number];

/** Where each member of the outermost object of a document is; one name stands once. */
export function membersOf(json: Uint8Array): ReadonlyMap<string, Span> {
  const members = new Map<string, Span>();
  let at = afterSpace(json, expect(json, afterSpace(json, 0), OPENING_BRACE));
  while (json[at] !== CLOSING_BRACE) {
    if (members.size > 0) at = afterSpace(json, expect(json, at, COMMA));
    if (json[at] !== QUOTE) throw new SyntaxError(`no member's name at byte ${at}`);
    const nameEnd = afterString(json, at);
    const name = String(parseStrictJson(json.subarray(at, nameEnd)));
    if (members.has(name)) {
      throw new SyntaxError(`the member ${JSON.stringify(name)} stands twice in one object`);
    }
    const start = afterSpace(json, expect(json, afterSpace(json, nameEnd), COLON));
    const end = afterValue(json, start);
    members.set(name, [start, end]);
    at = afterSpace(json, end);
  }
  if (afterSpace(json, at + 1) !== json.length) throw new SyntaxError('something follows the document');
  return members;
}

/** Where each item of a list is. */
export function* itemsOf(json: Uint8Array, [start]: Span): Generator<Span> {
  let at = afterSpace(json, start + 1);
  if (json[at] === CLOSING_BRACKET) return;
  for (;;) {
    const end = afterValue(json, at);
    yield [at, end];
    at = afterSpace(json, end);
    if (json[at] === CLOSING_BRACKET) return;
    at = afterSpace(json, expect(json, at, COMMA));
  }
}

function expect(json: Uint8Array, at: number, byte: number): number {
  if (json[at] !== byte) throw new SyntaxError(`no ${String.fromCharCode(byte)} at byte ${at}`);
  return at + 1;
}

/** Behind a value of any kind; what is between its brackets is not looked at. */
function afterValue(json: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    switch (json[at]) {
      case QUOTE:
        at = afterString(json, at) - 1;
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
