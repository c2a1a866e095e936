import { assert, boolean, nat, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStrictJson, stringPieces } from './json-pieces.ts';
import { parseStrictJson } from './json.ts';

const LONG = 'x'.repeat(70_000);
const MANY = Array.from({ length: 30_000 }, (_, at) => at).join(',');

/** What is wrong with a text, by the reader of whole documents and by the one of pieces. */
function verdicts(text: string | Buffer, depth = 10): readonly boolean[] {
  const bytes = Buffer.from(text);
  return [parseStrictJson, checkStrictJson].map((check) => {
    try {
      check(bytes, depth);
      return true;
    } catch (cause) {
      if (cause instanceof SyntaxError) return false;
      throw cause;
    }
  });
}

describe('a large document is checked as strictly in pieces as whole', () => {
  it.each<[string, string | Buffer, boolean]>([
    ['an object', `{"a": "${LONG}", "b": [${MANY}]}`, true],
    ['a list of small items', `[${MANY}]`, true],
    ['a list of large items', `[{"a": "${LONG}"}, ["${LONG}"], 1]`, true],
    ['a string', `"${LONG}"`, true],
    ['escapes', String.raw`"${LONG}\"\\\/\b\f\n\r\tA\ud83d\ude00\ud83dx"`, true],
    ['a member twice', `{"a": "${LONG}", "a": 1}`, false],
    ['a member twice, once escaped', String.raw`{"a": "${LONG}", "\u0061": 1}`, false],
    ['a member twice in an item', `[{"a": 1, "a": 2}, ${MANY}]`, false],
    ['a member twice in the last item', `[${MANY}, {"a": 1, "a": 2}]`, false],
    ['a member twice in a large item', `[{"a": "${LONG}", "b": {"c": 1, "c": 2}}]`, false],
    ['a comma at the end of a list', `[${MANY},]`, false],
    ['a comma behind a large item', `["${LONG}",]`, false],
    ['two commas', `[${MANY},,1]`, false],
    ['a comma at the beginning', `[,${MANY}]`, false],
    ['a comma at the end of an object', `{"a": "${LONG}",}`, false],
    ['no comma', `[${MANY} 1]`, false],
    ['another bracket', `[${MANY}}`, false],
    ['another bracket around members', `{"a": "${LONG}"]`, false],
    ['no end', `[${MANY}`, false],
    ['a string without an end', `"${LONG}`, false],
    ['no value', `{"a": , "b": "${LONG}"}`, false],
    ['a word', `[${MANY}, yes]`, false],
    ['a control character', `"${LONG}\n"`, false],
    ['an unknown escape', String.raw`"${LONG}\x"`, false],
    ['an escape that breaks off', String.raw`"${LONG}\u12"`, false],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from(`"${LONG}`), Buffer.of(0xff, 0x22)]), false],
    ['no UTF-8 in a list', Buffer.concat([Buffer.from(`[${MANY},"`), Buffer.of(0xff, 0x22, 0x5d)]), false],
  ])('%s', (_what, text, good) => {
    expect(verdicts(text)).toEqual([good, good]);
  });

  it.each([1, 2, 3, 4, 5, 6])('nested %i levels where 4 are allowed', (depth) => {
    const text = `${'['.repeat(depth)}"${LONG}",{}${']'.repeat(depth)}`;
    expect(verdicts(text, 4)).toEqual([depth < 4, depth < 4]);
  });
});

it('the text of a string is that which JSON.parse reads', () => {
  const text = string({ unit: 'binary', maxLength: 50 });
  assert(
    property(text, nat(70_000), boolean(), (some, before, escaped) => {
      const whole = `${'y'.repeat(before)}${some}`;
      const json = escaped
        ? `"${Array.from(whole, (one) => (one === 'y' ? 'y' : escapeOf(one))).join('')}"`
        : JSON.stringify(whole);
      const pieces = Buffer.concat([...stringPieces(Buffer.from(json))]);
      expect(pieces.equals(Buffer.from(JSON.parse(json) as string))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

function escapeOf(character: string): string {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
