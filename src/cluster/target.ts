import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { failed, ok, type Outcome } from '../reasons.ts';
import {
  type ClusterEntry,
  type ContextEntry,
  type Kubeconfig,
  NOBODY,
  type UserEntry,
} from './kubeconfig.ts';

/** kubectl's connection flags, as they were typed; null where they were not. */
export interface ConnectionFlags {
  readonly context: string | null;
  readonly cluster: string | null;
  readonly user: string | null;
  readonly server: string | null;
  readonly tlsServerName: string | null;
  readonly insecureSkipTlsVerify: boolean;
  readonly certificateAuthority: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  readonly token: string | null;
  readonly as: string | null;
  readonly asGroups: readonly string[];
  readonly asUid: string | null;
}

/** The cluster that is talked to, and as whom. */
export interface Target {
  /** The cluster's name in the kubeconfig; null where nothing names it. */
  readonly cluster: string | null;
  readonly context: string | null;
  readonly namespace: string;
  readonly server: URL;
  readonly entry: ClusterEntry;
  readonly user: UserEntry;
}

const EMPTY_CLUSTER: ClusterEntry = {
  server: undefined,
  'certificate-authority': undefined,
  'certificate-authority-data': undefined,
  'insecure-skip-tls-verify': false,
  'tls-server-name': undefined,
  'proxy-url': undefined,
};

/** Where a pod finds who it is (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What the surroundings of a pod say. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly serviceAccount: string;
}

/**
 * Chooses the cluster and the user as kubectl does (client-go, clientcmd/client_config.go): flags before the context, the
 * context before nothing; a pod's own service account where there is neither a kubeconfig nor a flag.
 */
export function selectTarget(
  config: Kubeconfig,
  flags: ConnectionFlags,
  surroundings: Surroundings,
): Outcome<Target> {
  const contextName = flags.context ?? config.currentContext;
  const context = contextName === null ? undefined : config.contexts.get(contextName);
  if (contextName !== null && !context) return noContext(contextName, config);
  const clusterName = flags.cluster ?? context?.cluster ?? null;
  const userName = flags.user ?? context?.user ?? null;
  const named = clusterName === null ? undefined : config.clusters.get(clusterName);
  if (clusterName !== null && !named && (flags.cluster !== null || flags.server === null))
    return noneNamed('cluster', clusterName, config.clusters);
  const user = userName === null ? NOBODY : config.users.get(userName);
  if (!user) return noneNamed('user', userName ?? '', config.users);
  if (contextName === null && clusterName === null && flags.server === null)
    return inCluster(config, flags, surroundings);
  const entry = overridden(named ?? EMPTY_CLUSTER, flags);
  const server = serverOf(entry.server);
  if (!server.ok) return server;
  return ok({
    cluster: flags.server === null ? clusterName : null,
    context: contextName,
    namespace: namespaceOf(context),
    server: server.value,
    entry,
    user: asFlagged(user, flags),
  });
}

function namespaceOf(context: ContextEntry | undefined): string {
  return context?.namespace ?? 'default';
}

/** Who gives a CA wants it to be asked, and who skips the check has no use for one: one flag ends what the file says of the other. */
function overridden(entry: ClusterEntry, flags: ConnectionFlags): ClusterEntry {
  const { server, tlsServerName, insecureSkipTlsVerify, certificateAuthority } = flags;
  const authority =
    certificateAuthority !== null
      ? {
          'certificate-authority': certificateAuthority,
          'certificate-authority-data': undefined,
          'insecure-skip-tls-verify': false,
        }
      : {};
  const unchecked = insecureSkipTlsVerify
    ? {
        'certificate-authority': undefined,
        'certificate-authority-data': undefined,
        'insecure-skip-tls-verify': true,
      }
    : {};
  return {
    ...entry,
    ...(server === null ? {} : { server, 'tls-server-name': undefined }),
    ...(tlsServerName === null ? {} : { 'tls-server-name': tlsServerName }),
    ...authority,
    ...unchecked,
  };
}

function asFlagged(user: UserEntry, flags: ConnectionFlags): UserEntry {
  const { token, clientCertificate, clientKey, as, asGroups, asUid } = flags;
  return {
    ...user,
    ...(token === null
      ? {}
      : { token, tokenFile: undefined, exec: undefined, 'auth-provider': undefined, username: undefined }),
    ...(clientCertificate === null
      ? {}
      : { 'client-certificate': clientCertificate, 'client-certificate-data': undefined }),
    ...(clientKey === null ? {} : { 'client-key': clientKey, 'client-key-data': undefined }),
    ...(as === null ? {} : { as, 'as-groups': [], 'as-uid': undefined, 'as-user-extra': {} }),
    ...(asGroups.length === 0 ? {} : { 'as-groups': [...asGroups] }),
    ...(asUid === null ? {} : { 'as-uid': asUid }),
  };
}

/** As client-go's rest.InClusterConfig. */
function inCluster(config: Kubeconfig, flags: ConnectionFlags, surroundings: Surroundings): Outcome<Target> {
  const { env, serviceAccount } = surroundings;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const tokenFile = join(serviceAccount, 'token');
  if (!host || !port || textOf(tokenFile) === null) return noCluster(config);
  const entry = overridden(
    {
      ...EMPTY_CLUSTER,
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      'certificate-authority': join(serviceAccount, 'ca.crt'),
    },
    flags,
  );
  const server = serverOf(entry.server);
  if (!server.ok) return server;
  return ok({
    cluster: null,
    context: null,
    namespace: textOf(join(serviceAccount, 'namespace'))?.trim() || 'default',
    server: server.value,
    entry,
    user: asFlagged({ ...NOBODY, tokenFile }, flags),
  });
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** kubectl takes a bare host for plain HTTP; here it is https, so that nothing goes in the clear unasked. */
function serverOf(text: string | undefined): Outcome<URL> {
  const full = text === undefined || /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  const url = full !== undefined && URL.canParse(full) ? new URL(full) : null;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url && web && url.username === '' && url.password === '') return ok(url);
  return failed(
    'InputInvalid',
    'the address of the cluster is none that can be asked over http or https',
    'correct the server of the cluster in the kubeconfig, or name it with --server',
  );
}

function noContext(name: string, { contexts, files }: Kubeconfig): Outcome<never> {
  return failed(
    'InputInvalid',
    `the context ${JSON.stringify(name)} does not exist in ${files.join(', ') || 'any kubeconfig'}`,
    `name one of: ${listed(contexts)}`,
  );
}

function noneNamed(what: string, name: string, there: ReadonlyMap<string, unknown>): Outcome<never> {
  return failed(
    'InputInvalid',
    `the ${what} ${JSON.stringify(name)} does not exist in the kubeconfig`,
    `name one of: ${listed(there)}`,
  );
}

function noCluster({ files }: Kubeconfig): Outcome<never> {
  const why =
    files.length === 0 ? 'there is no kubeconfig' : `no current context is set in ${files.join(', ')}`;
  return failed(
    'InputInvalid',
    `no cluster is named: ${why}, and this is no pod of one`,
    'name a kubeconfig with --kubeconfig or a context with --context, or audit manifests with -f',
  );
}

function listed(there: ReadonlyMap<string, unknown>): string {
  return [...there.keys()].slice(0, 20).join(', ') || 'none is there';
}
