import { describe, expect, it, vi } from 'vitest';
import { evaluate, type JudgedContainer } from './evaluate.ts';
import { type Evaluate, type Judgement, judgeReference, type Status } from './finding.ts';
import { BARE, container, image, NOW, workload } from './judged-image.fixture.ts';
import type { Policy, Rule, RuleCheck } from './policy.ts';

function judgement(status: Status): Judgement {
  return { ...judgeReference('pass', 'SignatureVerified', 'said'), status };
}

function check(status: Status, vouches = true, judge: Evaluate = () => judgement(status)): RuleCheck {
  return { name: vouches ? 'signature' : 'tag', vouches, evaluate: judge };
}

function rule(name: string, checks: readonly RuleCheck[], more: Partial<Rule> = {}): Rule {
  return { name, enforcement: 'enforce', enforcesArguments: false, matches: () => [], checks, ...more };
}

function policy(rules: readonly Rule[], byDefault: Policy['default'] = 'deny'): Policy {
  return { sources: [], trust: { roots: [], keys: [] }, rules, default: byDefault, exceptions: [] };
}

const TIMES = { judgedAt: NOW, now: NOW };
const TEXT = container().image;
const IMAGES = new Map<string, JudgedContainer['image']>([[TEXT, image()]]);

function findings(held: Policy | null, where = workload(), images = IMAGES) {
  return evaluate(held, [where], images, TIMES)[0]?.containers[0]?.findings.map(
    ({ status, reason, check: name, rule: of, enforcement }) =>
      [status, reason, name, of, enforcement].join(' '),
  );
}

