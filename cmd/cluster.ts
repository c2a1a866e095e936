import { resolve } from 'node:path';
import type { ApiOptions, ClusterApi } from '../src/cluster/api.ts';
import { connect, connectContexts, type ConnectOptions } from '../src/cluster/connect.ts';
import { readSecret } from '../src/cluster/secret.ts';
import { SERVICE_ACCOUNT } from '../src/cluster/target.ts';
import type { ReadSecret } from '../src/keychains/accounts.ts';
import { CLUSTER_REQUEST_MS, EXEC_PLUGIN_MS } from '../src/limits.ts';
import { discover } from '../src/discover.ts';
import type { Collector } from '../src/evidence/collector.ts';
import { trivyOperator } from '../src/evidence/trivy-operator.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { createClusterSource } from '../src/workloads/cluster/cluster.ts';
import { readSelection } from '../src/workloads/cluster/selection.ts';
import { createClustersSource } from '../src/workloads/clusters.ts';
import type { Gap, WorkloadSource } from '../src/workloads/source.ts';
import {
  type ClusterFlags,
  clusterFlagsSchema,
  manyClustersSchema,
  OF_ONE_CLUSTER,
} from './cluster-flags.ts';
import { acceptsUnsignedSboms, type CollectorsFor } from './collectors.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { keepHeapSmall } from './heap.ts';
import { readDuration } from './judge.ts';
import { VERSION } from './version.ts';

interface OpenedCluster {
  readonly source: WorkloadSource;
  readonly readPullSecret: ReadSecret;
  /** Where the cluster itself keeps SBOMs, which nobody has signed. */
  readonly sboms: readonly Collector[];
  /** Ends the connections. */
  readonly close: () => Promise<void>;
}

/** The cluster that the flags name, as a source of workloads. Throws `UsageError`. */
export async function openCluster(
  words: readonly string[],
  typed: unknown,
  io: Io,
): Promise<OpenedCluster & { readonly collectors: CollectorsFor }> {
  const flags = clusterFlagsSchema.parse(typed);
  const sourceOf = clusterSources(words, flags, io);
  const api = await openApi(flags, io);
  const sboms = [reportsIn(api, flags, io)];
  return {
    source: sourceOf(api),
    readPullSecret: secretReader([api]),
    sboms,
    collectors: (policy) => (acceptsUnsignedSboms(policy) ? sboms : []),
    close: () => api.close(),
  };
}

function reportsIn(api: ClusterApi, flags: ClusterFlags, io: Io): Collector {
  const onPassedOver = (message: string) => io.stderr(`${terminalText(message)}\n`);
  return trivyOperator({ api, namespace: namespaceOf(api, flags), onPassedOver });
}

/** The namespace that is read; null for all. */
function namespaceOf(api: ClusterApi, flags: ClusterFlags): string | null {
  return flags['all-namespaces'] ? null : (flags.namespace ?? api.namespace);
}

/** The API of the cluster that the flags, the kubeconfig or the pod name. Throws `UsageError`. */
export async function openApi(flags: ClusterFlags, io: Io): Promise<ClusterApi> {
  const connected = await connect(connectOptions(flags, io));
  if (connected.ok) return connected.value;
  throw usageError('the cluster', connected.fault);
}

/**
 * The clusters of all contexts that the flags name, or the one of the current context, as one source of workloads. A context that leads
 * nowhere is a gap beside others that do, and wrong input where it was named. Throws `UsageError`.
 */
export async function openClusters(
  typed: unknown,
  io: Io,
  signal: AbortSignal | undefined,
): Promise<OpenedCluster> {
  const flags = clusterFlagsSchema.parse(typed);
  const { context: named, 'all-contexts': all } = manyClustersSchema.parse(typed);
  if (all && named.length > 0)
    throw new UsageError('--all-contexts asks every context of the kubeconfig; it goes with no --context');
  if (!all && named.length < 2) return openCluster([], typed, io);
  const ofOne = OF_ONE_CLUSTER.find((flag) => given(typed, flag));
  if (ofOne !== undefined)
    throw new UsageError(`--${ofOne} is of one cluster; it goes with one --context alone`);
  const connected = await connectContexts(all ? 'all' : named, { ...connectOptions(flags, io), signal });
  if (!connected.ok) throw usageError('the clusters', connected.fault);
  const clusters = connected.value.flatMap(({ context, api }) =>
    api.ok ? [{ context, cluster: api.value.cluster, api: api.value }] : [],
  );
  const gaps = connected.value.flatMap(({ context, api }): Gap[] =>
    api.ok ? [] : [{ ...api.fault, scope: 'context', name: context, cluster: null, wrongInput: !all }],
  );
  const [nowhere] = connected.value;
  if (clusters.length === 0 && nowhere && !nowhere.api.ok)
    throw usageError('the clusters', nowhere.api.fault);
  const sourceOf = clusterSources([], flags, io);
  const source = createClustersSource({
    clusters: clusters.map(({ api, ...one }) => ({ ...one, source: sourceOf(api) })),
    gaps,
    whenEmpty: whenEmpty(io),
    discover: (one, waiting) => discover(one, waiting, 'one'),
  });
  return {
    source,
    readPullSecret: secretReader(clusters.map(({ api }) => api)),
    sboms: clusters.map(({ api }) => reportsIn(api, flags, io)),
    async close() {
      await Promise.all(clusters.map(({ api }) => api.close()));
    },
  };
}

