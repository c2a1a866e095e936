import { z } from 'zod';
import { CLUSTER_PAGE_BYTES } from '../limits.ts';
import type { Fault } from '../reasons.ts';
import type { ClusterApi } from './api.ts';

/** A kind of object as the API serves it. */
export interface Resource {
  /** '' for the core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
}

export interface Discovered {
  readonly resources: readonly Resource[];
  /** Groups that could not be asked: an extension API server that is down takes its own kinds away, and no others. */
  readonly faults: readonly Fault[];
}

const words = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** apidiscovery.k8s.io/v2, APIGroupDiscoveryList: everything in one answer, since Kubernetes 1.30. */
const aggregatedSchema = z.looseObject({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: text }).nullish(),
      versions: z
        .array(
          z.looseObject({
            version: z.string(),
            /** `Stale` where the server behind it could not be asked. */
            freshness: text,
            resources: z
              .array(
                z.looseObject({
                  resource: z.string(),
                  responseKind: z.looseObject({ kind: z.string() }).nullish(),
                  scope: z.string().nullish(),
                  singularResource: text,
                  shortNames: words,
                  categories: words,
                  verbs: words,
                }),
              )
              .nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});

/** metav1.APIGroupList, as all servers have it. */
const groupsSchema = z.looseObject({
  groups: z.array(
    z.looseObject({ name: z.string(), preferredVersion: z.looseObject({ version: z.string() }).nullish() }),
  ),
});

/** metav1.APIResourceList. */
const resourcesSchema = z.looseObject({
  resources: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.string(),
      singularName: text,
      namespaced: z.boolean(),
      shortNames: words,
      categories: words,
      verbs: words,
    }),
  ),
});

const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

/**
 * Finds the kinds beside the core that the cluster serves and that can be listed, each in the version that the server prefers.
 * `wanted` says of which groups they are needed, where each group costs a request of its own.
 */
export async function discoverResources(
  api: ClusterApi,
  wanted: (group: string) => boolean,
): Promise<Discovered> {
  const answer = await api.get({
    path: '/apis',
    accept: `${AGGREGATED},application/json`,
    limit: CLUSTER_PAGE_BYTES,
  });
  if (!answer.ok) return { resources: [], faults: [answer.fault] };
  const aggregated = aggregatedSchema.safeParse(answer.value);
  if (aggregated.success)
    return {
      resources: fromAggregated(aggregated.data, wanted),
      faults: unasked(aggregated.data, wanted, api.host),
    };
  const groups = groupsSchema.safeParse(answer.value);
  if (!groups.success)
    return {
      resources: [],
      faults: [
        { reason: 'ClusterError', message: `${api.host}/apis did not answer with the groups of its API` },
      ],
    };
  const parts = groups.data.groups
    .filter(({ name }) => wanted(name))
    .map(({ name, preferredVersion }) => groupResources(api, name, preferredVersion?.version ?? 'v1'));
  const discovered = await Promise.all(parts);
  return {
    resources: discovered.flatMap(({ resources }) => resources),
    faults: discovered.flatMap(({ faults }) => faults),
  };
}

/** Groups of which the server has nothing to tell, as the extension API server that has them did not answer it. */
function unasked(
  { items }: z.infer<typeof aggregatedSchema>,
  wanted: (group: string) => boolean,
  host: string,
): Fault[] {
  return items.flatMap(({ metadata, versions }) => {
    const group = metadata?.name ?? '';
    const stale = (versions ?? []).filter(
      ({ freshness, resources }) => freshness === 'Stale' && !resources?.length,
    );
    return wanted(group)
      ? stale.map(({ version }): Fault => {
          const message = `${host} does not know the kinds of ${group}/${version}, whose server did not answer it`;
          return { reason: 'ClusterError', message };
        })
      : [];
  });
}

function fromAggregated(
  { items }: z.infer<typeof aggregatedSchema>,
  wanted: (group: string) => boolean,
): Resource[] {
  return items.flatMap(({ metadata, versions }) => {
    const group = metadata?.name ?? '';
    if (!wanted(group)) return [];
    // The server's order is its preference; a kind that it has in an older version alone counts as well.
    const known = new Map<string, Resource>();
    for (const { version, resources } of versions ?? [])
      for (const {
        resource,
        responseKind,
        scope,
        singularResource,
        shortNames,
        categories,
        verbs,
      } of resources ?? [])
        if (responseKind && verbs.includes('list') && !known.has(resource))
          known.set(resource, {
            group,
            version,
            kind: responseKind.kind,
            plural: resource,
            singular: singularResource,
            shortNames,
            categories,
            namespaced: scope !== 'Cluster',
          });
    return [...known.values()];
  });
}

async function groupResources(api: ClusterApi, group: string, version: string): Promise<Discovered> {
  const answer = await api.get({ path: `/apis/${group}/${version}`, limit: CLUSTER_PAGE_BYTES });
  if (!answer.ok) return { resources: [], faults: [answer.fault] };
  const parsed = resourcesSchema.safeParse(answer.value);
  if (!parsed.success) {
    const message = `${api.host}/apis/${group}/${version} did not answer with the kinds of its group`;
    return { resources: [], faults: [{ reason: 'ClusterError', message }] };
  }
  const resources = parsed.data.resources
    .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
    .map(({ name, kind, singularName, ...rest }) => ({
      group,
      version,
      kind,
      plural: name,
      singular: singularName,
      shortNames: rest.shortNames,
      categories: rest.categories,
      namespaced: rest.namespaced,
    }));
  return { resources, faults: [] };
}

/** The path of a kind's objects, or of one of them; `namespace` null stands for all. */
export function resourcePath(
  { group, version, plural, namespaced }: Resource,
  namespace: string | null,
  name?: string,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = namespaced && namespace !== null ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** As people and messages name it: `deployments.apps`. */
export function resourceName({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}
