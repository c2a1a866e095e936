import pLimit from 'p-limit';
import { failed, ok, type Outcome } from '../reasons.ts';
import { type ApiOptions, type ClusterApi, createClusterApi } from './api.ts';
import type { Identity } from './identity.ts';
import { type KubeconfigPlaces, readKubeconfig } from './kubeconfig.ts';
import { type ConnectionFlags, selectTarget, type Surroundings, type Target } from './target.ts';

export interface ConnectOptions
  extends
    KubeconfigPlaces,
    Surroundings,
    Pick<ApiOptions, 'userAgent' | 'requestMs' | 'signal' | 'onRequest' | 'clock'> {
  readonly flags: ConnectionFlags;
  /** Whether a credential plugin may ask somebody at a terminal. */
  readonly interactive: boolean;
  readonly pluginMs: number;
}

/** Finds the cluster that the user means. It is asked nothing yet, and nobody's credentials are read. */
export async function connect(options: ConnectOptions): Promise<Outcome<ClusterApi>> {
  const config = await readKubeconfig(options);
  if (!config.ok) return config;
  const selected = selectTarget(config.value, options.flags, options);
  return selected.ok ? ok(apiOf(selected.value, options)) : selected;
}

/** A context that was asked for, and the cluster that it leads to; or why it leads to none. */
export interface ConnectedContext {
  readonly context: string;
  readonly api: Outcome<ClusterApi>;
}

/**
 * Finds the clusters of several contexts, or of all that the kubeconfig has, in that order. Contexts that lead to one server as one user
 * are one. Two users of one server may see different parts of it: both are asked, and the cluster has the name of the first for both.
 */
export async function connectContexts(
  names: readonly string[] | 'all',
  options: ConnectOptions,
): Promise<Outcome<readonly ConnectedContext[]>> {
  const config = await readKubeconfig(options);
  if (!config.ok) return config;
  const wanted = names === 'all' ? config.value.contexts.keys() : names;
  const connected = new Map<string, ConnectedContext>();
  const clusters = new Map<string, string | null>();
  const inTurn = pLimit(1);
  for (const context of new Set(wanted)) {
    const selected = selectTarget(config.value, { ...options.flags, context }, options);
    if (!selected.ok) {
      connected.set(context, { context, api: selected });
      continue;
    }
    const target = selected.value;
    const server = serverKey(target);
    const cluster = clusters.get(server) ?? target.cluster;
    clusters.set(server, cluster);
    const key = JSON.stringify([target.server.href, { ...target.entry, server: '' }, target.user]);
    if (connected.has(key)) continue;
    const api = apiOf({ ...target, cluster }, options, options.interactive ? inTurn : undefined);
    connected.set(key, { context, api: ok(api) });
  }
  if (connected.size > 0) return ok([...connected.values()]);
  return failed(
    'InputInvalid',
    `no context is in ${config.value.files.join(', ') || 'any kubeconfig'}`,
    'name a kubeconfig with --kubeconfig',
  );
}

/** One address leads to different clusters through different proxies. */
function serverKey({ server, entry }: Target): string {
  return JSON.stringify([server.href, entry['proxy-url'], entry['tls-server-name']]);
}

type InTurn = (work: () => Promise<Outcome<Identity>>) => Promise<Outcome<Identity>>;

/** `inTurn` lets one plugin at a time ask its user at the terminal. */
function apiOf(target: Target, options: ConnectOptions, inTurn: InTurn = (work) => work()): ClusterApi {
  const { env, interactive, pluginMs: timeout } = options;
  return createClusterApi({
    ...options,
    cluster: target.cluster,
    namespace: target.namespace,
    server: target.server,
    identify: () =>
      inTurn(async () => {
        // The Kubernetes client is large: only who talks to a cluster waits for it.
        const { identify } = await import('./identity.ts');
        return identify(target, { env, interactive, timeout });
      }),
  });
}
