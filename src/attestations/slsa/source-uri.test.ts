import { describe, expect, it } from 'vitest';
import { isGitSource, normaliseSource, refOfSource } from './source-uri.ts';

const CART = 'https://github.com/acme/cart';

describe('normaliseSource', () => {
  it.each<[string, string]>([
    [CART, CART],
    ['git+https://github.com/acme/cart', CART],
    ['git+https://github.com/acme/cart.git', CART],
    ['git+https://github.com/acme/cart@refs/heads/main', CART],
    ['git+https://github.com/acme/cart.git@refs/tags/v1.0.0', CART],
    ['git+https://github.com/acme/cart@refs/heads/feature/a@b', CART],
    ['https://github.com/acme/cart.git#refs/heads/main:dir', CART],
    ['https://github.com/acme/cart/', CART],
    ['https://github.com/acme/cart.git/', CART],
    ['https://GitHub.COM/acme/cart', CART],
    ['HTTPS://github.com:443/acme/cart', CART],
    ['https://user:token@github.com/acme/cart', CART],
    ['https://github.com@evil.example/acme/cart', 'https://evil.example/acme/cart'],
    ['git@github.com:acme/cart.git', CART],
    ['github.com:acme/cart', CART],
    ['ssh://git@github.com/acme/cart.git', CART],
    ['ssh://git@github.com:22/acme/cart.git', CART],
    ['git+ssh://git@GitHub.com/acme/cart.git@refs/heads/main', CART],
    ['https://git.acme.example:8443/acme/cart.git', 'https://git.acme.example:8443/acme/cart'],
    ['https://git.acme.example/a/b/c/cart', 'https://git.acme.example/a/b/c/cart'],
    ['https://git.acme.example/@team/cart@refs/heads/main', 'https://git.acme.example/@team/cart'],
    ['https://github.com/acme/../evil/cart', 'https://github.com/evil/cart'],
    ['https://github.com/acme/%2e%2e/evil/cart', 'https://github.com/evil/cart'],
    ['https://github.com/acme\\..\\evil/cart', 'https://github.com/evil/cart'],
    ['https://github.com/acme/cart?x=https://github.com/evil', `${CART}?x=https://github.com/evil`],
    ['http://github.com/acme/cart', 'http://github.com/acme/cart'],
    ['https://github.com/Acme/Cart', 'https://github.com/Acme/Cart'],
    ['https://github.com/acme/cart.github', 'https://github.com/acme/cart.github'],
    ['pkg:docker/alpine@3.20', 'pkg:docker/alpine@3.20'],
    ['oci://ghcr.io/acme/cart', 'oci://ghcr.io/acme/cart'],
    ['acme/cart', 'acme/cart'],
    ['', ''],
  ])('%s → %s', (uri, expected) => {
    expect(normaliseSource(uri)).toBe(expected);
    expect(normaliseSource(normaliseSource(uri))).toBe(expected);
  });
});

describe('refOfSource', () => {
  it.each<[string, string | null]>([
    ['git+https://github.com/acme/cart@refs/tags/v1.0.0', 'refs/tags/v1.0.0'],
    ['git+https://github.com/acme/cart@refs/heads/a@b', 'refs/heads/a@b'],
    ['https://github.com/acme/cart.git#refs/heads/main:dir', 'refs/heads/main'],
    ['https://github.com/acme/cart.git#0123456789abcdef0123456789abcdef01234567', null],
    ['https://github.com/acme/cart', null],
  ])('%s → %s', (uri, expected) => {
    expect(refOfSource(uri)).toBe(expected);
  });
});

describe('isGitSource', () => {
  it.each<[string, boolean]>([
    ['git+https://github.com/acme/cart', true],
    ['https://github.com/acme/cart.git#main', true],
    ['git@github.com:acme/cart', true],
    ['git://git.acme.example/cart', true],
    ['pkg:docker/alpine@3.20?digest=sha256:00', false],
    ['https://github.com/acme/cart/archive/v1.tar.gz', false],
    ['oci://ghcr.io/acme/git', false],
  ])('%s → %s', (uri, expected) => {
    expect(isGitSource(uri)).toBe(expected);
  });
});

/** In more than linear time each of these would take hours: the test would not end. */
it('ends for what is made to take long', () => {
  const long = 1_000_000;
  for (const uri of [
    'a.'.repeat(long),
    `https://a.b/${'/'.repeat(long)}x`,
    `ssh://${':1'.repeat(long)}`,
    '@'.repeat(long),
  ]) {
    expect(normaliseSource(uri)).toBeTypeOf('string');
    expect(refOfSource(uri)).toBeNull();
    expect(isGitSource(uri)).toBe(false);
  }
}, 60_000);
