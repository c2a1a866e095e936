import { connect } from '../../cluster/connect.ts';
import { type FakeApiServer, serveApi, type Thing } from '../../cluster/api-server.fixture.ts';
import type { ClusterApi } from '../../cluster/api.ts';
import type { Discovery } from '../source.ts';
import { createClusterSource } from './cluster.ts';
import type { ClusterSourceOptions } from './cluster.ts';
import { NAMESPACE } from './objects.fixture.ts';
import { readSelection } from './selection.ts';

/** The lists of a namespace, by the plural of their kind. */
const GROUPS: Readonly<Record<string, string>> = {
  pods: '/api/v1',
  serviceaccounts: '/api/v1',
  replicationcontrollers: '/api/v1',
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
};

/** The path of a built-in kind's list in a namespace, or in all. */
export function listPath(plural: string, namespace: string | null = NAMESPACE): string {
  return `${GROUPS[plural] ?? ''}${namespace === null ? '' : `/namespaces/${namespace}`}/${plural}`;
}

/** A cluster with these objects in one namespace; kinds that are not named are empty. */
export async function serveCluster(
  objects: Readonly<Record<string, readonly Thing[]>> = {},
  namespace: string | null = NAMESPACE,
): Promise<FakeApiServer> {
  const server = await serveApi();
  for (const plural of Object.keys(GROUPS))
    server.serve(listPath(plural, namespace), { items: objects[plural] ?? [] });
  server.serve('/api/v1/nodes', { items: objects['nodes'] ?? [] });
  server.serve('/apis', { status: 200, body: { kind: 'APIGroupDiscoveryList', items: [] } });
  return server;
}

const NO_FLAGS = {
  context: null,
  cluster: null,
  user: null,
  server: null,
  tlsServerName: null,
  insecureSkipTlsVerify: false,
  certificateAuthority: null,
  clientCertificate: null,
  clientKey: null,
  token: null,
  as: null,
  asGroups: [],
  asUid: null,
};

/** The API of a server on loopback, without a kubeconfig. */
async function apiOf(server: Pick<FakeApiServer, 'url'>): Promise<ClusterApi> {
  const connected = await connect({
    env: {},
    homedir: null,
    cwd: '/',
    path: null,
    serviceAccount: '/nowhere',
    userAgent: 'test',
    requestMs: 10_000,
    pluginMs: 10_000,
    interactive: false,
    clock: () => new Date(),
    flags: { ...NO_FLAGS, server: server.url },
  });
  if (!connected.ok) throw new Error(connected.fault.message);
  return connected.value;
}

/** What an audit of the words finds. */
export async function discoverIn(
  server: Pick<FakeApiServer, 'url'>,
  words: readonly string[] = [],
  more: Partial<ClusterSourceOptions> = {},
): Promise<Discovery> {
  const selection = readSelection(words);
  if ('invalid' in selection) throw new Error(selection.invalid);
  const api = await apiOf(server);
  try {
    const options = {
      api,
      namespace: NAMESPACE,
      selection,
      labelSelector: null,
      fieldSelector: null,
    } as const;
    return await createClusterSource({ ...options, whenEmpty: 0, ...more }).discover();
  } finally {
    await api.close();
  }
}
