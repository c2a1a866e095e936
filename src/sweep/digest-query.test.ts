import { describe, expect, it } from 'vitest';
import { digestQuery } from './digest-query.ts';
import { A, ask, B, C, resolved, swept, unreachable } from './subject.fixture.ts';

describe('--digest', () => {
  it.each<[string, ReturnType<typeof swept>, string]>([
    ['in the reference, unasked', swept(`ghcr.io/acme/cart:v1@${A}`), 'hit digest (reference)'],
    ['of a tag that was not asked for', swept(), 'undetermined'],
    [
      'of a digest that may be an index, and was not asked for',
      swept(`ghcr.io/acme/cart@${B}`),
      'undetermined',
    ],
    [
      'of the manifest of a tag',
      swept(undefined, { resolved: resolved(A) }),
      'hit digest (manifest of the tag)',
    ],
    [
      'of the index of a tag',
      swept(undefined, { resolved: resolved(A, [B, C]) }),
      'hit digest (index of the tag)',
    ],
    ['of a child', swept(undefined, { resolved: resolved(B, [C, A]) }), 'hit digest (child of the index)'],
    ['of none of them', swept(undefined, { resolved: resolved(B, [C]) }), 'no'],
    ['of what could not be reached', unreachable(), 'undetermined Unreachable'],
    ['of what was not saved', unreachable('NotInEvidence'), 'undetermined NotIndexed'],
  ])('%s', (_, image, answer) => {
    expect(ask(digestQuery([A]), image)).toBe(answer);
  });

  it('finds a child that runs by itself through the index that was asked for', () => {
    const indexes = new Map([[B, [A]]]);
    const child = swept(`ghcr.io/acme/cart@${B}`, { resolved: resolved(B) });
    expect(ask(digestQuery([A]), child, { indexes })).toBe('hit digest (index that holds it)');
    expect(ask(digestQuery([A]), child)).toBe('no');
  });

  it('finds what runs, and what is written', () => {
    const running = swept(`ghcr.io/acme/cart@${A}`, { resolved: resolved(A) });
    const named = swept(`ghcr.io/acme/cart@${B}`);
    expect(ask(digestQuery([A]), running, { named })).toBe('hit digest (running)');
    expect(ask(digestQuery([B]), running, { named })).toBe('hit digest (reference)');
  });

  it('takes any of several', () => {
    expect(ask(digestQuery([B, A]), swept(`ghcr.io/acme/cart@${A}`))).toBe('hit digest (reference)');
  });
});
