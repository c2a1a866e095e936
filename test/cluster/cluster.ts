import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Finished, mustRun, run } from '../sigstore/run.ts';
import type { Running } from '../sigstore/servers.ts';
import { type Certificates, certificatesIn, makeCertificates } from './certificates.ts';
import { startApiServer, startController, startEtcd } from './control-plane.ts';

export interface ClusterOptions {
  /** A directory, made if need be, for all that the cluster writes. */
  readonly workdir: string;
  /** The folder that test/tools/build.sh prints. */
  readonly toolsBin: string;
  /** A folder of plugins that kubectl is to find. */
  readonly plugins?: string;
  /** A state that was prepared (prepared.ts): the cluster goes on where that one ended. */
  readonly state?: string;
}

interface KubectlOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the administrator's. */
  readonly kubeconfig?: string;
  readonly cwd?: string;
}

/** A Kubernetes cluster on loopback, of which only the kubelets are not real: see kubelet.yaml. */
export interface Cluster extends Running {
  /** `https://127.0.0.1:port` */
  readonly server: string;
  /** The API server alone, for what happens without it. */
  readonly apiServer: Running;
  /** `http://127.0.0.1:port` */
  readonly etcd: string;
  /** Of an administrator: the context `test`, the cluster `test`. */
  readonly kubeconfig: string;
  readonly certificates: Certificates;
  /** The API server's own log of who asked for what: audit.k8s.io/v1 Events, one JSON document a line. */
  readonly auditLog: string;
  /** Runs kubectl to its end; its exit code is part of the answer. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<Finished>;
  /** Runs kubectl, which has to succeed; gives what it printed. */
  mustKubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Makes or changes objects, as `kubectl apply --server-side` does. */
  apply(objects: readonly object[]): Promise<void>;
  /** Asks the API as an administrator; rejects where it refuses. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Writes a kubeconfig of somebody else: `user` as kubeconfigs have it, `{ token: … }`. Returns its path. */
  kubeconfigOf(name: string, user: object, more?: { server?: string; namespace?: string }): string;
}

/** The nodes of a new cluster; pods go to the second only by its name. */
const NODES = ['node-amd64', 'node-arm64'] as const;

const READY_LIMIT_MS = 60_000;

/** Starts etcd, an API server, controllers, a scheduler and kwok, and waits until pods can run. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { workdir, toolsBin, state } = options;
  const pki = join(workdir, 'pki');
  mkdirSync(pki, { recursive: true });
  if (state !== undefined) await mustRun('tar', ['-xf', state, '-C', workdir]);
  const certificates = state === undefined ? await makeCertificates(pki) : certificatesIn(pki);
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const program of running.splice(0).toReversed()) await program.stop();
  };
  try {
    const parts = { workdir, toolsBin, certificates };
    const etcd = await startEtcd(parts);
    running.push(etcd);
    const apiServer = await startApiServer(parts, etcd.url);
    running.push(apiServer);
    const cluster = connected(options, certificates, etcd.url, apiServer);
    for (const name of ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const)
      running.push(await startController(parts, name, cluster.kubeconfig));
    if (state === undefined) await cluster.apply(NODES.map(node));
    await usable(cluster);
    return { ...cluster, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function connected(
  { workdir, toolsBin, plugins = '' }: ClusterOptions,
  certificates: Certificates,
  etcd: string,
  apiServer: Awaited<ReturnType<typeof startApiServer>>,
): Omit<Cluster, 'stop'> {
  const { url: server, dispatcher } = apiServer;
  const kubeconfigOf: Cluster['kubeconfigOf'] = (name, user, more = {}) => {
    const path = join(workdir, `${name}.kubeconfig`);
    const context = { cluster: 'test', user: name, ...(more.namespace && { namespace: more.namespace }) };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context }],
      clusters: [
        {
          name: 'test',
          cluster: { server: more.server ?? server, 'certificate-authority': certificates.ca },
        },
      ],
      users: [{ name, user }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };
  const { admin } = certificates;
  const kubeconfig = kubeconfigOf('admin', {
    'client-certificate': admin.certificate,
    'client-key': admin.key,
  });
  const PATH = [toolsBin, plugins, process.env['PATH']].filter(Boolean).join(':');
  const command = (args: readonly string[], given: KubectlOptions) => {
    const env = { HOME: workdir, PATH, KUBECONFIG: given.kubeconfig ?? kubeconfig, ...given.env };
    const { input = '', cwd = workdir } = given;
    return [join(toolsBin, 'kubectl'), args, { cwd, env, input }] as const;
  };
  const mustKubectl: Cluster['mustKubectl'] = async (args, given = {}) =>
    (await mustRun(...command(args, given))).stdout;
  return {
    server,
    apiServer,
    etcd,
    kubeconfig,
    certificates,
    auditLog: join(workdir, 'audit.log'),
    kubeconfigOf,
    mustKubectl,
    kubectl: (args, given = {}) => run(...command(args, given)),
    async apply(objects) {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      await mustKubectl(['apply', '--server-side', '-f', '-'], { input });
    },
    async request(method, path, body) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const answer = await dispatcher.request({
        origin: server,
        path,
        method,
        headers: { 'content-type': type },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (answer.statusCode < 300) return answer.body.json();
      throw new Error(`${method} ${path}: ${answer.statusCode} ${await answer.body.text()}`);
    },
  };
}

/** The second node takes only pods that name it, so that what a test says of no platform is linux/amd64. */
function node(name: (typeof NODES)[number]): object {
  const arch = name.replace('node-', '');
  const taints = arch === 'amd64' ? [] : [{ key: 'kubernetes.io/arch', value: arch, effect: 'NoSchedule' }];
  const labels = { 'kubernetes.io/arch': arch, 'kubernetes.io/os': 'linux' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } };
}

/** Pods need a ready node, and the service account that a controller makes for their namespace. */
async function usable(cluster: Omit<Cluster, 'stop'>): Promise<void> {
  await until('the cluster can run pods', async () => {
    const nodes = await cluster.mustKubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].status.phase}']);
    const accounts = ['get', 'serviceaccounts', '-n', 'default', '-o', 'name'];
    return nodes.includes('Running') && (await cluster.mustKubectl(accounts)).includes('default');
  });
}

/** Waits until something is so; rejects where it never is. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  limit = READY_LIMIT_MS,
): Promise<void> {
  const deadline = Date.now() + limit;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(100);
  }
}
