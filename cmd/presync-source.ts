import { resolve } from 'node:path';
import type { ClusterApi } from '../src/cluster/api.ts';
import { SERVICE_ACCOUNT } from '../src/cluster/target.ts';
import {
  ARGO_APPLICATION_BYTES,
  ARGO_OPERATION_MS,
  ARGO_POLL_MS,
  ARGO_REQUEST_MS,
  CERTIFICATE_FILE_BYTES,
  TOKEN_FILE_BYTES,
} from '../src/limits.ts';
import { failed, ok, type Outcome } from '../src/reasons.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import {
  type ApplicationName,
  type ArgoServer,
  openArgoServer,
} from '../src/workloads/argocd/argo-server.ts';
import type { ArgoCdOptions } from '../src/workloads/argocd/argocd.ts';
import type { HookPod } from '../src/workloads/argocd/hook-pod.ts';
import { applicationOfTrackingId, findOwnApplication } from '../src/workloads/argocd/own-application.ts';
import { openApi, requestTeller } from './cluster.ts';
import { clusterFlagsSchema } from './cluster-flags.ts';
import { type Io, UsageError, usageError } from './command.ts';
import { readDuration } from './judge.ts';
import { readBounded } from './policy-files.ts';
import type { PresyncFlags } from './presync-flags.ts';
import { VERSION } from './version.ts';

/** Where Argo CD is installed unless somebody says otherwise. */
const ARGOCD_NAMESPACE = 'argocd';

/** An Application, how it is read and rendered, and what ends the connections. */
export interface OpenedApplication {
  readonly options: ArgoCdOptions;
  readonly close: () => Promise<void>;
}

/**
 * Finds the Application that is synced and the way to it: Argo CD's API alone where its address is given, which is all that a gate in
 * another cluster has; else the API of the cluster. Throws `UsageError`; what could not be found out is a fault.
 */
export async function openApplication(
  flags: PresyncFlags,
  typed: unknown,
  io: Io,
  signal: AbortSignal | undefined,
): Promise<Outcome<OpenedApplication>> {
  const pod = hookPod(io);
  const server = openServer(flags, io, signal);
  let opened: ClusterApi | null = null;
  const cluster = async (): Promise<ClusterApi> =>
    (opened ??= await openApi(clusterFlagsSchema.parse(typed), io));
  const close = async () => {
    await server?.close();
    await opened?.close();
  };
  const name = await nameOf(flags, pod, io, cluster);
  if (!name.ok) {
    await close();
    return name;
  }
  const application = name.value;
  const api = server === null ? await cluster() : null;
  return ok({
    options: {
      name: application,
      pod,
      server,
      hosts: [server?.host ?? api?.host ?? ''],
      waitMs: ARGO_OPERATION_MS,
      pollMs: ARGO_POLL_MS,
      clock: io.clock,
      signal,
      read: () => (api === null ? readFromServer(server, application) : readFromCluster(api, application)),
    },
    close,
  });
}

async function readFromServer(server: ArgoServer | null, name: ApplicationName): Promise<Outcome<unknown>> {
  if (server !== null) return server.application(name);
  return failed('ArgoUnreachable', 'there is neither a cluster nor an API of Argo CD to ask');
}

