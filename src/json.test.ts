import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe('strict JSON', () => {
  it.each([
    ['an object', '{"a":1,"b":{"a":2}}', { a: 1, b: { a: 2 } }],
    ['the same name in two objects', '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['a value that looks like a name', '{"a":"b","c":"b"}', { a: 'b', c: 'b' }],
    ['braces and colons in strings', '{"a":"{\\"x\\":1,\\"x\\":2}","b":":"}', { a: '{"x":1,"x":2}', b: ':' }],
    ['an escaped backslash before a quote', '{"a":"\\\\","b":1}', { a: '\\', b: 1 }],
  ])('reads %s', (_name, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    ['a name twice', '{"a":1,"a":2}', /"a" stands twice/],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}', /u0061" stands twice/],
    ['a name twice in a nested object', '{"x":[{"a":1,"b":{},"a":2}]}', /"a" stands twice/],
    ['trailing text', '{} {}', /JSON/],
    ['a comment', '{/**/}', /JSON/],
    ['too much nesting', '['.repeat(101) + ']'.repeat(101), /deeper than 100/],
    ['a byte order mark', '\uFEFF{}', /JSON/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('reads a member of many megabytes', () => {
    const long = '\\"x'.repeat(8_000_000);
    expect(parse(`{"a":"${long}"}`)).toEqual({ a: '"x'.repeat(8_000_000) });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('not valid UTF-8');
  });
});
