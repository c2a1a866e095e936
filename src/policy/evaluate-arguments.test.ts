import { describe, expect, it } from 'vitest';
import { compileException } from './exceptions.ts';
import { evaluate, type JudgedContainer } from './evaluate.ts';
import { judgeReference, type Status } from './finding.ts';
import { container, image, NOW, unresolved, workload } from './judged-image.fixture.ts';
import type { Policy, Rule } from './policy.ts';

const TEXT = container().image;
const WORKLOAD = workload({
  containers: [container(), container(TEXT, { name: 'SIDECAR', type: 'argument' })],
});

function rule(status: Status, more: Partial<Rule> = {}): Rule {
  const judged = { ...judgeReference('pass', 'SignatureMissing', 'said'), status };
  return {
    name: 'a',
    enforcement: 'enforce',
    enforcesArguments: false,
    matches: () => [],
    checks: [{ name: 'signature', vouches: true, evaluate: () => judged }],
    ...more,
  };
}

function policy(rules: readonly Rule[], more: Partial<Policy> = {}): Policy {
  return { sources: [], trust: { roots: [], keys: [] }, rules, default: 'deny', exceptions: [], ...more };
}

/** The status of the container, and of the same image in an argument beside it. */
function statuses(
  held: Policy | null,
  judged: JudgedContainer['image'] = image(),
  now = NOW,
): readonly Status[] {
  const images = new Map([[TEXT, judged]]);
  const [found] = evaluate(held, [WORKLOAD], images, { judgedAt: NOW, now });
  return found?.containers.map(({ status }) => status) ?? [];
}

describe('an image in an argument', () => {
  it.each<[string, Policy | null, JudgedContainer['image'], Status[]]>([
    ['that fails', policy([rule('fail')]), image(), ['fail', 'warn']],
    ['of which nothing is known', policy([rule('unknown')]), image(), ['unknown', 'warn']],
    ['that warns', policy([rule('warn')]), image(), ['warn', 'warn']],
    ['that passes', policy([rule('pass')]), image(), ['pass', 'pass']],
    ['that no rule asks about', policy([]), image(), ['fail', 'warn']],
    ['that no rule asks about and nobody minds', policy([], { default: 'allow' }), image(), ['skip', 'skip']],
    ['that cannot be found, without a policy', null, unresolved(), ['unknown', 'warn']],
    ['that is no reference', policy([rule('pass')]), { invalid: 'it is empty' }, ['fail', 'warn']],
    ['that is no reference, without a policy', null, { invalid: 'it is empty' }, ['fail', 'warn']],
    [
      'that fails a rule that holds arguments to it',
      policy([rule('fail', { enforcesArguments: true })]),
      image(),
      ['fail', 'fail'],
    ],
    [
      'that such a rule knows nothing of',
      policy([rule('unknown', { enforcesArguments: true })]),
      image(),
      ['unknown', 'unknown'],
    ],
    [
      'that is no reference, under such a rule',
      policy([rule('pass', { enforcesArguments: true })]),
      { invalid: 'it is empty' },
      ['fail', 'fail'],
    ],
    [
      'that fails a rule which only warns and holds arguments to it',
      policy([rule('fail', { enforcesArguments: true, enforcement: 'warn' })], { default: 'allow' }),
      image(),
      ['warn', 'warn'],
    ],
    [
      'that fails one rule, and another holds arguments to it',
      policy([rule('fail'), rule('pass', { name: 'b', enforcesArguments: true })]),
      image(),
      ['fail', 'warn'],
    ],
  ])('%s', (_name, held, judged, expected) => {
    expect(statuses(held, judged)).toEqual(expected);
  });
});

describe('exceptions under a policy', () => {
  const exceptions = [
    compileException({
      name: 'legacy',
      match: { images: ['**'] },
      reasons: ['SignatureMissing', 'NoRuleMatches'],
      reason: 'soon',
      expires: '2026-06-30',
    }),
  ];

  it('end by the real clock, whatever time is judged at', () => {
    const held = policy([rule('fail')], { exceptions });
    expect(statuses(held, image(), new Date('2026-06-30T23:00:00Z'))).toEqual(['warn', 'warn']);
    expect(statuses(held, image(), new Date('2026-07-01T00:00:00Z'))).toEqual(['fail', 'warn']);
  });

  it('cover what the default denies', () => {
    expect(statuses(policy([], { exceptions }), image(), new Date('2026-01-01'))).toEqual(['warn', 'warn']);
  });

  it('never turn an unknown into anything', () => {
    const held = policy([rule('unknown')], { exceptions });
    expect(statuses(held, image(), new Date('2026-01-01'))[0]).toBe('unknown');
  });
});