/** Reads secrets of the cluster that they are in. Of several users of one cluster it is enough if one may. */
function secretReader(apis: readonly ClusterApi[]): ReadSecret {
  return async ({ cluster, namespace, name }) => {
    let answer: Awaited<ReturnType<typeof readSecret>> | null = null;
    for (const api of apis.filter((one) => one.cluster === cluster)) {
      answer = await readSecret(api, namespace, name);
      if (answer.ok) break;
    }
    if (answer === null) throw new Error('a secret is named in a cluster that was not read');
    return answer;
  };
}

function given(typed: unknown, flag: string): boolean {
  return typeof typed === 'object' && typed !== null && Object.hasOwn(typed, flag);
}

/** What of a cluster is read. Throws `UsageError`. */
function clusterSources(
  words: readonly string[],
  flags: ClusterFlags,
  io: Io,
): (api: ClusterApi) => WorkloadSource {
  const selection = readSelection(words);
  if ('invalid' in selection) throw new UsageError(selection.invalid);
  const { selector } = flags;
  const everywhere = flags['all-namespaces'];
  const narrowed = selector !== null || flags['field-selector'] !== null;
  if (everywhere && selection.kind === 'names')
    throw new UsageError('-A reads kinds, not names; name the namespace with -n');
  if (narrowed && selection.kind === 'names')
    throw new UsageError('a name goes with no selector; name one of them');
  keepHeapSmall();
  return (api) =>
    createClusterSource({
      api,
      namespace: namespaceOf(api, flags),
      selection,
      labelSelector: selector,
      fieldSelector: flags['field-selector'],
      whenEmpty: whenEmpty(io),
    });
}

/** A gate in a pipeline that finds nothing has most likely looked in the wrong place. */
function whenEmpty({ env }: Io): 0 | 3 {
  return env['CI'] ? 3 : 0;
}

/** From here on every request is named. */
const REQUESTS_SHOWN = 6;

/** Names each request on stderr, where `-v` asks for that. */
export function requestTeller(v: string | null | undefined, io: Io): ApiOptions['onRequest'] {
  if (Number(v ?? '0') < REQUESTS_SHOWN) return undefined;
  return (method, url, status, ms) =>
    io.stderr(`${terminalText(`${method} ${url} ${status} ${Math.round(ms)} ms`)}\n`);
}

/** The cluster that the flags name, and how it is reached. Throws `UsageError`. */
export function connectOptions(flags: ClusterFlags, io: Io): ConnectOptions {
  const { kubeconfig, context, cluster, user, server, token, as } = flags;
  if (as === null && (flags['as-group'].length > 0 || flags['as-uid'] !== null))
    throw new UsageError('--as-group and --as-uid go with --as');
  const path = (file: string | null) => (file === null ? null : resolve(io.cwd, file));
  return {
    env: io.env,
    homedir: io.env['HOME'] || io.env['USERPROFILE'] || null,
    cwd: io.cwd,
    path: path(kubeconfig),
    serviceAccount: SERVICE_ACCOUNT,
    userAgent: `kubectl-supplychain/${VERSION}`,
    requestMs: readTimeout(flags['request-timeout']),
    pluginMs: EXEC_PLUGIN_MS,
    interactive: (io.errorColumns ?? null) !== null,
    clock: io.clock,
    onRequest: requestTeller(flags.v, io),
    flags: {
      context,
      cluster,
      user,
      server,
      token,
      as,
      asGroups: flags['as-group'],
      asUid: flags['as-uid'],
      tlsServerName: flags['tls-server-name'],
      insecureSkipTlsVerify: flags['insecure-skip-tls-verify'],
      certificateAuthority: path(flags['certificate-authority']),
      clientCertificate: path(flags['client-certificate']),
      clientKey: path(flags['client-key']),
    },
  };
}

/** As kubectl's: a number without a unit is seconds, and 0 leaves the program's own limit. */
function readTimeout(text: string | null): number {
  if (text === null || text === '0') return CLUSTER_REQUEST_MS;
  return readDuration('request-timeout', /^\d+$/.test(text) ? `${text}s` : text);
}
