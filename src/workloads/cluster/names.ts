import type { ClusterApi } from '../../cluster/api.ts';
import { discoverResources, resourceName } from '../../cluster/discovery.ts';
import { namedResources } from './asked.ts';
import { list, METADATA_ONLY } from './lists.ts';
import { metadataOf } from './object.ts';
import { BUILT_IN, customWorkloads, mayCarry, NAMESPACES } from './resources.ts';

/** The kinds that every cluster runs pods for, as TYPE names them. */
export function builtInTypes(): readonly string[] {
  return BUILT_IN.map(({ plural }) => plural);
}

/** The custom kinds of a cluster that run containers, likewise. */
export async function customTypes(api: ClusterApi): Promise<readonly string[]> {
  const { resources } = await discoverResources(api, mayCarry);
  return customWorkloads(resources).map(resourceName);
}

/** The names of a namespace's objects of these types, as far as they could be seen. */
export async function objectNames(
  api: ClusterApi,
  types: readonly string[],
  namespace: string,
): Promise<readonly string[]> {
  const { byType } = await namedResources({ api }, types);
  const resources = [...new Set([...byType.values()].flat())];
  const lists = await Promise.all(resources.map((resource) => names(api, resource, namespace)));
  return [...new Set(lists.flat())];
}

export function namespaceNames(api: ClusterApi): Promise<readonly string[]> {
  return names(api, NAMESPACES, null);
}

async function names(
  api: ClusterApi,
  resource: Parameters<typeof list>[1],
  namespace: string | null,
): Promise<readonly string[]> {
  const read = (object: unknown) => metadataOf(object)?.name ?? null;
  return (await list(api, resource, namespace, read, { accept: METADATA_ONLY })).items;
}
