import type { Discovery, Gap } from './source.ts';

/** What a part of the input holds, before it is known what its other parts hold. */
export interface Reading extends Discovery {
  /** The objects that others may refer to, by `objectKey`. */
  readonly objects: readonly string[];
  readonly references: readonly Reference[];
}

/** An object that leaves its images to others. */
interface Reference {
  /** By `objectKey`; null for what can be no object of the input. */
  readonly target: string | null;
  /** Where the target is not found among the objects. */
  readonly gap: Gap;
}

export const NOTHING: Reading = { workloads: [], gaps: [], objects: [], references: [] };

export function onlyGap(gap: Gap): Reading {
  return { ...NOTHING, gaps: [gap] };
}

/** Names an object within the input. Kinds of the cluster belong to no namespace. */
export function objectKey(kind: string, namespace: string, name: string): string {
  return JSON.stringify([kind, kind.startsWith('Cluster') ? '' : namespace, name]);
}

/** All that several parts of the input hold. */
export function joined(parts: readonly Reading[]): Reading {
  return {
    workloads: parts.flatMap(({ workloads }) => workloads),
    gaps: parts.flatMap(({ gaps }) => gaps),
    objects: parts.flatMap(({ objects }) => objects),
    references: parts.flatMap(({ references }) => references),
  };
}

/** What the whole input holds: a reference to an object that is not in it leads to images that were not seen. */
export function discovered({ workloads, gaps, objects, references }: Reading): Discovery {
  const known = new Set(objects);
  const missing = references
    .filter(({ target }) => target === null || !known.has(target))
    .map(({ gap }) => gap);
  return { workloads, gaps: [...gaps, ...missing] };
}
