import { judgePinned } from './checks/tags.ts';
import type { Policy, Rule } from './policy.ts';

/**
 * A policy by which an image without a digest fails unless a rule says `pinned: false` of it: what a gate judges is not what is pulled
 * later where a tag is moved in between. A rule that applies only because nobody knows better excuses nothing.
 */
export function requireDigests(policy: Policy): Policy {
  return { ...policy, rules: [...policy.rules, unlessSaid(policy.rules)] };
}

function unlessSaid(rules: readonly Rule[]): Rule {
  return {
    name: 'digests are required',
    enforcement: 'enforce',
    enforcesArguments: false,
    matches: (scope) => (rules.some((rule) => speaksOf(rule, rule.matches(scope))) ? null : []),
    checks: [{ name: 'tag', vouches: false, evaluate: judgePinned }],
  };
}

/** Whether a rule has said the same already, or that no digest is wanted. */
function speaksOf({ pinned, enforcement }: Rule, assumed: ReturnType<Rule['matches']>): boolean {
  if (assumed === null || pinned === undefined) return false;
  return pinned ? enforcement === 'enforce' : assumed.length === 0;
}
