import { escapeObeyed } from '../obeyed.ts';
import { terminalText } from '../terminal-text.ts';
import { Cursor } from './cursor.ts';
import { parsePath, quotedText, seesPath } from './parse-path.ts';
import { follow, type Path } from './path.ts';

type Part =
  | { readonly part: 'text'; readonly text: string }
  | { readonly part: 'values'; readonly path: Path }
  | { readonly part: 'range'; readonly path: Path; readonly body: readonly Part[] };

/** Draws a template from a value. */
export type Template = (value: unknown) => string;

/** Reads a template as kubectl's `-o jsonpath` has it: text, `{path}`, `{"text"}`, `{range path}…{end}`. Throws `ExpressionError`. */
export function parseTemplate(text: string): Template {
  const cursor = new Cursor(text);
  const parts = parseParts(cursor, null);
  return (value) => draw(parts, value);
}

/** Reads parts up to the end of the text, or of the range that was opened at `opened`. */
function parseParts(cursor: Cursor, opened: number | null): Part[] {
  const parts: Part[] = [];
  for (;;) {
    const text = cursor.takes(/[^{]+/)?.[0];
    if (text !== undefined) parts.push({ part: 'text', text });
    const position = cursor.position;
    if (cursor.atEnd) {
      if (opened !== null) cursor.fail('the range has no {end}', opened);
      return parts;
    }
    cursor.wants('{', '');
    cursor.spaces();
    if (cursor.takes(/end(?=\s*\})/)) {
      close(cursor);
      if (opened === null) cursor.fail('{end} without a {range}', position);
      return parts;
    }
    parts.push(parseAction(cursor, position));
  }
}

function parseAction(cursor: Cursor, position: number): Part {
  if (cursor.takes(/range\s+/)) {
    if (!seesPath(cursor)) cursor.unexpected('a path, as .workloads[*],');
    const path = parsePath(cursor);
    close(cursor);
    return { part: 'range', path, body: parseParts(cursor, position) };
  }
  if (cursor.sees('"') || cursor.sees("'")) {
    const text = quotedText(cursor);
    close(cursor);
    return { part: 'text', text };
  }
  if (!seesPath(cursor)) cursor.unexpected('a path, "text", range or end');
  const path = parsePath(cursor);
  close(cursor);
  return { part: 'values', path };
}

function close(cursor: Cursor): void {
  cursor.spaces();
  if (!cursor.skips('}')) cursor.unexpected('a step of the path or }');
}

function draw(parts: readonly Part[], value: unknown): string {
  return parts
    .map((part) => {
      switch (part.part) {
        case 'text':
          return part.text;
        case 'values':
          return follow(part.path, value).map(shownValue).join(' ');
        case 'range':
          return follow(part.path, value)
            .map((one) => draw(part.body, one))
            .join('');
      }
    })
    .join('');
}

/** A value on one line: text as it is, without what a terminal would obey; the rest as JSON. */
export function shownValue(value: unknown): string {
  return typeof value === 'string' ? terminalText(value) : escapeObeyed(JSON.stringify(value) ?? '');
}