describe('evaluation', () => {
  it('takes nothing that was found with other pull secrets', () => {
    const ref = { cluster: null, namespace: 'shop', kind: 'Secret', name: 'pull' } as const;
    const pulled = workload({ containers: [container(TEXT, { pullSecrets: [ref] })] });
    expect(findings(policy([rule('one', [check('pass')])]), pulled)).toEqual([
      'fail ImageReferenceInvalid policy  enforce',
    ]);
  });

  it('applies every rule that matches, and no other', () => {
    const rules = [
      rule('one', [check('pass'), check('fail', false)]),
      rule('two', [check('unknown')]),
      rule('other', [check('fail')], { matches: () => null }),
    ];
    expect(findings(policy(rules))).toEqual([
      'pass SignatureVerified signature one enforce',
      'fail SignatureVerified tag one enforce',
      'unknown SignatureVerified signature two enforce',
    ]);
  });

  it.each<[Status, string]>([
    ['fail', 'warn'],
    ['unknown', 'unknown'],
    ['pass', 'pass'],
    ['skip', 'skip'],
  ])('turns %s under enforcement: warn into %s, and keeps the reason', (status, expected) => {
    const rules = [rule('soft', [check(status, false)], { enforcement: 'warn' })];
    expect(findings(policy(rules, 'allow'))?.[0]).toBe(`${expected} SignatureVerified tag soft warn`);
  });

  it.each<[string, Policy['default'], Rule[], string[]]>([
    ['denies without any rule', 'deny', [], ['fail NoRuleMatches policy  enforce']],
    ['warns where it says so', 'warn', [], ['warn NoRuleMatches policy  enforce']],
    ['allows where it says so', 'allow', [], ['skip DefaultAllow policy  enforce']],
    [
      'is not asked beside an enforcing rule that asks for a signature',
      'deny',
      [rule('a', [check('pass')])],
      ['pass SignatureVerified signature a enforce'],
    ],
    [
      'holds beside a rule that only warns',
      'deny',
      [rule('a', [check('pass')], { enforcement: 'warn' })],
      ['pass SignatureVerified signature a warn', 'fail NoRuleMatches policy  enforce'],
    ],
    [
      'holds beside a rule that asks nobody to vouch',
      'deny',
      [rule('a', [check('pass', false)])],
      ['pass SignatureVerified tag a enforce', 'fail NoRuleMatches policy  enforce'],
    ],
    [
      'holds beside a rule for other images',
      'deny',
      [rule('a', [check('pass')], { matches: () => null })],
      ['fail NoRuleMatches policy  enforce'],
    ],
  ])('by default %s', (_name, byDefault, rules, expected) => {
    expect(findings(policy(rules, byDefault))).toEqual(expected);
  });

  it.each([
    ['under a policy', policy([rule('a', [check('pass')])], 'allow')],
    ['without a policy', null],
  ])('fails a reference that is none, %s', (_name, held) => {
    const images = new Map([[TEXT, { invalid: 'it is empty' }]]);
    const [judged] = evaluate(held, [workload()], images, TIMES);
    expect(judged?.containers[0]?.findings).toMatchObject([
      { status: 'fail', reason: 'ImageReferenceInvalid', message: 'spec.containers[0].image: it is empty' },
    ]);
  });

  it('fails an image that nobody looked at', () => {
    expect(findings(policy([rule('a', [check('pass')])]), workload(), new Map())).toEqual([
      'fail ImageReferenceInvalid policy  enforce',
    ]);
  });

  it('says what a rule took for granted', () => {
    const rules = [rule('a', [check('fail')], { matches: () => ['namespace', 'kind'] })];
    expect(evaluate(policy(rules), [BARE], IMAGES, TIMES)[0]?.containers[0]?.findings).toMatchObject([
      {
        message: 'said; the rule applies because the namespace and the kind cannot be known here',
        details: { assumed: ['namespace', 'kind'] },
      },
    ]);
  });

  it('is as bad as the worst finding, container by container', () => {
    const images = new Map([...IMAGES, ['bad', { invalid: 'it is bad' }]]);
    const where = workload({ containers: [container(), container('bad', { name: 'other' })] });
    const [judged] = evaluate(
      policy([rule('a', [check('pass'), check('warn', false)])]),
      [where],
      images,
      TIMES,
    );
    expect(judged?.containers.map(({ status }) => status)).toEqual(['warn', 'fail']);
    expect(judged?.status).toBe('fail');
  });

  it('judges an image once for each rule, however many workloads run it', () => {
    const judge = vi.fn<Evaluate>(() => judgement('pass'));
    const other = vi.fn<Evaluate>(() => judgement('pass'));
    const rules = [rule('a', [check('pass', true, judge)]), rule('b', [check('pass', true, other)])];
    evaluate(
      policy(rules),
      Array.from({ length: 50 }, () => workload()),
      IMAGES,
      TIMES,
    );
    expect(judge).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(1);
  });

  it('says of what one workload took for granted nothing in another', () => {
    const rules = [
      rule('a', [check('fail')], {
        matches: ({ workload: { namespace } }) => (namespace === null ? ['namespace'] : []),
      }),
    ];
    const messages = evaluate(policy(rules), [BARE, workload()], IMAGES, TIMES).map(
      ({ containers }) => containers[0]?.findings[0]?.details,
    );
    expect(messages).toEqual([{ assumed: ['namespace'] }, {}]);
  });

  it('says of an image that runs nothing of what only stands in an argument, and the other way round', () => {
    const types = ['argument', 'container', 'argument'] as const;
    const where = workload({ containers: types.map((type) => container(TEXT, { type })) });
    const [judged] = evaluate(policy([rule('a', [check('fail')])]), [where], IMAGES, TIMES);
    expect(judged?.containers.map(({ status }) => status)).toEqual(['warn', 'fail', 'warn']);
  });

  it('says of one workload nothing by rules that apply to another alone', () => {
    const matches: Rule['matches'] = ({ workload: { namespace } }) => (namespace === 'shop' ? [] : null);
    const rules = [rule('shop', [check('fail')], { matches }), rule('all', [check('pass')])];
    const places = ['other', 'shop', 'other'].map((namespace) => workload({ namespace }));
    const judged = evaluate(policy(rules), places, IMAGES, TIMES);
    expect(judged.map(({ status }) => status)).toEqual(['pass', 'fail', 'pass']);
  });
});
