import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS, parseTrustedRoot } from '../verify/trust-root.ts';
import { BUILT_IN_ROOTS, SHIPPED_AT } from './built-in-roots.ts';

/** The trusted root that was published on SHIPPED_AT: whoever brings another changes both. */
const SHIPPED_SHA256 = '6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66';

it('ships the trusted root of the day that it says', () => {
  const copies = BUILT_IN_ROOTS.map(({ name, shipped }) => {
    const copy = shipped();
    return [name, copy && createHash('sha256').update(copy.bytes).digest('hex'), copy?.updatedAt];
  });
  expect(copies).toEqual([
    ['sigstore', SHIPPED_SHA256, SHIPPED_AT],
    ['github', null, undefined],
  ]);
});

it('ships what can be read', () => {
  const [sigstore] = BUILT_IN_ROOTS;
  const bytes = sigstore?.shipped()?.bytes ?? Buffer.alloc(0);
  expect(parseTrustedRoot('sigstore', bytes, DEFAULT_THRESHOLDS, 'shipped').ok).toBe(true);
});
