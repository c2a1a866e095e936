import type { ClusterApi } from '../../cluster/api.ts';
import { resourceName, resourcePath } from '../../cluster/discovery.ts';
import type { Resource } from '../../cluster/discovery.ts';
import { listObjects } from '../../cluster/list.ts';
import type { Listing, ListRequest } from '../../cluster/list.ts';
import type { Gap } from '../source.ts';

export interface Selectors {
  readonly labelSelector: string | null;
  readonly fieldSelector: string | null;
}

/** A list of one kind that was tried. */
export interface Listed<T> {
  readonly resource: Resource;
  readonly items: readonly T[];
  readonly fault: Listing<T>['fault'];
}

/** Only who an object is, where nothing else of it is asked (metav1.PartialObjectMetadataList). */
export const METADATA_ONLY =
  'application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadataList,application/json';

/** Lists a kind; `read` gives null for what is no object, which is left out. */
export async function list<T>(
  api: ClusterApi,
  resource: Resource,
  namespace: string | null,
  read: (object: unknown) => T | null,
  more: Partial<Selectors> & Pick<ListRequest, 'accept'> = {},
): Promise<Listed<T>> {
  const { items, fault } = await listObjects(api, { path: resourcePath(resource, namespace), ...more }, read);
  return { resource, fault, items: items.flatMap((item) => (item === null ? [] : [item])) };
}

/** The gaps of lists that could not be read: one for a cluster that does not answer, else one for each kind. */
export function gapsOf(lists: readonly Listed<unknown>[], api: ClusterApi, namespace: string | null): Gap[] {
  const { cluster } = api;
  const where = namespace === null ? 'in all namespaces' : `in the namespace ${namespace}`;
  const gaps = lists.flatMap(({ resource, items, fault }): (Gap & { readonly whole: boolean })[] => {
    if (!fault) return [];
    const { status, ...said } = fault;
    const name = resourceName(resource);
    const part = items.length > 0 ? ` beyond the first ${items.length}` : '';
    const message = `${name} ${where} were not seen${part}: ${said.message}`;
    const whole = items.length === 0 && (status === null || status === 401);
    return [{ ...said, whole, scope: 'kind', name, cluster, wrongInput: false, message }];
  });
  const [first] = gaps;
  if (first && gaps.length === lists.length && gaps.every(({ whole }) => whole)) {
    const fault = lists.find((one) => one.fault)?.fault;
    return [
      {
        ...stripped(first),
        scope: 'context',
        name: cluster ?? api.host,
        message: fault?.message ?? first.message,
      },
    ];
  }
  return gaps.map(stripped);
}

function stripped({ whole: _, ...gap }: Gap & { readonly whole: boolean }): Gap {
  return gap;
}
