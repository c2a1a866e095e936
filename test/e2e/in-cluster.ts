import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { type Finished, run } from '../sigstore/run.ts';

/** Whether this system lets a process have mounts of its own. */
export const CAN_PLAY_POD = spawnSync('unshare', ['-rm', 'true']).status === 0;

/** A pod's file system, as far as it says who the pod is; nothing of it is seen outside. */
const AS_POD = `
mount -t tmpfs tmpfs /var/run
mkdir -p /var/run/secrets/kubernetes.io
cp -r "$1" /var/run/secrets/kubernetes.io/serviceaccount
shift
exec "$@"
`;

interface Pod {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly workdir: string;
}

/** Runs a program as a container of a pod would be run: in-cluster configuration, an account's own token, no kubeconfig. */
export async function runInPod(
  cluster: Cluster,
  { namespace, serviceAccount, workdir }: Pod,
  command: readonly string[],
): Promise<Finished> {
  const token = await cluster.mustKubectl(['create', 'token', serviceAccount, '-n', namespace]);
  const account = join(workdir, `account-${namespace}`);
  mkdirSync(account, { recursive: true });
  copyFileSync(cluster.certificates.ca, join(account, 'ca.crt'));
  writeFileSync(join(account, 'token'), token.trim());
  writeFileSync(join(account, 'namespace'), namespace);
  const { hostname, port } = new URL(cluster.server);
  return run('unshare', ['-rm', 'sh', '-ec', AS_POD, 'sh', account, ...command], {
    cwd: workdir,
    env: { HOME: workdir, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  });
}

const Event = z.object({
  verb: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({ apiGroup: z.string().default(''), resource: z.string(), name: z.string().optional() })
    .optional(),
  responseStatus: z.object({ code: z.int() }).optional(),
});

/** What an account has asked the API server for, as `list pods`, `get deployments.apps`; what was refused begins with its status. */
export function askedBy(cluster: Cluster, { namespace, serviceAccount }: Omit<Pod, 'workdir'>): Set<string> {
  const username = `system:serviceaccount:${namespace}:${serviceAccount}`;
  const lines = readFileSync(cluster.auditLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(username));
  return new Set(
    lines.flatMap((line) => {
      const { verb, user, objectRef, responseStatus } = Event.parse(JSON.parse(line));
      if (user.username !== username || objectRef === undefined) return [];
      const { resource, apiGroup } = objectRef;
      const code = responseStatus?.code ?? 0;
      const refused = code === 401 || code === 403 ? `${code} ` : '';
      return [`${refused}${verb} ${resource}${apiGroup === '' ? '' : `.${apiGroup}`}`];
    }),
  );
}
