import type { ContainerType, Workload } from '../workloads/source.ts';
import { glob, patternList } from './glob.ts';
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

/**
 * Compiles a rule's `match`: what it assumes of a scope that it matches, or null for one that it does not. All of its parts
 * must match; what cannot be known matches (a bare image has no namespace, kind or labels), so that leaving information out
 * never takes an image out of a rule.
 */
export function compileMatch(match: RuleFile['match']): (scope: Scope) => Assumed | null {
  const parts = [
    imagePart(match.images),
    attribute('cluster', match.clusters, ({ workload }) => workload.cluster),
    attribute('namespace', match.namespaces, ({ workload }) => workload.namespace),
    kindPart(match.kinds),
    labelPart(match.selector?.matchLabels),
  ];
  return (scope) => {
    const assumed: string[] = [];
    for (const part of parts) {
      const answer = part(scope);
      if (answer === false) return null;
      if (answer !== true) assumed.push(answer.unknown);
    }
    return assumed;
  };
}

/** Whether a part of `match` holds; or what it would have to know for that. */
type Part = (scope: Scope) => boolean | { readonly unknown: string };

function imagePart(patterns: readonly string[]): Part {
  const list = (unknown: Unknown) =>
    patternList(patterns, (pattern, excludes) => imagePattern(pattern, excludes ? 'differs' : unknown));
  const possibly = list('matches');
  const certainly = list('differs');
  return ({ image }) => certainly(image) || (possibly(image) && { unknown: 'tag or digest' });
}

function attribute(
  name: string,
  patterns: readonly string[] | undefined,
  read: (scope: Scope) => string | null,
): Part {
  if (patterns === undefined) return () => true;
  const matches = patternList(patterns, (pattern) => glob(pattern));
  return (scope) => {
    const value = read(scope);
    return value === null ? { unknown: name } : matches(value);
  };
}

/** What a kind makes on its way to the pod. */
const INTERMEDIATE: ReadonlyMap<string, string> = new Map([
  ['Deployment', 'ReplicaSet'],
  ['CronJob', 'Job'],
]);

/** A kind is that of the pod, of what stands between, or of the top owner; an exclude names the top owner alone. */
function kindPart(patterns: readonly string[] | undefined): Part {
  if (patterns === undefined) return () => true;
  const matches = patternList<string>(patterns, (pattern, excludes) => {
    const test = glob(pattern);
    return (owner) => test(owner) || (!excludes && (test(INTERMEDIATE.get(owner) ?? '') || test('Pod')));
  });
  return ({ workload }) => (workload.apiVersion === '' ? { unknown: 'kind' } : matches(workload.kind));
}

function labelPart(labels: Readonly<Record<string, string>> = {}): Part {
  const wanted = Object.entries(labels);
  if (wanted.length === 0) return () => true;
  return ({ workload: { templateLabels } }) =>
    templateLabels === null
      ? { unknown: 'labels' }
      : wanted.every(([label, value]) => templateLabels[label] === value);
}