async function readFromCluster(
  api: ClusterApi,
  { namespace, name }: ApplicationName,
): Promise<Outcome<unknown>> {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications/${name}`;
  const answer = await api.get({ path, limit: ARGO_APPLICATION_BYTES });
  return answer.ok ? ok(answer.value) : { ok: false, fault: answer.fault };
}

/** The pod that this is, as the downward API says it, or as a container's surroundings do; null on a laptop. */
function hookPod({ env }: Io): HookPod | null {
  const name = env['POD_NAME'] || (env['KUBERNETES_SERVICE_HOST'] ? env['HOSTNAME'] : undefined);
  if (!name) return null;
  const file = readBounded(
    `${SERVICE_ACCOUNT}/namespace`,
    'the namespace of the service account',
    TOKEN_FILE_BYTES,
  );
  const mounted = file.ok ? Buffer.from(file.value).toString('utf8').trim() : '';
  const namespace = env['POD_NAMESPACE'] || mounted;
  if (namespace !== '') return { name, namespace };
  throw new UsageError(
    'the namespace of this pod is not known; set POD_NAMESPACE to metadata.namespace by the downward API',
  );
}

/** By the flag, by what the downward API shows of the pod, or by the pod itself. */
async function nameOf(
  { application, 'app-namespace': namespace }: PresyncFlags,
  pod: HookPod | null,
  { env }: Io,
  cluster: () => Promise<ClusterApi>,
): Promise<Outcome<ApplicationName>> {
  if (application !== undefined) {
    // As argocd itself takes it: NAMESPACE/NAME.
    const [first = '', second, ...more] = application.split('/');
    if (more.length > 0 || first === '' || second === '')
      throw new UsageError(`--application: ${JSON.stringify(application)} is no NAME or NAMESPACE/NAME`);
    if (second !== undefined && namespace !== undefined && namespace !== first)
      throw new UsageError(`--application names the namespace ${first}, and -N ${namespace}`);
    return ok(
      second === undefined
        ? { namespace: namespace ?? ARGOCD_NAMESPACE, name: first }
        : { namespace: first, name: second },
    );
  }
  const otherwise = namespace ?? ARGOCD_NAMESPACE;
  const tracked = applicationOfTrackingId(env['ARGOCD_TRACKING_ID'] ?? '', otherwise);
  if (tracked) return ok(tracked);
  if (pod === null)
    throw new UsageError('name the Application with --application NAME, and its namespace with -N');
  try {
    return await findOwnApplication(await cluster(), pod, otherwise);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    // A hook whose service account is not mounted: it is asked nothing, so it can say nothing.
    return failed(
      'OperationNotFound',
      `nothing says which Application has created the pod ${pod.namespace}/${pod.name}, and its cluster cannot be asked`,
      'name the Application with --application and -N, or set ARGOCD_TRACKING_ID by the downward API',
    );
  }
}

function openServer(flags: PresyncFlags, io: Io, signal: AbortSignal | undefined): ArgoServer | null {
  const address = flags['argocd-server'] ?? (io.env['ARGOCD_SERVER'] || undefined);
  const tokenFile = flags['argocd-auth-token-file'];
  if (address === undefined) {
    if (tokenFile !== undefined || flags['argocd-ca'] !== undefined)
      throw new UsageError('--argocd-auth-token-file and --argocd-ca go with --argocd-server');
    return null;
  }
  const where = flags['argocd-server'] === undefined ? 'ARGOCD_SERVER' : '--argocd-server';
  const timeout = flags['request-timeout'];
  return openArgoServer({
    server: serverUrl(where, address),
    token: () => readToken(tokenFile, io),
    ca: certificates(flags['argocd-ca'], io),
    env: io.env,
    userAgent: `kubectl-supplychain/${VERSION}`,
    requestMs: timeout === undefined ? ARGO_REQUEST_MS : readDuration('request-timeout', timeout),
    signal,
    clock: io.clock,
    onRequest: requestTeller(flags.v, io),
  });
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A token, and answers that a gate rests on, go over https; plain HTTP is for this machine alone. */
function serverUrl(where: string, address: string): URL {
  const text = address.includes('://') ? address : `https://${address}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.search !== '')
    throw new UsageError(
      `${where}: ${JSON.stringify(terminalText(address))} is no address, as https://argocd.example`,
    );
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw new UsageError(
      `${where}: over plain HTTP anybody on the way can say that all is well; serve ${url.host} over https, and name its CA with --argocd-ca`,
    );
  return url;
}

function certificates(path: string | undefined, io: Io): string | null {
  if (path === undefined) return null;
  const bytes = readBounded(resolve(io.cwd, path), path, CERTIFICATE_FILE_BYTES);
  if (!bytes.ok) throw usageError('--argocd-ca', bytes.fault);
  const text = Buffer.from(bytes.value).toString('utf8');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UsageError(`--argocd-ca: ${path} holds no certificate in PEM`);
}

function readToken(path: string | undefined, io: Io): Outcome<string> {
  const bytes = path === undefined ? null : readBounded(resolve(io.cwd, path), path, TOKEN_FILE_BYTES);
  if (bytes && !bytes.ok) return bytes;
  const token = (
    bytes ? Buffer.from(bytes.value).toString('utf8') : (io.env['ARGOCD_AUTH_TOKEN'] ?? '')
  ).trim();
  // A header has no place for anything else; what it is is no part of the message.
  if (/^[\x21-\x7e]+$/.test(token)) return ok(token);
  const what = token === '' ? 'there is no token' : 'the token has characters that no token has';
  return failed(
    'ArgoCredentialsRejected',
    `${what} for the API of Argo CD`,
    'give one with --argocd-auth-token-file or in ARGOCD_AUTH_TOKEN',
  );
}
