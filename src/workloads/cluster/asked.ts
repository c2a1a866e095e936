import type { ClusterApi } from '../../cluster/api.ts';
import { discoverResources, resourceName, resourcePath } from '../../cluster/discovery.ts';
import type { Resource } from '../../cluster/discovery.ts';
import { CLUSTER_PAGE_BYTES } from '../../limits.ts';
import type { Gap } from '../source.ts';
import { gapsOf, list, METADATA_ONLY } from './lists.ts';
import type { Listed, Selectors } from './lists.ts';
import { metadataOf } from './object.ts';
import { BUILT_IN, customWorkloads, isCalled, mayCarry, PODS } from './resources.ts';
import type { Selection } from './selection.ts';

/** What a selection comes to in this cluster. */
export interface Asked {
  /** The kinds that are asked for; null for all that run pods. */
  readonly resources: readonly Resource[] | null;
  /** The UIDs of what was asked for; null for everything of these kinds. */
  readonly uids: ReadonlySet<string> | null;
  readonly gaps: readonly Gap[];
}

export interface AskedOptions extends Selectors {
  readonly api: ClusterApi;
  readonly namespace: string | null;
  readonly selection: Selection;
}

/** Finds the kinds that TYPE names, by discovery where they are not Kubernetes' own, and the objects that names or selectors mean. */
export async function findAsked(options: AskedOptions): Promise<Asked> {
  const { selection } = options;
  if (selection.kind === 'all') return selected(options, null, []);
  const types = selection.kind === 'types' ? selection.types : selection.names.map(({ type }) => type);
  const named = await namedResources(options, [...new Set(types)]);
  const resources = [...new Set(named.byType.values())].flat();
  if (selection.kind === 'types') return selected(options, resources, named.gaps);
  const uids = new Set<string>();
  const gaps = [...named.gaps];
  const found = selection.names.flatMap(({ type, name }) =>
    (named.byType.get(type) ?? []).map((resource) => findByName(options, resource, name)),
  );
  for (const one of await Promise.all(found)) {
    if (typeof one === 'string') uids.add(one);
    else gaps.push(one);
  }
  return { resources, uids, gaps };
}

/** What selectors leave of these kinds. A field selector without TYPE is one of pods: no other kind has fields of its own. */
async function selected(
  { api, namespace, labelSelector, fieldSelector }: AskedOptions,
  resources: readonly Resource[] | null,
  gaps: readonly Gap[],
): Promise<Asked> {
  if (labelSelector === null && fieldSelector === null) return { resources, uids: null, gaps };
  const kinds = resources ?? (fieldSelector === null ? await allKinds(api) : [PODS]);
  const more = { labelSelector, fieldSelector, accept: METADATA_ONLY };
  const lists: Listed<string>[] = await Promise.all(
    kinds.map((resource) =>
      list(api, resource, namespace, (object) => metadataOf(object)?.uid ?? null, more),
    ),
  );
  // A selector that the server does not read is the user's.
  const refused = gapsOf(lists, api, namespace).map((gap) =>
    lists.some(({ fault }) => fault?.status === 400) ? { ...gap, wrongInput: true } : gap,
  );
  return { resources, uids: new Set(lists.flatMap(({ items }) => items)), gaps: [...gaps, ...refused] };
}

/** All kinds that run containers. What of them cannot be discovered is a gap where they are read. */
async function allKinds(api: ClusterApi): Promise<readonly Resource[]> {
  const { resources } = await discoverResources(api, mayCarry);
  return [...BUILT_IN, ...customWorkloads(resources)];
}

/** The kinds that each TYPE names, by discovery where they are not Kubernetes' own. */
export async function namedResources({ api }: Pick<AskedOptions, 'api'>, types: readonly string[]) {
  const byType = new Map<string, Resource[]>();
  const gaps: Gap[] = [];
  const others: string[] = [];
  for (const type of types) {
    const builtIn = BUILT_IN.filter((resource) => isCalled(resource, type));
    if (builtIn.length > 0) byType.set(type, builtIn);
    else others.push(type);
  }
  if (others.length === 0) return { byType, gaps };
  const discovered = await discoverResources(api, () => true);
  for (const type of others) {
    const first = discovered.resources.find((resource) => isCalled(resource, type));
    const category = discovered.resources.filter(({ categories }) => categories.includes(type));
    if (first) byType.set(type, [first]);
    else if (category.length > 0) byType.set(type, category);
    else gaps.push(noResource(api, type, discovered.faults.length === 0));
  }
  const unasked = discovered.faults.map((fault): Gap => ({
    ...fault,
    scope: 'context',
    name: api.cluster ?? api.host,
    cluster: api.cluster,
    wrongInput: false,
  }));
  return { byType, gaps: gaps.length > 0 ? [...gaps, ...unasked] : [] };
}

/** `certain`: a group that could not be asked may have the kind. */
function noResource({ cluster, host }: ClusterApi, type: string, certain: boolean): Gap {
  return {
    scope: 'kind',
    name: type,
    cluster,
    wrongInput: certain,
    reason: 'WorkloadNotFound',
    message: `${cluster ?? host} has no kind ${JSON.stringify(type)} that can run containers`,
    remediation: `name one of ${BUILT_IN.map(({ plural }) => plural).join(', ')}, or a custom kind as kubectl api-resources lists it`,
  };
}

/** The UID of the object. */
async function findByName(
  { api, namespace }: AskedOptions,
  resource: Resource,
  name: string,
): Promise<string | Gap> {
  const answer = await api.get({ path: resourcePath(resource, namespace, name), limit: CLUSTER_PAGE_BYTES });
  const uid = answer.ok ? metadataOf(answer.value)?.uid : undefined;
  if (uid !== undefined) return uid;
  const shown = `${resourceName(resource)}/${name}`;
  const { cluster } = api;
  if (answer.ok || answer.status === 404) {
    return {
      scope: 'kind',
      name: shown,
      cluster,
      wrongInput: true,
      reason: 'WorkloadNotFound',
      message: `${shown} is not there in the namespace ${namespace ?? ''}`,
      remediation: 'check the name, and the namespace with -n',
    };
  }
  const message = `${shown} was not seen: ${answer.fault.message}`;
  return { ...answer.fault, scope: 'kind', name: shown, cluster, wrongInput: false, message };
}
