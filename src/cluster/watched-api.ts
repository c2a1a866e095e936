import type { ClusterApi } from './api.ts';

/** How far the listing of a cluster is: objects that were read, and the kinds whose answers are waited for. */
export interface ListingProgress {
  readonly listed: number;
  readonly waitingFor: readonly string[];
}

/** Who waits for a cluster: told how far it is, and heard when the waiting is to end. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ListingProgress) => void) | undefined;
}

/** An API whose requests end when nobody waits for them any more, and that tells of each that begins and ends. */
export function watchedApi(api: ClusterApi, { signal, onProgress }: Waiting): ClusterApi {
  const underWay = new Map<string, number>();
  let listed = 0;
  const tell = (kind: string, begun: 1 | -1) => {
    const requests = (underWay.get(kind) ?? 0) + begun;
    if (requests > 0) underWay.set(kind, requests);
    else underWay.delete(kind);
    onProgress?.({ listed, waitingFor: [...underWay.keys()] });
  };
  return {
    ...api,
    async get(request) {
      const kind = request.path.split('/').at(-1) ?? '';
      tell(kind, 1);
      const answer = await api.get({ ...request, signal });
      if (answer.ok) listed += objectsIn(answer.value);
      tell(kind, -1);
      return answer;
    },
  };
}

function objectsIn(value: unknown): number {
  const isList = typeof value === 'object' && value !== null && 'items' in value;
  return isList && Array.isArray(value.items) ? value.items.length : 0;
}
