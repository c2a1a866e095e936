import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { freePorts, type Running, startServer } from '../sigstore/servers.ts';
import type { Certificates } from './certificates.ts';

/** What the programs of a control plane are started with. */
export interface ControlPlaneOptions {
  /** A directory, for logs and for what etcd keeps. */
  readonly workdir: string;
  /** The folder that test/tools/build.sh prints. */
  readonly toolsBin: string;
  readonly certificates: Certificates;
}

/** Keeps etcd's data in `etcd/`. */
export async function startEtcd({
  workdir,
  toolsBin,
}: ControlPlaneOptions): Promise<Running & { url: string }> {
  const [client = 0, peer = 0] = await freePorts(2);
  const [url, peers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  const server = await startServer({
    command: join(toolsBin, 'etcd'),
    args: [
      `--data-dir=${join(workdir, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
      // Nobody misses it after a crash.
      '--unsafe-no-fsync',
    ],
    log: join(workdir, 'etcd.log'),
    ready: `${url}/health`,
  });
  return { url, ...server };
}

/** Who asked for what, without bodies. */
const AUDIT_POLICY = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{ level: Metadata }]
`;

/** The API server, which logs every request to `audit.log`. */
export async function startApiServer(
  { workdir, toolsBin, certificates }: ControlPlaneOptions,
  etcd: string,
): Promise<Running & { url: string; dispatcher: Agent }> {
  const { ca, server, serviceAccounts } = certificates;
  const [port = 0] = await freePorts(1);
  const url = `https://127.0.0.1:${port}`;
  const auditPolicy = join(workdir, 'audit-policy.yaml');
  writeFileSync(auditPolicy, AUDIT_POLICY);
  const dispatcher = administrator(certificates);
  const running = await startServer({
    command: join(toolsBin, 'kube-apiserver'),
    args: [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${server.certificate}`,
      `--tls-private-key-file=${server.key}`,
      `--client-ca-file=${ca}`,
      `--service-account-key-file=${serviceAccounts.publicKey}`,
      `--service-account-signing-key-file=${serviceAccounts.key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--authorization-mode=RBAC',
      '--allow-privileged=true',
      // Later pages come from etcd, which forgets: a snapshot of the server's own would make 410 Gone rare.
      '--feature-gates=ImageVolume=true,ListFromCacheSnapshot=false',
      // An endpoint of the service `kubernetes` may not be on loopback.
      '--endpoint-reconciler-type=none',
      // Nobody would take the taint of a new node away: the node lifecycle controller is off.
      '--disable-admission-plugins=TaintNodesByCondition',
      `--audit-policy-file=${auditPolicy}`,
      `--audit-log-path=${join(workdir, 'audit.log')}`,
    ],
    log: join(workdir, 'kube-apiserver.log'),
    ready: async () => {
      const answer = await dispatcher.request({ origin: url, path: '/readyz', method: 'GET' });
      await answer.body.dump();
      return answer.statusCode === 200;
    },
  });
  return {
    url,
    dispatcher,
    async stop() {
      await dispatcher.destroy();
      await running.stop();
    },
  };
}

/** Controllers of what runs on nodes that are none, or of a cloud that is none. */
const CONTROLLERS_OFF = [
  'node-lifecycle-controller',
  'taint-eviction-controller',
  'node-ipam-controller',
  'node-route-controller',
  'service-lb-controller',
  // It takes pods away whose nodes it does not know.
  'pod-garbage-collector-controller',
];

/** A program that needs no more than a kubeconfig, and is asked nothing. */
export function startController(
  { workdir, toolsBin, certificates }: ControlPlaneOptions,
  name: 'kube-controller-manager' | 'kube-scheduler' | 'kwok',
  kubeconfig: string,
): Promise<Running> {
  const fast = ['--kube-api-qps=500', '--kube-api-burst=1000', '--leader-elect=false', '--secure-port=0'];
  const args = {
    'kube-controller-manager': [
      ...fast,
      `--service-account-private-key-file=${certificates.serviceAccounts.key}`,
      `--root-ca-file=${certificates.ca}`,
      `--controllers=*,${CONTROLLERS_OFF.map((one) => `-${one}`).join(',')}`,
      '--concurrent-deployment-syncs=20',
      '--concurrent-replicaset-syncs=20',
    ],
    'kube-scheduler': fast,
    kwok: ['--manage-all-nodes=true', `--config=${join(import.meta.dirname, 'kubelet.yaml')}`, '--v=WARN'],
  };
  return startServer({
    command: join(toolsBin, name),
    args: [`--kubeconfig=${kubeconfig}`, ...args[name]],
    env: { HOME: workdir },
    log: join(workdir, `${name}.log`),
    // What it does is waited for, not that it is there.
    ready: () => Promise.resolve(true),
  });
}

function administrator({ ca, admin }: Certificates): Agent {
  const read = (path: string): string => readFileSync(path, 'utf8');
  return new Agent({ connect: { ca: read(ca), cert: read(admin.certificate), key: read(admin.key) } });
}
