import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseTrustedRoot } from '../verify/trust-root.ts';
import { BUILT_IN_ROOTS, GITHUB_SHIPPED_AT, SHIPPED_AT } from './built-in-roots.ts';

/** The trusted root that was published on SHIPPED_AT: whoever brings another changes both. */
const SHIPPED_SHA256 = '6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66';
const GITHUB_SHA256 = '484cdfe1a7c65479c5ba2a22193d1be90f0020db1997de696ab207434c62fbb7';

it('ships the trusted root of the day that it says', () => {
  const copies = BUILT_IN_ROOTS.map(({ name, shipped }) => {
    const copy = shipped();
    return [name, copy && createHash('sha256').update(copy.bytes).digest('hex'), copy?.updatedAt];
  });
  expect(copies).toEqual([
    ['sigstore', SHIPPED_SHA256, SHIPPED_AT],
    ['github', GITHUB_SHA256, GITHUB_SHIPPED_AT],
  ]);
});

it.each(BUILT_IN_ROOTS)('ships a $name that can be read', ({ name, shipped, thresholds }) => {
  const bytes = shipped()?.bytes ?? Buffer.alloc(0);
  expect(parseTrustedRoot(name, bytes, thresholds, 'shipped').ok).toBe(true);
});
