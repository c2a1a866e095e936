import type { Outcome } from '../reasons.ts';
import { type ApiOptions, type ClusterApi, createClusterApi } from './api.ts';
import { type KubeconfigPlaces, readKubeconfig } from './kubeconfig.ts';
import { type ConnectionFlags, selectTarget, type Surroundings } from './target.ts';

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
  if (!selected.ok) return selected;
  const target = selected.value;
  const { env, interactive, pluginMs: timeout } = options;
  const api = createClusterApi({
    ...options,
    cluster: target.cluster,
    namespace: target.namespace,
    server: target.server,
    async identify() {
      // The Kubernetes client is large: only who talks to a cluster waits for it.
      const { identify } = await import('./identity.ts');
      return identify(target, { env, interactive, timeout });
    },
  });
  return { ok: true, value: api };
}
