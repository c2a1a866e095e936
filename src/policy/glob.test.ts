import { describe, expect, it } from 'vitest';
import { glob, patternList, regExp } from './glob.ts';

describe('glob', () => {
  it.each([
    ['the same text', 'ghcr.io/acme/app', 'ghcr.io/acme/app', true],
    ['another text', 'ghcr.io/acme/app', 'ghcr.io/acme/api', false],
    ['a text that goes on', 'ghcr.io/acme', 'ghcr.io/acme/app', false],
    ['a text that begins before', 'acme/app', 'ghcr.io/acme/app', false],
    ['* within a part', 'ghcr.io/acme/a*p', 'ghcr.io/acme/app', true],
    ['* as nothing', 'app*', 'app', true],
    ['* not over a slash', 'ghcr.io/*', 'ghcr.io/acme/app', false],
    ['** over slashes', 'ghcr.io/**', 'ghcr.io/acme/app', true],
    ['** as nothing', 'ghcr.io/**', 'ghcr.io/', true],
    ['** not without its slash', 'ghcr.io/**', 'ghcr.io', false],
    ['*** as **', 'ghcr.io/***', 'ghcr.io/acme/app', true],
    ['case', 'ghcr.io/Acme', 'ghcr.io/acme', false],
    ['a dot as a dot', 'ghcr.io', 'ghcrxio', false],
    ['? as itself', 'a?', 'ab', false],
    ['brackets as themselves', 'a[bc]', 'ab', false],
    ['\\E as itself', 'a\\Eb*', 'a\\Ebc', true],
    ['a line break within **', 'a**b', 'a\nb', true],
    ['a line break behind the end', 'app', 'app\n', false],
    ['an empty pattern and an empty text', '', '', true],
    ['an empty pattern and a text', '', 'a', false],
  ])('reads %s', (_name, pattern, text, expected) => {
    expect(glob(pattern)(text)).toBe(expected);
  });

  it('takes linear time for a pattern that backtracking would not survive', () => {
    expect(glob('*a'.repeat(60))(`${'a'.repeat(59)}b`)).toBe(false);
  });
});

describe('regular expression', () => {
  it.each([
    ['the whole string', 'v\\d+', 'v1', true],
    ['no prefix of it', 'v\\d+', 'v1-rc', false],
    ['no suffix of it', 'v\\d+', 'xv1', false],
    ['both sides of an alternative', 'a|ab', 'ab', true],
    ['an alternative anchored as a whole', 'good|evil', 'goodx', false],
    ['no line of several', '(?m)^v1$', 'v1\nv2', false],
  ])('matches %s', (_name, pattern, text, expected) => {
    expect(regExp(pattern)(text)).toBe(expected);
  });

  it.each([
    ['(?=a)', 'invalid'],
    ['(a', 'missing closing'],
    ['\\1', 'invalid escape'],
    ['a**', 'nested'],
  ])('refuses %s, which RE2 does not read', (pattern, message) => {
    expect(() => regExp(pattern)).toThrow(message);
  });
});

describe('list of patterns', () => {
  const matches = (patterns: readonly string[], text: string) =>
    patternList(patterns, (pattern) => glob(pattern))(text);

  it.each([
    ['any of several', ['a', 'b'], 'b', true],
    ['none of several', ['a', 'b'], 'c', false],
    ['an exclude behind what includes it', ['a*', '!ab'], 'ab', false],
    ['an exclude before what includes it', ['!ab', 'a*'], 'ab', false],
    ['only excludes, and something else', ['!kube-*'], 'shop', true],
    ['only excludes, and what they name', ['!kube-*'], 'kube-system', false],
    ['no pattern at all', [], 'anything', true],
  ])('holds %s', (_name, patterns, text, expected) => {
    expect(matches(patterns, text)).toBe(expected);
  });
});
