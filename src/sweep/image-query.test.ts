import { describe, expect, it } from 'vitest';
import { imageQuery } from './image-query.ts';
import { A, ask, B, resolved, swept, unreachable } from './subject.fixture.ts';

describe('--image', () => {
  it.each<[string, string[], string, string]>([
    ['a repository', ['ghcr.io/acme/cart'], 'ghcr.io/acme/cart:v1', 'hit image (reference)'],
    ['another', ['ghcr.io/acme/cart'], 'ghcr.io/acme/carts:v1', 'no'],
    ['one of several', ['ghcr.io/x/**', 'ghcr.io/acme/**'], 'ghcr.io/acme/a/b:v1', 'hit image (reference)'],
    ['a star that meets a slash', ['ghcr.io/*'], 'ghcr.io/acme/cart', 'no'],
    ['a name that is implied', ['docker.io/library/nginx'], 'nginx', 'hit image (reference)'],
    ['a tag', ['ghcr.io/acme/cart:v1'], 'ghcr.io/acme/cart:v1', 'hit image (reference)'],
    ['another tag', ['ghcr.io/acme/cart:v1'], 'ghcr.io/acme/cart:v2', 'no'],
    ['the tag that is implied', ['**/nginx:latest'], 'nginx', 'hit image (reference)'],
    ['another than is implied', ['**/nginx:1'], 'nginx', 'no'],
    [
      'a tag, of a digest alone',
      ['ghcr.io/acme/cart:v1'],
      `ghcr.io/acme/cart@${A}`,
      'undetermined TagNotNamed',
    ],
    ['a digest', [`ghcr.io/acme/cart@${A}`], `ghcr.io/acme/cart@${A}`, 'hit image (reference)'],
    ['another digest', [`ghcr.io/acme/cart@${B}`], `ghcr.io/acme/cart@${A}`, 'no'],
    ['a digest, of a tag', [`ghcr.io/acme/cart@${A}`], 'ghcr.io/acme/cart:v1', 'undetermined'],
    ['a digest of another repository', [`ghcr.io/acme/shop@${A}`], 'ghcr.io/acme/cart:v1', 'no'],
  ])('%s', (_, patterns, text, answer) => {
    expect(ask(imageQuery(patterns), swept(text))).toBe(answer);
  });

  it('asks registries for digests alone', () => {
    expect(imageQuery(['ghcr.io/**', '**:v1']).needs).toBe('reference');
    expect(imageQuery(['ghcr.io/**', `**@${A}`]).needs).toBe('resolution');
  });

  it.each<[string, ReturnType<typeof swept>, string]>([
    ['leads there', swept(undefined, { resolved: resolved(A) }), 'hit image (reference)'],
    ['leads elsewhere', swept(undefined, { resolved: resolved(B) }), 'no'],
    ['cannot be asked for', unreachable(), 'undetermined Unreachable'],
    ['is not in the evidence', unreachable('NotInEvidence'), 'undetermined NotIndexed'],
  ])('knows a tag that %s', (_, image, answer) => {
    expect(ask(imageQuery([`ghcr.io/acme/cart@${A}`]), image)).toBe(answer);
  });

  it('finds what runs by where it was pulled from, and by what is written', () => {
    const running = swept(`mirror.local/cart:v1@${A}`, { resolved: resolved(A) });
    const named = swept('ghcr.io/acme/cart:v1');
    for (const pattern of ['mirror.local/**', 'ghcr.io/acme/cart:v1', `**@${A}`])
      expect(ask(imageQuery([pattern]), running, { named })).toBe('hit image (reference)');
    expect(ask(imageQuery(['quay.io/**']), running, { named })).toBe('no');
  });
});
