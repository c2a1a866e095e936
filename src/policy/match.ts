import type { ContainerType, Workload } from '../workloads/source.ts';
import { glob, patternList } from './glob.ts';
import { type ImageName, imagePattern } from './image-pattern.ts';
import type { RuleFile } from './schema.ts';

/** Where an image stands: what a rule's `match` is held against. `workload` is null where there is none to know. */
export interface Scope {
  readonly image: ImageName;
  readonly containerType: ContainerType;
  readonly workload: Workload;
}

/**
 * Compiles a rule's `match`. All of its parts must match; what cannot be known matches (a bare image has no namespace,
 * kind or labels), so that leaving information out never takes an image out of a rule.
 */
export function compileMatch(match: RuleFile['match']): (scope: Scope) => boolean {
  const image = patternList(match.images, (pattern, excludes) =>
    imagePattern(pattern, excludes ? 'differs' : 'matches'),
  );
  const cluster = attribute(match.clusters);
  const namespace = attribute(match.namespaces);
  const kind = attribute(match.kinds);
  const labels = Object.entries(match.selector?.matchLabels ?? {});
  return ({ image: name, workload }) =>
    image(name) &&
    cluster(workload.cluster) &&
    namespace(workload.namespace) &&
    kind(workload.apiVersion === '' ? null : workload.kind) &&
    labels.every(
      ([label, value]) => workload.templateLabels === null || workload.templateLabels[label] === value,
    );
}

function attribute(patterns: readonly string[] | undefined): (value: string | null) => boolean {
  if (patterns === undefined) return () => true;
  const matches = patternList(patterns, (pattern) => glob(pattern));
  return (value) => value === null || matches(value);
}
