import type { ClusterApi } from '../../cluster/api.ts';
import { discoverResources } from '../../cluster/discovery.ts';
import type { Discovered, Resource } from '../../cluster/discovery.ts';
import { OWNER_CHAIN } from '../../limits.ts';
import { groupOf, podKind } from '../kinds.ts';
import type { Gap } from '../source.ts';
import { list, METADATA_ONLY } from './lists.ts';
import type { Listed } from './lists.ts';
import type { Metadata } from './object.ts';
import { kindKey } from './owners.ts';
import { customWorkloads, mayCarry } from './resources.ts';
import { readOwner, readWorkloadObject } from './workload-object.ts';
import type { WorkloadObject } from './workload-object.ts';

export interface CustomOwners {
  readonly lists: readonly Listed<WorkloadObject>[];
  /** Those that were asked for: what could not be read of them is a gap. */
  readonly needed: readonly Listed<WorkloadObject>[];
  readonly gaps: readonly Gap[];
}

const NONE: CustomOwners = { lists: [], needed: [], gaps: [] };

/**
 * Reads custom resources: those that run containers, or the kinds that were asked for, and of those that own something that was
 * read, only that they exist. Owners that may not be read are no gap: the references name them.
 */
export async function readCustomOwners(
  api: ClusterApi,
  namespace: string | null,
  asked: readonly Resource[] | null,
  owned: readonly Metadata[],
): Promise<CustomOwners> {
  const wanted = asked?.filter(isCustom) ?? null;
  const referenced = customKinds(owned);
  if (wanted?.length === 0 && referenced.size === 0) return NONE;
  const groups = new Set([...referenced.values()].map(({ group }) => group));
  const { resources, faults } = await discoverResources(api, (group) => mayCarry(group) || groups.has(group));
  const full = (wanted ?? customWorkloads(resources)).map((resource) =>
    list(api, resource, namespace, (object) => readWorkloadObject(object, resource, api.cluster)),
  );
  const needed = await Promise.all(full);
  const lists = [...needed];
  // What owns may be owned in turn, by a kind that nobody has named so far.
  const tried = new Set(needed.map(({ resource }) => kindKey(resource.group, resource.kind)));
  for (let step = 0; step < OWNER_CHAIN; step += 1) {
    const all = [...owned, ...lists.flatMap(({ items }) => items)];
    const missing = [...customKinds(all).keys()].filter((key) => !tried.has(key));
    for (const key of missing) tried.add(key);
    const found = resources.filter(({ group, kind }) => missing.includes(kindKey(group, kind)));
    if (found.length === 0) break;
    lists.push(...(await Promise.all(found.map((resource) => readOwners(api, resource, namespace)))));
  }
  return { lists, needed, gaps: wanted === null ? undiscovered(api, faults) : [] };
}

function readOwners(
  api: ClusterApi,
  resource: Resource,
  namespace: string | null,
): Promise<Listed<WorkloadObject>> {
  const within = resource.namespaced ? namespace : null;
  return list(api, resource, within, (object) => readOwner(object, resource), { accept: METADATA_ONLY });
}

/** The custom kinds that own one of these, by `kindKey`. */
function customKinds(owned: readonly Metadata[]): Map<string, { readonly group: string }> {
  const kinds = new Map<string, { readonly group: string }>();
  for (const { controller } of owned) {
    const group = controller ? groupOf(controller.apiVersion) : '';
    if (controller && group.includes('.')) kinds.set(kindKey(group, controller.kind), { group });
  }
  return kinds;
}

function isCustom({ group, version, kind }: Resource): boolean {
  return podKind(group === '' ? version : `${group}/${version}`, kind) === null;
}

function undiscovered({ cluster, host }: ClusterApi, faults: Discovered['faults']): Gap[] {
  return faults.map((fault) => ({
    ...fault,
    scope: 'kind',
    name: 'custom resources',
    cluster,
    wrongInput: false,
    message: `some kinds of ${cluster ?? host} are not known: ${fault.message}`,
  }));
}
