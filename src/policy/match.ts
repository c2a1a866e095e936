import type { ContainerType, Workload } from '../workloads/source.ts';
import { decidingPattern, glob } from './glob.ts';
import { type ImageName, imagePattern, type Unknown } from './image-pattern.ts';
import type { RuleFile } from './schema.ts';

/** Where an image stands: what a rule's `match` is held against. */
export interface Scope {
  readonly image: ImageName;
  readonly containerType: ContainerType;
  readonly workload: Workload;
}

/** What a match took for granted because nothing says it, as `namespace`; empty where everything is known. */
export type Assumed = readonly string[];

type MatchField = 'images' | 'clusters' | 'namespaces' | 'kinds' | 'selector';

/** What one part of a `match` says of a scope. */
export interface PartAnswer {
  readonly field: MatchField;
  readonly holds: boolean;
  /** What it took for granted, as `namespace`; null where everything is known. */
  readonly assumed: string | null;
  /** The pattern or label that decided; null where none did: no pattern includes it, or none excludes it. */
  readonly pattern: string | null;
  /** What it was held against; null where nothing says. */
  readonly value: string | null;
}

/**
 * Compiles a rule's `match`: what it assumes of a scope that it matches, or null for one that it does not. All of its parts
 * must match; what cannot be known matches (a bare image has no namespace, kind or labels), so that leaving information out
 * never takes an image out of a rule.
 */
export function compileMatch(match: RuleFile['match']): (scope: Scope) => Assumed | null {
  const parts = partsOf(match);
  return (scope) => {
    const assumed: string[] = [];
    for (const part of parts) {
      const answer = part(scope);
      if (!answer.holds) return null;
      if (answer.assumed !== null) assumed.push(answer.assumed);
    }
    return assumed;
  };
}

/** As compileMatch, for who wants to know why: what every part that the `match` has says. */
export function explainMatch(match: RuleFile['match']): (scope: Scope) => readonly PartAnswer[] {
  const parts = partsOf(match);
  return (scope) => parts.map((part) => part(scope));
}

type Part = (scope: Scope) => PartAnswer;

function partsOf({ images, clusters, namespaces, kinds, selector }: RuleFile['match']): readonly Part[] {
  return [
    imagePart(images),
    ...(clusters
      ? [attribute('clusters', 'cluster', ({ workload }) => workload.cluster, globs(clusters))]
      : []),
    ...(namespaces
      ? [attribute('namespaces', 'namespace', ({ workload }) => workload.namespace, globs(namespaces))]
      : []),
    ...(kinds ? [kindPart(kinds)] : []),
    ...(selector ? [labelPart(selector.matchLabels)] : []),
  ];
}

function imagePart(patterns: readonly string[]): Part {
  const list = (unknown: Unknown) =>
    decidingPattern(patterns, (pattern, excludes) => imagePattern(pattern, excludes ? 'differs' : unknown));
  const possibly = list('matches');
  const certainly = list('differs');
  const known = new Map<ImageName, PartAnswer>();
  return ({ image }) =>
    answeredOnce(known, image, () => {
      const certain = certainly(image);
      const { matches, pattern } = certain.matches ? certain : possibly(image);
      const assumed = matches && !certain.matches ? 'tag or digest' : null;
      return { field: 'images', holds: matches, assumed, pattern, value: image.repository };
    });
}

/** Thousands of workloads share a few images, namespaces and kinds: a pattern is held against each of them once. */
function answeredOnce<Value>(known: Map<Value, PartAnswer>, value: Value, ask: () => PartAnswer): PartAnswer {
  const answer = known.get(value) ?? ask();
  known.set(value, answer);
  return answer;
}

type Decide = ReturnType<typeof decidingPattern<string>>;

function globs(patterns: readonly string[]): Decide {
  return decidingPattern(patterns, (pattern) => glob(pattern));
}

/** Patterns that are held against one word of a scope; what cannot be known matches. */
function attribute(
  field: MatchField,
  name: string,
  read: (scope: Scope) => string | null,
  decide: Decide,
): Part {
  const known = new Map<string | null, PartAnswer>();
  return (scope) => {
    const value = read(scope);
    return answeredOnce(known, value, () => {
      if (value === null) return { field, holds: true, assumed: name, pattern: null, value };
      const { matches, pattern } = decide(value);
      return { field, holds: matches, assumed: null, pattern, value };
    });
  };
}

/** What a kind makes on its way to the pod. */
const INTERMEDIATE: ReadonlyMap<string, string> = new Map([
  ['Deployment', 'ReplicaSet'],
  ['CronJob', 'Job'],
]);

/** A kind is that of the pod, of what stands between, or of the top owner; an exclude names the top owner alone. */
function kindPart(patterns: readonly string[]): Part {
  const decide = decidingPattern<string>(patterns, (pattern, excludes) => {
    const test = glob(pattern);
    return (owner) => test(owner) || (!excludes && (test(INTERMEDIATE.get(owner) ?? '') || test('Pod')));
  });
  const read = ({ workload: { apiVersion, kind } }: Scope) => (apiVersion === '' ? null : kind);
  return attribute('kinds', 'kind', read, decide);
}

function labelPart(labels: Readonly<Record<string, string>>): Part {
  const wanted = Object.entries(labels);
  const shown = wanted.map(([label, value]) => `${label}=${value}`).join(', ');
  return ({ workload: { templateLabels } }) => {
    const known = { field: 'selector', assumed: null } as const;
    if (wanted.length === 0) return { ...known, holds: true, pattern: null, value: null };
    if (templateLabels === null)
      return { ...known, holds: true, assumed: 'labels', pattern: shown, value: null };
    const different = wanted.find(([label, value]) => templateLabels[label] !== value);
    if (!different) return { ...known, holds: true, pattern: shown, value: shown };
    const [label, value] = different;
    const found = Object.hasOwn(templateLabels, label)
      ? `${label}=${templateLabels[label]}`
      : `no label ${label}`;
    return { ...known, holds: false, pattern: `${label}=${value}`, value: found };
  };
}
