import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { chainIds } from './chain-id.ts';

const [A, B, C] = ['a', 'b', 'c'].map((mark) => `sha256:${mark.repeat(64)}`) as [string, string, string];

function hashed(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

it('names layers as the specification says', () => {
  const two = hashed(`${A} ${B}`);
  expect(chainIds([])).toEqual([]);
  expect(chainIds([A, B, C])).toEqual([A, two, hashed(`${two} ${C}`)]);
});
