import type { Cursor } from './cursor.ts';
import { type Operand, OPERATORS, type Path, type Step } from './path.ts';

/** A name behind a dot: until the next thing that has a meaning; a backslash takes the meaning from what follows. */
const NAME = /(?:\\.|[^\s.[\](){}?*@$'"=<>!,|&\\])+/;
const INTEGER = /-?\d+/;
const NUMBER = /-?\d+(?:\.\d+)?/;
const SINGLE_QUOTED = /'((?:\\.|[^'\\])*)'/;
const DOUBLE_QUOTED = /"((?:\\.|[^"\\])*)"/;

/** Whether a path begins here. */
export function seesPath(cursor: Cursor): boolean {
  return ['.', '[', '@', '$'].some((start) => cursor.sees(start));
}

/** Reads kubectl's JSONPath: `.a.b`, `['a.b']`, `[0]`, `[-1]`, `[1:3]`, `[*]`, `.*`, `..a`, `[?(@.a=="b")]`. Throws `ExpressionError`. */
export function parsePath(cursor: Cursor): Path {
  const steps: Step[] = [];
  // The root and the current value are the same: within a range the current value is the root.
  if (!cursor.skips('$')) cursor.skips('@');
  for (;;) {
    if (cursor.skips('..')) {
      steps.push({ step: 'descend' });
      if (!cursor.sees('[')) steps.push(...named(cursor));
    } else if (cursor.skips('.')) {
      if (!cursor.sees('[')) steps.push(...named(cursor));
    } else if (cursor.sees('[')) steps.push(bracket(cursor));
    else return steps;
  }
}

/** What stands behind a dot; nothing does in `{.}`. */
function named(cursor: Cursor): Step[] {
  if (cursor.skips('*')) return [{ step: 'all' }];
  const name = cursor.takes(NAME)?.[0];
  if (name !== undefined) return [{ step: 'fields', names: [unescaped(name)] }];
  return cursor.sees('}') ? [] : cursor.unexpected('a name');
}

function bracket(cursor: Cursor): Step {
  cursor.wants('[', '');
  cursor.spaces();
  const step = bracketed(cursor);
  cursor.spaces();
  cursor.wants(']', 'at the end of [');
  return step;
}

function bracketed(cursor: Cursor): Step {
  if (cursor.skips('*')) return { step: 'all' };
  if (cursor.skips('?')) return filter(cursor);
  if (cursor.sees("'")) return { step: 'fields', names: list(cursor, quotedName) };
  if (cursor.sees(':')) return slice(cursor, null);
  const first = integer(cursor);
  if (cursor.sees(':')) return slice(cursor, first);
  if (!cursor.skips(',')) return { step: 'items', indices: [first] };
  return { step: 'items', indices: [first, ...list(cursor, integer)] };
}

function list<T>(cursor: Cursor, read: (cursor: Cursor) => T): T[] {
  const values: T[] = [];
  do {
    cursor.spaces();
    values.push(read(cursor));
    cursor.spaces();
  } while (cursor.skips(','));
  return values;
}

function integer(cursor: Cursor): number {
  const found = cursor.takes(INTEGER);
  return found ? Number(found[0]) : cursor.unexpected("an index, 'a name', * or ?(a filter)");
}

function quotedName(cursor: Cursor): string {
  const found = cursor.takes(SINGLE_QUOTED);
  return found ? unescaped(found[1] ?? '') : cursor.unexpected('a name in single quotes');
}

function slice(cursor: Cursor, from: number | null): Step {
  cursor.wants(':', 'in a slice');
  const bound = () => {
    const found = cursor.takes(INTEGER);
    return found ? Number(found[0]) : null;
  };
  const to = bound();
  const position = cursor.position;
  const stride = cursor.skips(':') ? (bound() ?? 1) : 1;
  if (stride < 1) cursor.fail('a slice goes forward by 1 or more', position);
  return { step: 'slice', from, to, stride };
}

function filter(cursor: Cursor): Step {
  cursor.wants('(', 'behind ?');
  cursor.spaces();
  const left = operand(cursor);
  cursor.spaces();
  const operator = OPERATORS.find((one) => cursor.skips(one));
  cursor.spaces();
  const comparison = operator === undefined ? null : { operator, right: operand(cursor) };
  cursor.spaces();
  if (cursor.sees('&&') || cursor.sees('||'))
    cursor.fail('kubectl\'s filters know no && and ||; put two filters in a row for "and"');
  cursor.wants(')', 'at the end of ?(');
  return { step: 'filter', left, comparison };
}

function operand(cursor: Cursor): Operand {
  if (seesPath(cursor)) return { operand: 'path', path: parsePath(cursor) };
  if (cursor.sees('"') || cursor.sees("'")) return { operand: 'literal', value: quotedText(cursor) };
  const word = cursor.takes(/true|false/);
  if (word) return { operand: 'literal', value: word[0] === 'true' };
  const number = cursor.takes(NUMBER);
  if (number) return { operand: 'literal', value: Number(number[0]) };
  return cursor.unexpected('@.name, "text", a number, true or false');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Text in quotes, with Go's usual escapes. */
export function quotedText(cursor: Cursor): string {
  const found = cursor.takes(DOUBLE_QUOTED) ?? cursor.takes(SINGLE_QUOTED);
  if (!found) return cursor.fail('the text has no closing quote');
  return (found[1] ?? '').replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|([^]))/g,
    (_all, code: string | undefined, one: string | undefined) =>
      code === undefined ? (ESCAPES[one ?? ''] ?? one ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function unescaped(name: string): string {
  return name.replaceAll(/\\([^])/g, '$1');
}
