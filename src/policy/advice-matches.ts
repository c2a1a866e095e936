import { glob } from './glob.ts';
import type { Remark, Warning } from './remark.ts';
import type { PolicyFile, RuleFile } from './schema.ts';
import { unmatchable } from './unmatchable.ts';

/** Warnings of what rules match, and of what they let through. */
export const SELECTIVE_WARNINGS: readonly Warning[] = [
  imagePatternsThatNeverMatch,
  rulesThatNeverMatch,
  allowListsOfEverything,
  tagsThatAskNothing,
  enforcingRulesNarrowedByLabels,
];

interface Patterns {
  readonly at: readonly (string | number)[];
  readonly patterns: readonly string[];
}

/** Every list of image patterns of a file. */
function imageLists({ spec }: PolicyFile): readonly Patterns[] {
  const ofRules = spec.rules.flatMap(({ match, registries, baseImages }, index) => {
    const at = ['spec', 'rules', index];
    return [
      { at: [...at, 'match', 'images'], patterns: match.images },
      { at: [...at, 'registries', 'allow'], patterns: registries?.allow ?? [] },
      { at: [...at, 'registries', 'deny'], patterns: registries?.deny ?? [] },
      { at: [...at, 'baseImages', 'allow'], patterns: baseImages?.allow ?? [] },
    ];
  });
  const ofExceptions = (spec.exceptions ?? []).map(({ match }, index) => ({
    at: ['spec', 'exceptions', index, 'match', 'images'],
    patterns: match.images,
  }));
  return [...ofRules, ...ofExceptions];
}

function imagePatternsThatNeverMatch(file: PolicyFile): Remark[] {
  return imageLists(file).flatMap(({ at, patterns }) =>
    patterns.flatMap((pattern, index): Remark[] => {
      const mark = pattern.startsWith('!') ? '!' : '';
      const found = unmatchable(pattern.slice(mark.length));
      if (!found) return [];
      const { why, instead } = found;
      return [
        {
          at: [...at, index],
          what: `${JSON.stringify(pattern)} can never ${mark === '' ? 'match' : 'exclude'} an image`,
          why,
          instead: instead.startsWith('a ') ? instead : `${mark}${instead}`,
        },
      ];
    }),
  );
}

function rulesThatNeverMatch({ spec }: PolicyFile): Remark[] {
  return spec.rules.flatMap(({ match }, index) => {
    const lists = [
      { field: 'images', patterns: match.images },
      { field: 'clusters', patterns: match.clusters ?? [] },
      { field: 'namespaces', patterns: match.namespaces ?? [] },
    ];
    return lists.flatMap(({ field, patterns }): Remark[] =>
      excludesAll(patterns)
        ? [
            {
              at: ['spec', 'rules', index, 'match', field],
              what: 'the excludes leave nothing to match',
              why: 'excludes win whatever the order, so this rule is asked of no image whose place is known',
              instead: 'a narrower exclude, or take the rule out',
            },
          ]
        : [],
    );
  });
}

function excludesAll(patterns: readonly string[]): boolean {
  const excludes = patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1));
  const includes = patterns.filter((one) => !one.startsWith('!'));
  const wanted = includes.length === 0 ? ['**'] : includes;
  return (
    patterns.length > 0 && wanted.every((include) => excludes.some((exclude) => covers(exclude, include)))
  );
}

/** Whether everything that one glob matches another matches as well; false where that cannot be seen easily. */
function covers(wide: string, narrow: string): boolean {
  if (wide === '**') return true;
  if (wide === narrow) return !/[:@]/.test(wide.slice(wide.lastIndexOf('/') + 1));
  if (!narrow.includes('*')) return glob(wide)(narrow);
  const prefix = wide.endsWith('**') ? wide.slice(0, -2) : null;
  return prefix !== null && !prefix.includes('*') && narrow.startsWith(prefix);
}

function allowListsOfEverything({ spec }: PolicyFile): Remark[] {
  return spec.rules.flatMap(({ match, registries }, index): Remark[] => {
    const { allow = [], deny = [] } = registries ?? {};
    if (allow.length === 0 || deny.length > 0 || allow.some((one) => one.startsWith('!'))) return [];
    const matched = match.images.filter((one) => !one.startsWith('!'));
    const wanted = matched.length === 0 ? ['**'] : matched;
    if (!wanted.every((image) => allow.some((one) => one === image || covers(one, image)))) return [];
    return [
      {
        at: ['spec', 'rules', index, 'registries', 'allow'],
        what: 'it allows every image that the rule matches',
        why: 'the rule can never fail, and reads as if something were checked',
        instead: 'the registries that images may come from, as registry.example.com/shop/**',
      },
    ];
  });
}

function tagsThatAskNothing({ spec }: PolicyFile): Remark[] {
  return spec.rules.flatMap(({ tags }, index): Remark[] =>
    tags?.pinned === false && !tags.drift && !tags.disallowed
      ? [
          {
            at: ['spec', 'rules', index, 'tags', 'pinned'],
            what: 'it asks nothing of a tag',
            why: 'every reference is accepted, pinned or not',
            instead: 'pinned: true, or disallowed: [latest]',
          },
        ]
      : [],
  );
}

function enforcingRulesNarrowedByLabels({ spec }: PolicyFile): Remark[] {
  return spec.rules.flatMap(({ enforcement, match }: RuleFile, index): Remark[] =>
    enforcement === 'enforce' && Object.keys(match.selector?.matchLabels ?? {}).length > 0
      ? [
          {
            at: ['spec', 'rules', index, 'match', 'selector'],
            what: 'an enforcing rule is narrowed by labels',
            why: 'whoever writes the workload leaves the label out, and the rule is not asked',
            instead: 'images or namespaces, which he cannot choose, or labels that admission control sets',
          },
        ]
      : [],
  );
}
