import { isUtf8 } from 'node:buffer';

/**
 * Parses JSON as signed documents must be read: UTF-8 without errors, no member name twice in one object
 * (RFC 7493, I-JSON, sections 2.1 and 2.3), and not nested deeper than `maxDepth`. Where two readers could see
 * different values in one signed text, an attacker chooses which. Throws `SyntaxError` with the reason.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth = 100): unknown {
  const text = decodeUtf8(bytes);
  const members = countMembers(text, maxDepth);
  const value: unknown = JSON.parse(text);
  // Of two members of one name JSON.parse keeps one: where none is lost, there were no two.
  if (keptMembers(value) !== members) nameDuplicate(text);
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new SyntaxError('not valid UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

const QUOTE = 0x22;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Counts the members of all objects of a text. Whether it is JSON at all is left to JSON.parse. Throws for too deep a nesting. */
function countMembers(text: string, maxDepth: number): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at) - 1;
        break;
      case COLON:
        members += 1;
        break;
      case OPENING_BRACE:
      case OPENING_BRACKET:
        depth += 1;
        if (depth > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth}`);
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        depth -= 1;
        break;
      default:
    }
  }
  return members;
}

/** The depth has been checked, so that this ends. */
function keptMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values: readonly unknown[] = Object.values(value);
  let kept = Array.isArray(value) ? 0 : values.length;
  for (const one of values) kept += keptMembers(one);
  return kept;
}

/** What opens, closes or separates. */
const PUNCTUATION = /["{}[\]:]/g;

/** Finds the member that stands twice in one object of a JSON text, and throws its name. */
function nameDuplicate(text: string): never {
  const open: (Set<unknown> | null)[] = [];
  const punctuation = new RegExp(PUNCTUATION);
  let lastString = '';
  for (let match = punctuation.exec(text); match !== null; match = punctuation.exec(text)) {
    switch (match[0]) {
      case '{':
      case '[':
        open.push(match[0] === '{' ? new Set() : null);
        break;
      case '"':
        punctuation.lastIndex = endOfString(text, match.index);
        lastString = text.slice(match.index, punctuation.lastIndex);
        break;
      case ':': {
        const names = open.at(-1);
        const name: unknown = JSON.parse(lastString);
        if (names?.has(name)) throw new SyntaxError(`the member ${lastString} stands twice in one object`);
        names?.add(name);
        break;
      }
      default:
        open.pop();
    }
  }
  throw new SyntaxError('a member stands twice in one object');
}

/** The index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw new SyntaxError('a string has no end');
}
