import { z } from 'zod';
import type { Flag } from './command.ts';

const one = { type: 'string', nargs: 1, requiresArg: true } as const;

/** kubectl's flags for what of a cluster is read, and how it is reached. */
export const CLUSTER_FLAGS = {
  'all-namespaces': { type: 'boolean', alias: 'A', describe: 'read all namespaces of the cluster' },
  selector: { ...one, alias: 'l', describe: 'label selector of what is read from the cluster' },
  'field-selector': {
    ...one,
    describe: 'field selector of what is read from the cluster; of pods without TYPE',
  },
  kubeconfig: { ...one, values: 'files', describe: 'kubeconfig in place of $KUBECONFIG and ~/.kube/config' },
  context: { ...one, values: 'contexts', describe: 'context of the kubeconfig' },
  cluster: { ...one, values: 'clusters', describe: 'cluster of the kubeconfig' },
  user: { ...one, values: 'users', describe: 'user of the kubeconfig' },
  server: { ...one, alias: 's', describe: 'address of the API server' },
  token: { ...one, describe: 'bearer token for the API server' },
  as: { ...one, describe: 'user to impersonate' },
  'as-group': { ...one, array: true, describe: 'group to impersonate; may be repeated' },
  'as-uid': { ...one, describe: 'UID to impersonate' },
  'certificate-authority': {
    ...one,
    values: 'files',
    describe: "file with the certificates of the API server's CA",
  },
  'client-certificate': {
    ...one,
    values: 'files',
    describe: 'file with the client certificate for the API server',
  },
  'client-key': { ...one, values: 'files', describe: 'file with the key of the client certificate' },
  'tls-server-name': { ...one, describe: "name that the API server's certificate has" },
  'insecure-skip-tls-verify': { type: 'boolean', describe: "do not verify the API server's certificate" },
  'request-timeout': { ...one, describe: 'time for one answer of the API server, as 30s or 2m' },
} satisfies Record<string, Flag>;

/** The flags that name several clusters, for commands that ask more than one. */
export const MANY_CLUSTERS_FLAGS = {
  ...CLUSTER_FLAGS,
  context: { ...CLUSTER_FLAGS.context, array: true, describe: 'context of the kubeconfig; may be repeated' },
  'all-contexts': { type: 'boolean', describe: 'every context of the kubeconfig' },
} satisfies Record<string, Flag>;

/** What belongs to one cluster: an address for several would be wrong, and credentials would be shown to others than they are for. */
export const OF_ONE_CLUSTER = [
  'cluster',
  'user',
  'server',
  'token',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'tls-server-name',
  'insecure-skip-tls-verify',
] as const;

const list = z.array(z.string()).default([]);
const last = z
  .array(z.string())
  .transform((values) => values.at(-1) ?? null)
  .default(null);
const set = list.transform((values) => values.at(-1) === 'true');

/** What was typed. */
export const clusterFlagsSchema = z.object({
  namespace: last,
  'all-namespaces': set,
  selector: last,
  'field-selector': last,
  kubeconfig: last,
  context: last,
  cluster: last,
  user: last,
  server: last,
  token: last,
  as: last,
  'as-group': list,
  'as-uid': last,
  'certificate-authority': last,
  'client-certificate': last,
  'client-key': last,
  'tls-server-name': last,
  'insecure-skip-tls-verify': set,
  'request-timeout': last,
  v: last,
});

export const manyClustersSchema = z.object({ context: list, 'all-contexts': set });

export type ClusterFlags = z.infer<typeof clusterFlagsSchema>;

/** The flags that only a cluster has, as far as they were typed. */
export function clusterFlagsIn(typed: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(MANY_CLUSTERS_FLAGS).filter((name) => Object.hasOwn(typed, name));
}
