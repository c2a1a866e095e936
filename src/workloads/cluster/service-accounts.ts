import { z } from 'zod';
import type { ClusterApi } from '../../cluster/api.ts';
import type { Container, Workload } from '../source.ts';
import { list } from './lists.ts';
import { namesOf, pulledWith, secretRefs } from './pull-secrets.ts';
import { SERVICE_ACCOUNTS } from './resources.ts';

const accountSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  imagePullSecrets: z.unknown().optional(),
});

/** Of a service account, what it gives to the pods that name no pull secrets of their own. */
function readAccount(object: unknown): readonly [key: string, names: readonly string[]] | null {
  const parsed = accountSchema.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, imagePullSecrets } = parsed.data;
  return [keyOf(metadata.namespace, metadata.name), namesOf(imagePullSecrets)];
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/**
 * Puts the pull secrets of service accounts into the containers of templates that wait for them, by one list of service accounts, which
 * is asked for only if there are such. Where they may not be listed, the containers keep the name of the account: whether it would have
 * been needed is seen when the image is asked for.
 */
export async function withServiceAccounts(
  workloads: readonly Workload[],
  api: ClusterApi,
  namespace: string | null,
): Promise<readonly Workload[]> {
  if (!workloads.some(({ containers }) => containers.some(waits))) return workloads;
  const listed = await list(api, SERVICE_ACCOUNTS, namespace, readAccount);
  const known = new Map(listed.items);
  const isWhole = listed.fault === null;
  return workloads.map((workload) =>
    workload.containers.some(waits)
      ? { ...workload, containers: workload.containers.map((container) => fill(container, known, isWhole)) }
      : workload,
  );
}

function waits({ pullSecrets = [] }: Container): boolean {
  return pullSecrets.some(({ kind }) => kind === 'ServiceAccount');
}

/** Of a service account that does not exist, Kubernetes starts no pods, so that it has no pull secrets either. */
function fill(
  container: Container,
  known: ReadonlyMap<string, readonly string[]>,
  isWhole: boolean,
): Container {
  const { pullSecrets = [], ...rest } = container;
  const filled = pullSecrets.flatMap((ref) => {
    const names = ref.kind === 'ServiceAccount' ? known.get(keyOf(ref.namespace, ref.name)) : undefined;
    if (names !== undefined) return secretRefs(ref.cluster, ref.namespace, names);
    return ref.kind === 'Secret' || !isWhole ? [ref] : [];
  });
  return { ...rest, ...pulledWith(filled) };
}
