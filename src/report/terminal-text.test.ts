import { describe, expect, it } from 'vitest';
import { shortReference, terminalLines, terminalText, wrapped } from './terminal-text.ts';

describe('text on a terminal', () => {
  it.each([
    ['an escape sequence', 'a\u001B[31mb', 'a\\u{1b}[31mb'],
    ['a C1 control sequence', 'a\u009B31mb', 'a\\u{9b}31mb'],
    ['a line break', 'a\nb', 'a\\u{a}b'],
    ['a carriage return', 'a\rb', 'a\\u{d}b'],
    ['a tab', 'a\tb', 'a\\u{9}b'],
    ['a right-to-left override', 'a\u202Eb', 'a\\u{202e}b'],
    ['a direction isolate', 'a\u2066b', 'a\\u{2066}b'],
    ['a zero-width space', 'a\u200Bb', 'a\\u{200b}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['a tag character', 'a\u{E0041}b', 'a\\u{e0041}b'],
    ['half of a pair', 'a\uD83Db', 'a\\u{d83d}b'],
    ['DEL', 'a\u007Fb', 'a\\u{7f}b'],
  ])('shows %s as its code', (_name, text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  it('leaves letters of all scripts as they are', () => {
    expect(terminalText('naïve 日本 😀 שלום')).toBe('naïve 日本 😀 שלום');
  });

  it('keeps lines where there may be several', () => {
    expect(terminalLines('a\u001B\nb')).toBe('a\\u{1b}\nb');
  });
});

describe('wrapping', () => {
  it.each([
    ['leaves a pipe its long lines', 'a '.repeat(60).trim(), null, `  ${'a '.repeat(60).trim()}`],
    ['breaks between words', 'one two three', 10, '  one two\n    three'],
    ['fills a line to the last column', 'one two', 9, '  one two'],
    ['never breaks a word', 'a verylongword b', 6, '  a\n    verylongword\n    b'],
    ['takes a long first word as it is', 'verylongword b', 6, '  verylongword\n    b'],
  ])('%s', (_name, text, columns, expected) => {
    expect(wrapped(text, columns, '  ', '    ')).toBe(expected);
  });
});

describe('short reference', () => {
  const hex = 'a'.repeat(64);

  it.each([
    [`ghcr.io/acme/app@sha256:${hex}`, 'ghcr.io/acme/app@sha256:aaaaaaaaaaaa…'],
    [`ghcr.io/acme/app:v1@sha256:${hex}`, 'ghcr.io/acme/app:v1@sha256:aaaaaaaaaaaa…'],
    ['ghcr.io/acme/app:v1', 'ghcr.io/acme/app:v1'],
  ])('of %s', (text, expected) => {
    expect(shortReference(text)).toBe(expected);
  });
});
