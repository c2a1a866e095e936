import { z } from 'zod';
import type { Resource } from '../../cluster/discovery.ts';
import { podKind } from '../kinds.ts';
import type { Gap, Workload } from '../source.ts';
import { readWorkloads } from '../workload.ts';
import { pulledWith, templatePulls, templateRefs } from './pull-secrets.ts';
import { isTooDeep, metadataOf, placeOf, seenInCluster, shownName } from './object.ts';
import type { Metadata } from './object.ts';

/** An object that runs pods, or owns one that does. */
export interface WorkloadObject extends Metadata {
  readonly resource: Resource;
  readonly apiVersion: string;
  /** Its template as manifests are read; null where it has none, or nothing but its metadata was read. */
  readonly template: Workload | null;
  readonly suspended: boolean;
  /** A Job that is done. */
  readonly finished: boolean;
  /** How many pods it is to have; null where it does not say. */
  readonly desired: number | null;
  readonly gaps: readonly Gap[];
}

const count = z.int().min(0).nullish().catch(null);
const factsSchema = z.looseObject({
  spec: z
    .looseObject({ suspend: z.boolean().nullish().catch(null), replicas: count })
    .nullish()
    .catch(null),
  status: z
    .looseObject({
      desiredNumberScheduled: count,
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string() }))
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});

const DONE = new Set(['Complete', 'Failed']);

/** Reads an object of a list; null for what is none. What is wrong in it is a gap, and the rest of it is still audited. */
export function readWorkloadObject(
  object: unknown,
  resource: Resource,
  cluster: string | null,
): WorkloadObject | null {
  const metadata = metadataOf(object);
  if (metadata === null) return null;
  const { group, version, kind } = resource;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const shown = shownName(resource, metadata);
  const read = isTooDeep(object)
    ? { template: null, gaps: [tooDeep(shown, cluster)] }
    : readTemplate(object, { apiVersion, kind, shown, cluster, namespace: metadata.namespace });
  const facts = factsSchema.safeParse(object);
  const { spec, status } = facts.success ? facts.data : {};
  const isBuiltIn = podKind(apiVersion, kind) !== null;
  return {
    ...metadata,
    ...read,
    resource,
    apiVersion,
    suspended: spec?.suspend === true,
    finished: (status?.conditions ?? []).some(({ type, status }) => DONE.has(type) && status === 'True'),
    desired:
      status?.desiredNumberScheduled ??
      spec?.replicas ??
      (isBuiltIn ? (read.template?.replicas.desired ?? null) : null),
  };
}

/** Of an object of which only its metadata matters. */
export function readOwner(object: unknown, resource: Resource): WorkloadObject | null {
  const metadata = metadataOf(object);
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  if (metadata === null) return null;
  const unknown = { template: null, suspended: false, finished: false, desired: null, gaps: [] };
  return { ...metadata, resource, apiVersion, ...unknown };
}

interface ReadOptions {
  readonly apiVersion: string;
  readonly kind: string;
  readonly shown: string;
  readonly cluster: string | null;
  readonly namespace: string | null;
}

function readTemplate(
  object: unknown,
  { apiVersion, kind, shown, cluster, namespace }: ReadOptions,
): Pick<WorkloadObject, 'template' | 'gaps'> {
  const typed = typeof object === 'object' && object !== null ? { ...object, apiVersion, kind } : object;
  const place = placeOf(typed, shown);
  const { workloads, gaps } = readWorkloads(place, namespace ?? '');
  const [template = null] = workloads;
  return {
    template:
      template && withPullSecrets(template, templatePulls(place, apiVersion, kind), cluster, namespace),
    // What an operator chooses, or another object says, is seen in the pods that run it.
    gaps: gaps
      .filter(({ reason }) => reason !== 'ImageNotNamed')
      .map((gap) => seenInCluster(gap, shown, cluster)),
  };
}

function withPullSecrets(
  template: Workload,
  pulls: ReturnType<typeof templatePulls>,
  cluster: string | null,
  namespace: string | null,
): Workload {
  const containers = template.containers.map((container) => ({
    ...container,
    ...pulledWith(templateRefs(cluster, namespace, pulls(container.field))),
  }));
  return { ...template, containers };
}

function tooDeep(shown: string, cluster: string | null): Gap {
  return {
    scope: 'kind',
    name: shown,
    cluster,
    wrongInput: false,
    reason: 'LimitExceeded',
    message: `${shown} nests deeper than it is read`,
    remediation: 'look at what it runs by hand',
  };
}
