import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

describe('duration', () => {
  it.each([
    ['90s', 90_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1_000],
    ['100ms', 100],
    ['1m1ms', 60_001],
    ['250us', 0.25],
    ['250\u00B5s', 0.25],
    ['250\u03BCs', 0.25],
    ['1000000ns', 1],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['1w1d', 691_200_000],
    ['0', 0],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBeCloseTo(milliseconds, 9);
  });

  it.each([
    [''],
    ['30'],
    ['s'],
    ['.s'],
    ['-1s'],
    ['+1s'],
    ['1 s'],
    [' 1s'],
    ['1s '],
    ['1S'],
    ['1y'],
    ['1s1'],
    ['1e3s'],
    ['1,5s'],
    ['1..5s'],
    ['soon'],
    [`${'9'.repeat(400)}s`],
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
