import { describe, expect, it } from 'vitest';
import { parseReference } from '../registry/reference.ts';
import { requireDigests } from './digests-required.ts';
import { container, image, NOW, workload } from './judged-image.fixture.ts';
import { evaluate } from './evaluate.ts';
import type { Assumed } from './match.ts';
import type { Policy, Rule } from './policy.ts';

const TAGGED = 'registry.example.com/shop/cart:v1';

function rule(more: Partial<Rule>): Rule {
  return {
    name: 'a',
    enforcement: 'enforce',
    enforcesArguments: false,
    matches: () => [],
    checks: [],
    ...more,
  };
}

function reasons(rules: readonly Rule[], text = TAGGED): readonly string[] {
  const policy: Policy = {
    sources: [],
    trust: { roots: [], keys: [] },
    rules,
    default: 'allow',
    exceptions: [],
  };
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const images = new Map([[text, { ...image(), reference: parsed.value }]]);
  const [found] = evaluate(requireDigests(policy), [workload({ containers: [container(text)] })], images, {
    judgedAt: NOW,
    now: NOW,
  });
  return (found?.containers ?? []).flatMap(({ findings }) =>
    findings.filter(({ check }) => check === 'tag').map(({ reason }) => reason),
  );
}

describe('a gate holds an image without a digest for a violation', () => {
  const assumed: Assumed = ['namespace'];
  it.each<[string, readonly Rule[], readonly string[]]>([
    ['where no rule speaks of it', [rule({})], ['TagNotPinned']],
    ['unless a rule says otherwise', [rule({ pinned: false })], []],
    ['where that rule does not apply', [rule({ pinned: false, matches: () => null })], ['TagNotPinned']],
    [
      'where that rule applies by assumption alone',
      [rule({ pinned: false, matches: () => assumed })],
      ['TagNotPinned'],
    ],
    ['once, where a rule says the same', [rule({ pinned: true })], []],
    [
      'where a rule says the same as a warning',
      [rule({ pinned: true, enforcement: 'warn' })],
      ['TagNotPinned'],
    ],
  ])('%s', (_, rules, expected) => {
    expect(reasons(rules)).toEqual(expected);
  });

  it('and accepts one with a digest', () => {
    expect(reasons([rule({})], `${TAGGED}@sha256:${'a'.repeat(64)}`)).toEqual(['TagAccepted']);
  });
});
