import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { createClusterApi } from '../../cluster/api.ts';
import { proxyFor } from '../../cluster/proxy.ts';
import { ARGO_APPLICATION_BYTES, MANIFEST_FILE_BYTES } from '../../limits.ts';
import { failed, type Fault, ok, type Outcome, type Reason } from '../../reasons.ts';
import { z } from 'zod';
import type { SyncOperation } from './operation.ts';

export interface ApplicationName {
  readonly namespace: string;
  readonly name: string;
}

/** Argo CD's API, as far as a gate needs it: permission `applications, get` on one Application. */
export interface ArgoServer {
  readonly host: string;
  /** The Application, as outside data. */
  application(name: ApplicationName): Promise<Outcome<unknown>>;
  /** What Argo CD renders of the Application at pinned revisions, each object as JSON; Secrets without their values. */
  manifests(name: ApplicationName, pinned: SyncOperation['pinned']): Promise<Outcome<readonly string[]>>;
  close(): Promise<void>;
}

export interface ArgoServerOptions {
  readonly server: URL;
  /** Read again where Argo CD refuses it: what is mounted into a pod is renewed. */
  readonly token: () => Outcome<string>;
  /** Certificates in PEM that are trusted in place of the system's; null where the system's are. */
  readonly ca: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
  readonly requestMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRequest?: ((method: string, url: string, status: number, ms: number) => void) | undefined;
  readonly clock: () => Date;
}

type Query = Readonly<Record<string, string | readonly string[]>>;

const manifestsSchema = z.looseObject({
  manifests: z
    .array(z.string())
    .nullish()
    .transform((manifests) => manifests ?? []),
});

/** Asks Argo CD's API (argo-cd, server/application/application.proto) with the limits and retries that API servers are asked with. */
export function openArgoServer(options: ArgoServerOptions): ArgoServer {
  const { server, token, ca, env } = options;
  const api = createClusterApi({
    ...options,
    cluster: null,
    namespace: '',
    async identify() {
      const read = token();
      if (!read.ok) return read;
      return Promise.resolve(
        ok({
          dispatcher: dispatcherFor(server, ca, env),
          headers: { authorization: `Bearer ${read.value}` },
        }),
      );
    },
  });
  const get = async (path: string, query: Query, limit: number) => {
    const answer = await api.get({ path, query, limit });
    return answer.ok ? ok(answer.value) : { ok: false as const, fault: argoFault(answer.fault) };
  };
  const pathOf = ({ name }: ApplicationName) => `/api/v1/applications/${encodeURIComponent(name)}`;
  return {
    host: api.host,
    application: (name) => get(pathOf(name), { appNamespace: name.namespace }, ARGO_APPLICATION_BYTES),
    async manifests(name, pinned) {
      const query = { appNamespace: name.namespace, ...queryOf(pinned) };
      const answer = await get(`${pathOf(name)}/manifests`, query, MANIFEST_FILE_BYTES);
      if (!answer.ok) return answer;
      const parsed = manifestsSchema.safeParse(answer.value);
      if (parsed.success) return ok(parsed.data.manifests);
      return failed('ArgoError', `${api.host} did not answer with manifests`, 'check the address of Argo CD');
    },
    close: () => api.close(),
  };
}

/** Of several sources `revision` is ignored without an error, so that each is pinned by its position, from 1. */
function queryOf(pinned: SyncOperation['pinned']): Query {
  if ('revision' in pinned) return { revision: pinned.revision };
  const { revisions } = pinned;
  return { revisions, sourcePositions: revisions.map((_, index) => String(index + 1)) };
}

/**
 * One connection, kept open: behind a Service it leads to one replica of argocd-server, whose view of an Application never goes back in
 * time. So what is rendered between two readings is of what both of them show.
 */
const ONE_CONNECTION = { connections: 1, pipelining: 1, keepAliveTimeout: 120_000 };

function dispatcherFor(server: URL, ca: string | null, env: NodeJS.ProcessEnv): Dispatcher {
  const tls = ca === null ? {} : { ca };
  const proxy = proxyFor(server, env);
  return proxy === undefined
    ? new Agent({ ...ONE_CONNECTION, connect: tls })
    : new ProxyAgent({ ...ONE_CONNECTION, uri: proxy, requestTls: tls });
}

const MENDS: Partial<Record<Reason, readonly [Reason, string]>> = {
  ClusterUnreachable: [
    'ArgoUnreachable',
    'check --argocd-server, that the network lets the gate reach it, and --argocd-ca where its certificate is of a CA of its own',
  ],
  ClusterCredentialsRejected: [
    'ArgoCredentialsRejected',
    'give the gate a token that is valid, with --argocd-auth-token-file or in ARGOCD_AUTH_TOKEN',
  ],
  Forbidden: [
    'ArgoForbidden',
    'let the token have `applications, get` on this Application, and name the namespace of the Application with -N; Argo CD answers the same where there is no such Application',
  ],
  ClusterError: ['ArgoError', 'see the logs of argocd-server and of the repo-server, and sync again'],
};

/** What was said of an API server, said of Argo CD. */
function argoFault(fault: Fault): Fault {
  const mend = MENDS[fault.reason];
  return mend === undefined ? fault : { ...fault, reason: mend[0], remediation: mend[1] };
}
