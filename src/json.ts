import { isUtf8 } from 'node:buffer';
import {
  afterString,
  CLOSING_BRACE,
  CLOSING_BRACKET,
  COLON,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
} from './json-bytes.ts';

/**
 * Parses JSON as signed documents must be read: UTF-8 without errors, no member name twice in one object
 * (RFC 7493, I-JSON, sections 2.1 and 2.3), and not nested deeper than `maxDepth`. Where two readers could see
 * different values in one signed text, an attacker chooses which. Throws `SyntaxError` with the reason.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth = 100): unknown {
  if (!isUtf8(bytes)) throw new SyntaxError('not valid UTF-8');
  const members = countMembers(bytes, maxDepth);
  const value: unknown = JSON.parse(decoded(bytes));
  // Of two members of one name JSON.parse keeps one: where none is lost, there were no two.
  if (keptMembers(value) !== members) nameDuplicate(bytes);
  return value;
}

function decoded(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Counts the members of all objects. Whether it is JSON at all is left to JSON.parse. Throws for too deep a nesting. */
function countMembers(json: Uint8Array, maxDepth: number): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case QUOTE:
        at = afterString(json, at) - 1;
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

/** Finds the member that stands twice in one object of a JSON text, and throws its name. */
function nameDuplicate(json: Uint8Array): never {
  const open: (Set<unknown> | null)[] = [];
  let lastString = '';
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case OPENING_BRACE:
      case OPENING_BRACKET:
        open.push(json[at] === OPENING_BRACE ? new Set() : null);
        break;
      case QUOTE: {
        const end = afterString(json, at);
        lastString = decoded(json.subarray(at, end));
        at = end - 1;
        break;
      }
      case COLON: {
        const names = open.at(-1);
        const name: unknown = JSON.parse(lastString);
        if (names?.has(name)) throw new SyntaxError(`the member ${lastString} stands twice in one object`);
        names?.add(name);
        break;
      }
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        open.pop();
        break;
      default:
    }
  }
  throw new SyntaxError('a member stands twice in one object');
}
