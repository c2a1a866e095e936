import { resolve } from 'node:path';
import type { ClusterApi } from '../src/cluster/api.ts';
import { connect } from '../src/cluster/connect.ts';
import { SERVICE_ACCOUNT } from '../src/cluster/target.ts';
import { CLUSTER_REQUEST_MS, EXEC_PLUGIN_MS } from '../src/limits.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { createClusterSource } from '../src/workloads/cluster/cluster.ts';
import { readSelection } from '../src/workloads/cluster/selection.ts';
import type { WorkloadSource } from '../src/workloads/source.ts';
import { type ClusterFlags, clusterFlagsSchema } from './cluster-flags.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { readDuration } from './judge.ts';
import { VERSION } from './version.ts';

/** The cluster that the flags name, as a source of workloads; `close` ends its connections. Throws `UsageError`. */
export async function openCluster(
  words: readonly string[],
  typed: unknown,
  io: Io,
): Promise<{ readonly source: WorkloadSource; readonly close: () => Promise<void> }> {
  const flags = clusterFlagsSchema.parse(typed);
  const selection = readSelection(words);
  if ('invalid' in selection) throw new UsageError(selection.invalid);
  const { selector, namespace } = flags;
  const everywhere = flags['all-namespaces'];
  const narrowed = selector !== null || flags['field-selector'] !== null;
  if (everywhere && selection.kind === 'names')
    throw new UsageError('-A reads kinds, not names; name the namespace with -n');
  if (narrowed && selection.kind === 'names')
    throw new UsageError('a name goes with no selector; name one of them');
  const api = await openApi(flags, io);
  const source = createClusterSource({
    api,
    namespace: everywhere ? null : (namespace ?? api.namespace),
    selection,
    labelSelector: selector,
    fieldSelector: flags['field-selector'],
    // A gate in a pipeline that finds nothing has most likely looked in the wrong place.
    whenEmpty: io.env['CI'] ? 3 : 0,
  });
  return { source, close: () => api.close() };
}

/** From here on every request is named. */
const REQUESTS_SHOWN = 6;

async function openApi(flags: ClusterFlags, io: Io): Promise<ClusterApi> {
  const { kubeconfig, context, cluster, user, server, token, as } = flags;
  if (as === null && (flags['as-group'].length > 0 || flags['as-uid'] !== null))
    throw new UsageError('--as-group and --as-uid go with --as');
  const path = (file: string | null) => (file === null ? null : resolve(io.cwd, file));
  const connected = await connect({
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
    onRequest:
      Number(flags.v ?? '0') >= REQUESTS_SHOWN
        ? (method, url, status, ms) =>
            io.stderr(`${terminalText(`${method} ${url} ${status} ${Math.round(ms)} ms`)}\n`)
        : undefined,
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
  });
  if (connected.ok) return connected.value;
  throw usageError('the cluster', connected.fault);
}

/** As kubectl's: a number without a unit is seconds, and 0 leaves the program's own limit. */
function readTimeout(text: string | null): number {
  if (text === null || text === '0') return CLUSTER_REQUEST_MS;
  return readDuration('request-timeout', /^\d+$/.test(text) ? `${text}s` : text);
}
