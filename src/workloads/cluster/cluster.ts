import type { ClusterApi } from '../../cluster/api.ts';
import { watchedApi } from '../../cluster/watched-api.ts';
import type { Resource } from '../../cluster/discovery.ts';
import type { Discovery, WorkloadSource } from '../source.ts';
import { findAsked } from './asked.ts';
import type { Asked } from './asked.ts';
import { readCustomOwners } from './custom-owners.ts';
import { gapsOf, list } from './lists.ts';
import type { Listed, Selectors } from './lists.ts';
import { readPlatform } from './node.ts';
import { kindKey } from './owners.ts';
import { readPod } from './pod.ts';
import { BUILT_IN, NODES, PODS } from './resources.ts';
import type { Selection } from './selection.ts';
import { withServiceAccounts } from './service-accounts.ts';
import { readWorkloadObject } from './workload-object.ts';
import type { WorkloadObject } from './workload-object.ts';
import { workloadsOf } from './workloads.ts';

export interface ClusterSourceOptions extends Selectors {
  readonly api: ClusterApi;
  /** null stands for all. */
  readonly namespace: string | null;
  readonly selection: Selection;
  /** The exit code where nothing runs. */
  readonly whenEmpty: 0 | 3;
}

/**
 * What runs in a cluster, from its API: pods with what stands above them, and the templates of what runs no pod at the moment.
 * Each kind is listed once, in pages. What may not be read is a gap, and the rest is still audited.
 */
export function createClusterSource(options: ClusterSourceOptions): WorkloadSource {
  const { api, whenEmpty } = options;
  return {
    kind: 'cluster',
    whenEmpty,
    hosts: [api.host],
    discover: (waiting = {}) => discover({ ...options, api: watchedApi(api, waiting) }),
  };
}

/** What owns what, and what is a pod's owner on its way to the top. */
const ABOVE: Readonly<Record<string, readonly string[]>> = { Deployment: ['ReplicaSet'], CronJob: ['Job'] };

async function discover(options: ClusterSourceOptions): Promise<Discovery> {
  const { api, namespace } = options;
  const { cluster } = api;
  const kinds = BUILT_IN.filter((resource) => resource !== PODS);
  const [asked, pods, nodes, ...lists] = await Promise.all([
    findAsked(options),
    list(api, PODS, namespace, (object) => readPod(object, cluster)),
    list(api, NODES, null, readPlatform),
    ...kinds.map((resource) =>
      list(api, resource, namespace, (object) => readWorkloadObject(object, resource, cluster)),
    ),
  ]);
  // A server that is built without a kind runs none of it.
  const served = lists.filter(({ fault }) => fault?.status !== 404);
  if (pods.fault !== null && isUnanswered(pods.fault.status) && pods.items.length === 0)
    return { workloads: [], gaps: gapsOf([pods], api, namespace) };
  const custom = await readCustomOwners(api, namespace, asked.resources, [...pods.items, ...allOf(served)]);
  const objects = allOf([...served, ...custom.lists]);
  const needed = [pods, ...served.filter(({ resource }) => isNeeded(asked, resource)), ...custom.needed];
  const found = workloadsOf({
    cluster,
    pods: pods.items,
    objects,
    byUid: new Map(objects.map((object) => [object.uid, object])),
    complete: completeKinds([...served, ...custom.lists]),
    platforms: new Map(nodes.items),
    isExplicit: asked.resources !== null,
    isAsked: asks(asked, [pods, ...served, ...custom.lists]),
  });
  const gaps = [...asked.gaps, ...gapsOf(needed, api, namespace), ...custom.gaps, ...found.gaps];
  const workloads = await withServiceAccounts(found.workloads, api, namespace);
  return { workloads, gaps, clusters: cluster === null ? [] : [cluster] };
}

/** Nobody answered, or nobody who is known here. */
function isUnanswered(status: number | null): boolean {
  return status === null || status === 401;
}

function allOf(lists: readonly Listed<WorkloadObject>[]): WorkloadObject[] {
  return lists.flatMap(({ items }) => items);
}

function completeKinds(lists: readonly Listed<unknown>[]): Set<string> {
  return new Set(
    lists.filter(({ fault }) => fault === null).map(({ resource }) => kindKey(resource.group, resource.kind)),
  );
}

/** Whether what was asked for cannot be told without this kind. */
function isNeeded({ resources }: Asked, { kind }: Resource): boolean {
  return (
    resources === null ||
    resources.some((resource) => resource.kind === kind || (ABOVE[resource.kind] ?? []).includes(kind))
  );
}

function asks({ resources, uids }: Asked, lists: readonly Listed<{ readonly uid: string }>[]) {
  if (uids !== null) return (uid: string) => uids.has(uid);
  if (resources === null) return () => true;
  const wanted = new Set(resources.map(({ group, kind }) => kindKey(group, kind)));
  const asked = new Set(
    lists
      .filter(({ resource }) => wanted.has(kindKey(resource.group, resource.kind)))
      .flatMap(({ items }) => items.map(({ uid }) => uid)),
  );
  return (uid: string) => asked.has(uid);
}
