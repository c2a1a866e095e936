import { describe, expect, it } from 'vitest';
import { allOf, type Answer, anyOf, hit, NO, undetermined } from './answer.ts';

const match = (asked: string) => ({ query: 'image' as const, asked, found: asked, at: '', evidence: [] });
const doubt = (message: string) => ({
  reason: 'Unreachable' as const,
  cause: null,
  message,
  remediation: null,
  evidence: [],
});
const VALUES: Readonly<Record<string, Answer>> = {
  true: hit(match('one')),
  unknown: undetermined(doubt('why')),
  false: NO,
};
const named = ({ is }: Answer) => ({ hit: 'true', no: 'false', undetermined: 'unknown' })[is];

describe('three-valued logic', () => {
  it.each<[string, string, and: string, or: string]>([
    ['true', 'true', 'true', 'true'],
    ['true', 'unknown', 'unknown', 'true'],
    ['true', 'false', 'false', 'true'],
    ['unknown', 'true', 'unknown', 'true'],
    ['unknown', 'unknown', 'unknown', 'unknown'],
    ['unknown', 'false', 'false', 'unknown'],
    ['false', 'true', 'false', 'true'],
    ['false', 'unknown', 'false', 'unknown'],
    ['false', 'false', 'false', 'false'],
  ])('%s and %s is %s, or is %s', (left, right, and, or) => {
    const both = [VALUES[left]!, VALUES[right]!];
    expect({ and: named(allOf(both)), or: named(anyOf(both)) }).toEqual({ and, or });
  });

  it('keeps every match and every doubt', () => {
    expect(allOf([hit(match('one')), hit(match('two'))])).toEqual(hit(match('one'), match('two')));
    expect(anyOf([hit(match('one')), NO, hit(match('two'))])).toEqual(hit(match('one'), match('two')));
    const [one, two] = [doubt('one'), doubt('two')];
    expect(allOf([undetermined(one), hit(match('x')), undetermined(two)])).toEqual(undetermined(one, two));
    expect(anyOf([undetermined(one), NO, undetermined(two)])).toEqual(undetermined(one, two));
  });
});
