import { describe, expect, it } from 'vitest';
import { type Status, worst } from './finding.ts';

describe('the worst of statuses', () => {
  it.each<[Status, Status[]]>([
    ['skip', []],
    ['skip', ['skip']],
    ['pass', ['skip', 'pass']],
    ['warn', ['pass', 'warn', 'skip']],
    ['unknown', ['warn', 'unknown', 'pass']],
    ['fail', ['unknown', 'fail', 'warn']],
  ])('is %s of %j', (expected, statuses) => {
    expect(worst(statuses)).toBe(expected);
  });
});
