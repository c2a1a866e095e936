import { z } from 'zod';
import { CLUSTER_LIST_RESTARTS, CLUSTER_PAGE_BYTES, CLUSTER_PAGE_OBJECTS, CLUSTER_PAGES } from '../limits.ts';
import { failed, type Fault } from '../reasons.ts';
import type { ClusterApi } from './api.ts';

export interface ListRequest {
  /** As `/apis/apps/v1/deployments`. */
  readonly path: string;
  readonly labelSelector?: string | null;
  readonly fieldSelector?: string | null;
  readonly accept?: string | undefined;
}

/** What a list holds, as far as it could be read; `fault` says why the rest could not. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly fault: (Fault & { readonly status: number | null }) | null;
}

/**
 * Go writes a list of nothing as `null`. Whatever else answers with JSON, as a proxy that wants somebody to log in, must not pass for it:
 * without items it has to be of a kind `…List`, as custom resources alone may call theirs otherwise.
 */
const pageSchema = z
  .looseObject({
    kind: z.string().optional(),
    items: z.array(z.unknown()).nullish(),
    metadata: z.looseObject({ continue: z.string().optional() }).nullish(),
  })
  .refine(({ kind, items }) => Array.isArray(items) || kind?.endsWith('List') === true);

/**
 * Lists objects page by page (kubernetes.io/docs/reference/using-api/api-concepts, "Retrieving large results sets in chunks").
 * Of each object only what `read` makes of it is kept. Pages that etcd no longer has together begin anew; objects that are too
 * large for a page of the usual number are asked for in smaller ones.
 */
export async function listObjects<T>(
  api: ClusterApi,
  { path, labelSelector, fieldSelector, accept }: ListRequest,
  read: (object: unknown) => T,
): Promise<Listing<T>> {
  let items: T[] = [];
  let next = '';
  let size = CLUSTER_PAGE_OBJECTS;
  let restarts = 0;
  for (let pages = 0; pages < CLUSTER_PAGES; pages += 1) {
    const answer = await api.get({
      path,
      accept,
      limit: CLUSTER_PAGE_BYTES,
      query: {
        limit: String(size),
        ...(labelSelector ? { labelSelector } : {}),
        ...(fieldSelector ? { fieldSelector } : {}),
        ...(next === '' ? {} : { continue: next }),
      },
    });
    if (!answer.ok && answer.status === 413 && size > 1) {
      size = Math.max(1, Math.floor(size / 10));
      continue;
    }
    if (!answer.ok && answer.status === 410 && restarts < CLUSTER_LIST_RESTARTS) {
      restarts += 1;
      items = [];
      next = '';
      continue;
    }
    if (!answer.ok) return { items, fault: { ...answer.fault, status: answer.status } };
    const page = pageSchema.safeParse(answer.value);
    if (!page.success) return { items, fault: { ...notAList(path), status: null } };
    for (const item of page.data.items ?? []) items.push(read(item));
    next = page.data.metadata?.continue ?? '';
    if (next === '') return { items, fault: null };
  }
  const { fault } = failed(
    'LimitExceeded',
    `${path} has more than ${CLUSTER_PAGES} pages; the rest is not read`,
  );
  return { items, fault: { ...fault, status: null } };
}

function notAList(path: string): Fault {
  return failed('ClusterError', `${path} did not answer with a list`, 'check the address of the cluster')
    .fault;
}
