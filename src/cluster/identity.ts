import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
import { Agent, type Dispatcher } from 'undici';
import { KUBECONFIG_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { type ExecSurroundings, runExecPlugin } from './exec-plugin.ts';
import type { UserEntry } from './kubeconfig.ts';
import { type ProxyEnvironment, proxyFor } from './proxy.ts';
import type { Target } from './target.ts';

/** Who asks, and over which connections. */
export interface Identity {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** What kubectl says of the two that were removed in Kubernetes 1.26. */
const REMOVED: ReadonlyMap<string, string> = new Map([
  ['gcp', 'install gke-gcloud-auth-plugin and let gcloud write the kubeconfig again'],
  ['azure', 'convert the kubeconfig with kubelogin'],
]);

const NAME = 'target';

/**
 * Proves who the user is, once for all requests: TLS, proxies and OpenID Connect as the Kubernetes client has them, and beside
 * that what kubectl does and the client does not. Nobody's credentials go over plain HTTP (client-go, "IsConfigTransportTLS").
 */
export async function identify(
  { server, entry, user }: Target,
  surroundings: ExecSurroundings & ProxyEnvironment,
): Promise<Outcome<Identity>> {
  const secure = server.protocol === 'https:';
  const authority = secure ? pem(entry, 'certificate-authority', 'the certificate authority') : ok(undefined);
  if (!authority.ok) return authority;
  const caData = authority.value;
  const shown = secure ? await credentialsOf(user, { ...entry, caData }, surroundings) : ok({});
  if (!shown.ok) return shown;
  const kubeconfig = new KubeConfig();
  const proxyUrl = entry['proxy-url'] ?? proxyFor(server, surroundings.env);
  kubeconfig.loadFromClusterAndUser(
    {
      name: NAME,
      server: server.href,
      // Over plain HTTP there is nothing to verify; the client wants to be told so.
      skipTLSVerify: !secure || entry['insecure-skip-tls-verify'],
      ...(caData === undefined ? {} : { caData }),
      ...(entry['tls-server-name'] === undefined ? {} : { tlsServerName: entry['tls-server-name'] }),
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
    },
    { name: NAME, ...shown.value },
  );
  const request = new RequestContext(server.href, 'GET');
  try {
    await kubeconfig.applySecurityAuthentication(request);
  } catch {
    // What the client says may quote what it was given.
    return failed(
      'ClusterCredentialsRejected',
      `the credentials for ${server.host} cannot be used${user['auth-provider'] ? ': its identity provider gave no token' : ''}`,
      'check that kubectl can use this context, and log in again',
    );
  }
  const dispatcher = request.getDispatcher() ?? new Agent({ connect: { keepAlive: true } });
  return ok({ dispatcher, headers: { ...request.getHeaders(), ...(secure ? impersonation(user) : {}) } });
}

interface Credentials {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly certData?: string;
  readonly keyData?: string;
  readonly authProvider?: unknown;
}

/** In client-go's order: a token, what a plugin gives, a password; a certificate beside them. */
async function credentialsOf(
  user: UserEntry,
  cluster: Parameters<typeof runExecPlugin>[1],
  surroundings: ExecSurroundings,
): Promise<Outcome<Credentials>> {
  const certData = pem(user, 'client-certificate', 'the client certificate');
  if (!certData.ok) return certData;
  const keyData = pem(user, 'client-key', 'the client key');
  if (!keyData.ok) return keyData;
  const pair = {
    ...(certData.value === undefined ? {} : { certData: certData.value }),
    ...(keyData.value === undefined ? {} : { keyData: keyData.value }),
  };
  if (user.tokenFile !== undefined) {
    const token = fileText(user.tokenFile, 'the token');
    return token.ok ? withToken(token.value.toString('utf8').trim(), pair) : token;
  }
  if (user.token !== undefined) return withToken(user.token, pair);
  if (user.exec) {
    const given = await runExecPlugin(user.exec, cluster, surroundings);
    if (!given.ok) return given;
    const { token, certificate, key } = given.value;
    const own =
      certificate === undefined || key === undefined
        ? pair
        : { certData: base64(certificate), keyData: base64(key) };
    return token === undefined ? ok(own) : withToken(token, own);
  }
  const { username, password, 'auth-provider': authProvider } = user;
  if (username !== undefined) return ok({ ...pair, username, password: password ?? '' });
  if (!authProvider) return ok(pair);
  const mend = REMOVED.get(authProvider.name);
  if (authProvider.name === 'oidc') return ok({ ...pair, authProvider });
  return failed(
    'ClusterCredentialsRejected',
    `the kubeconfig asks for the auth provider ${JSON.stringify(authProvider.name)}, which Kubernetes no longer has`,
    mend ?? 'log in anew, so that the kubeconfig is written again',
  );
}

function withToken(token: string, pair: Credentials): Outcome<Credentials> {
  // A header has no place for anything else; what it is is no part of the message.
  if (/^[\x21-\x7e]+$/.test(token)) return ok({ ...pair, token });
  return failed(
    'ClusterCredentialsRejected',
    'the token for the cluster has characters that no token has',
    'log in again',
  );
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function impersonation(user: UserEntry): Identity['headers'] {
  const { as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = user;
  if (as === undefined) return {};
  const extras = Object.entries(extra).map(
    ([name, values]) => [`Impersonate-Extra-${encodeURIComponent(name)}`, values] as const,
  );
  return {
    'Impersonate-User': as,
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups }),
    ...Object.fromEntries(extras),
  };
}

/** What a field or the file that it names holds, in base64; data before the file, as client-go has it. */
function pem<Field extends 'certificate-authority' | 'client-certificate' | 'client-key'>(
  entry: Readonly<Partial<Record<Field | `${Field}-data`, string | undefined>>>,
  field: Field,
  what: string,
): Outcome<string | undefined> {
  const data = entry[`${field}-data`];
  if (data !== undefined) return ok(data);
  const path = entry[field];
  if (path === undefined) return ok(undefined);
  const read = fileText(path, what);
  return read.ok ? ok(read.value.toString('base64')) : read;
}

function fileText(path: string, what: string): Outcome<Buffer> {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= KUBECONFIG_BYTES) return ok(bytes);
    return failed(
      'LimitExceeded',
      `${what} in ${path} is longer than the limit of ${KUBECONFIG_BYTES} bytes`,
    );
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return failed(
      'FileUnreadable',
      `${what} for the cluster cannot be read from ${path} (${code})`,
      'check the path',
    );
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
