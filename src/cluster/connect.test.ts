import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, certificateFor } from '../../test/hostile-registry/certificate.ts';
import { type FakeApiServer, serveApi, status } from './api-server.fixture.ts';
import { connect, type ConnectOptions } from './connect.ts';
import { listObjects } from './list.ts';

let certificate: Certificate;
const servers: FakeApiServer[] = [];

beforeAll(async () => {
  certificate = await certificateFor(['127.0.0.1', 'api.example.com']);
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const NO_FLAGS: ConnectOptions['flags'] = {
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

async function secure(admits?: Parameters<typeof serveApi>[0] & object): Promise<FakeApiServer> {
  const { pem: cert, key } = certificate;
  const server = await serveApi({
    tls: { cert, key, ...admits?.tls },
    ...(admits?.admits ? { admits: admits.admits } : {}),
  });
  server.serve('/api/v1/pods', { items: [] });
  servers.push(server);
  return server;
}

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

function kubeconfig(server: string, user: object, more: object = {}): string {
  return JSON.stringify({
    'current-context': 'main',
    contexts: [{ name: 'main', context: { cluster: 'prod', user: 'jo', namespace: 'shop' } }],
    clusters: [{ name: 'prod', cluster: { server, 'certificate-authority': 'ca.crt', ...more } }],
    users: [{ name: 'jo', user }],
  });
}

interface Asking {
  readonly env?: NodeJS.ProcessEnv;
  readonly flags?: Partial<ConnectOptions['flags']>;
  readonly files?: Readonly<Record<string, string>>;
  readonly pluginMs?: number;
  readonly serviceAccount?: string;
}

/** Asks for the pods with the kubeconfig `config` of a folder. */
async function ask({ env, flags, files = {}, pluginMs = 10_000, serviceAccount = '/nowhere' }: Asking) {
  const root = folder({ 'ca.crt': certificate.pem, ...files });
  const connected = await connect({
    env: { KUBECONFIG: join(root, 'config'), PATH: process.env['PATH'], ...env },
    homedir: null,
    cwd: root,
    path: null,
    serviceAccount,
    userAgent: 'test',
    requestMs: 10_000,
    pluginMs,
    interactive: false,
    clock: () => new Date(),
    flags: { ...NO_FLAGS, ...flags },
  });
  if (!connected.ok) return { fault: connected.fault, cluster: null, namespace: null };
  const { cluster, namespace } = connected.value;
  const { fault } = await listObjects(connected.value, { path: '/api/v1/pods' }, (object) => object);
  await connected.value.close();
  return { fault, cluster, namespace };
}

const PLUGIN = (body: string) => `#!/bin/sh\n${body}\n`;

function plugin(body: string): string {
  const root = folder({ plugin: PLUGIN(body) });
  chmodSync(join(root, 'plugin'), 0o755);
  return join(root, 'plugin');
}

function execUser(command: string, more: object = {}): object {
  const apiVersion = 'client.authentication.k8s.io/v1';
  return { exec: { apiVersion, command, interactiveMode: 'Never', ...more } };
}

describe('credentials', () => {
  const bearer = (token: string) => ({
    admits: ({ headers }: { headers: { authorization?: string | undefined } }) =>
      headers.authorization === `Bearer ${token}`,
  });
  const answer = (token: string) =>
    `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"${token}"}}'`;

  it.each<[string, object, Readonly<Record<string, string>>]>([
    ['a token', { token: 's3cret' }, {}],
    ['a token in a file beside the kubeconfig', { tokenFile: 'token' }, { token: 's3cret\n' }],
    ['a file before a token', { token: 'old', tokenFile: 'token' }, { token: 's3cret' }],
    ['a plugin', execUser(plugin(answer('s3cret'))), {}],
    [
      'a plugin that reads KUBERNETES_EXEC_INFO',
      execUser(plugin(`case "$KUBERNETES_EXEC_INFO" in *'"server":"https'*) ${answer('s3cret')};; esac`), {
        provideClusterInfo: true,
      }),
      {},
    ],
    [
      'a plugin with an environment of its own',
      execUser(plugin(answer("'$T'")), { env: [{ name: 'T', value: 's3cret' }] }),
      {},
    ],
  ])('%s', async (_name, user, files) => {
    const server = await secure(bearer('s3cret'));
    const { fault, cluster, namespace } = await ask({
      files: { config: kubeconfig(server.url, user), ...files },
    });
    expect(fault).toBeNull();
    expect([cluster, namespace]).toEqual(['prod', 'shop']);
  });

  it('a client certificate', async () => {
    const { pem, key } = certificate;
    const server = await secure({
      tls: { requestCert: true, rejectUnauthorized: false, ca: pem },
      admits: ({ socket }) => (socket as TLSSocket).getPeerCertificate().subject?.CN === 'internet',
    });
    const user = { 'client-certificate': 'me.crt', 'client-key-data': Buffer.from(key).toString('base64') };
    const files = { config: kubeconfig(server.url, user), 'me.crt': pem };
    expect((await ask({ files })).fault).toBeNull();
    expect((await ask({ files: { config: kubeconfig(server.url, {}) } })).fault?.reason).toBe(
      'ClusterCredentialsRejected',
    );
  });

  it("of a pod's service account", async () => {
    const server = await secure(bearer('s3cret'));
    const serviceAccount = folder({ token: 's3cret', 'ca.crt': certificate.pem, namespace: 'gate' });
    const env = {
      KUBECONFIG: '',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(server.port),
    };
    expect(await ask({ env, serviceAccount })).toEqual({ fault: null, cluster: null, namespace: 'gate' });
  });

  it('that expire are asked for once more', async () => {
    const count = join(folder({ n: '' }), 'n');
    const command = plugin(
      `echo x >> ${count}; printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%s"}}' $(wc -l < ${count})`,
    );
    const server = await secure(bearer('t2'));
    expect((await ask({ files: { config: kubeconfig(server.url, execUser(command)) } })).fault).toBeNull();
    expect(server.requests).toHaveLength(2);
  });

  it('impersonate users, groups and UIDs', async () => {
    const server = await secure();
    await ask({
      files: { config: kubeconfig(server.url, { token: 'a' }) },
      flags: { as: 'jane', asGroups: ['a', 'b'], asUid: '7' },
    });
    expect(server.requests[0]?.headers).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-group': 'a, b',
      'impersonate-uid': '7',
    });
  });

  it('never go over plain HTTP', async () => {
    const server = await serveApi();
    servers.push(server);
    server.serve('/api/v1/pods', { items: [] });
    const config = kubeconfig(server.url, { token: 's3cret', as: 'jane' });
    expect((await ask({ files: { config } })).fault).toBeNull();
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(server.requests[0]?.headers).not.toHaveProperty('impersonate-user');
  });

  it.each<[string, object, RegExp]>([
    ['a token that is refused', { token: 's3cret-wrong' }, /answered 401/],
    ['a token that is none', { token: 's3cret\nx: y' }, /has characters that no token has/],
    ['a plugin that fails', execUser(plugin('echo s3cret >&2; exit 3')), /failed with exit code 3/],
    ['a plugin that is not there', execUser('./none'), /cannot be run \(ENOENT\)/],
    ['a plugin that says nothing', execUser(plugin('true')), /did not answer with an ExecCredential/],
    [
      'a plugin of a version that is gone',
      { exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' } },
      /no longer has/,
    ],
    ['a plugin that wants a terminal', execUser('x', { interactiveMode: 'Always' }), /wants a terminal/],
    ['an auth provider that is gone', { 'auth-provider': { name: 'gcp', config: {} } }, /no longer has/],
    [
      'a certificate that is not there',
      { 'client-certificate': 'none.crt', 'client-key': 'none.key' },
      /cannot be read from .*none\.crt \(ENOENT\)/,
    ],
  ])('that are no good are said without being quoted: %s', async (_name, user, expected) => {
    const server = await secure(bearer('s3cret'));
    const { fault } = await ask({ files: { config: kubeconfig(server.url, user) } });
    expect(fault?.message).toMatch(expected);
    expect(JSON.stringify(fault)).not.toContain('s3cret');
  });

  it('of a plugin that hangs are not waited for', async () => {
    const server = await secure();
    const config = kubeconfig(server.url, execUser(plugin('exec sleep 60')));
    const { fault } = await ask({ files: { config }, pluginMs: 50 });
    expect(fault?.message).toMatch(/did not end within 0\.05 s/);
    expect(server.requests).toEqual([]);
  });
});

describe('kubeconfig', () => {
  it('of several files the first that names something counts, and one that is not there is passed over', async () => {
    const [good, bad] = [await secure(), await secure({ admits: () => false })];
    const root = folder({
      'ca.crt': certificate.pem,
      one: kubeconfig(good.url, { token: 'a' }),
      two: kubeconfig(bad.url, { token: 'b' }),
    });
    const env = { KUBECONFIG: ['none', 'one', 'two'].map((name) => join(root, name)).join(delimiter) };
    expect((await ask({ env })).fault).toBeNull();
    expect([good.requests.length, bad.requests.length]).toEqual([1, 0]);
  });

  it.each<[string, string, Partial<ConnectOptions['flags']>, RegExp]>([
    ['a context that is not there', '{}', { context: 'none' }, /the context "none" does not exist/],
    ['no context', '{}', {}, /no cluster is named/],
    ['a current context that is not there', '{"current-context": "x"}', {}, /the context "x" does not exist/],
    [
      'a cluster that is not there',
      '{"contexts":[{"name":"m","context":{"cluster":"c"}}],"current-context":"m"}',
      {},
      /the cluster "c" does not exist/,
    ],
    ['what is no YAML', 'users: [{ token: s3cret', {}, /line \d+: this is not valid YAML/],
    [
      'a field of another type',
      '{"users":[{"name":"a","user":{"token":["s3cret"]}}]}',
      {},
      /users\.0\.user\.token/,
    ],
    [
      'a server that is none',
      '{"contexts":[{"name":"m","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":"ftp://u:s3cret@x"}}],"current-context":"m"}',
      {},
      /none that can be asked/,
    ],
  ])('%s', async (_name, config, flags, expected) => {
    const { fault } = await ask({ files: { config }, flags });
    expect(fault?.message).toMatch(expected);
    expect(JSON.stringify(fault)).not.toContain('s3cret');
  });
});

describe('TLS', () => {
  it('a certificate of an unknown CA is refused, unless that is asked for', async () => {
    const server = await secure();
    const config = kubeconfig(server.url, {}, { 'certificate-authority': undefined });
    expect((await ask({ files: { config } })).fault?.reason).toBe('ClusterUnreachable');
    expect(server.requests).toEqual([]);
    expect((await ask({ files: { config }, flags: { insecureSkipTlsVerify: true } })).fault).toBeNull();
  });

  it('the name of the certificate may be given', async () => {
    const server = await secure();
    const files = { config: kubeconfig(server.url, {}) };
    expect((await ask({ files, flags: { tlsServerName: 'api.example.com' } })).fault).toBeNull();
    expect((await ask({ files, flags: { tlsServerName: 'other.example.com' } })).fault?.message).toContain(
      'its certificate is for another host',
    );
  });
});

describe('lists', () => {
  it('whose pages are no longer to be had together begin anew', async () => {
    const server = await secure();
    let gone = true;
    server.serve('/api/v1/pods', ({ query }) => {
      const first = !query.has('continue');
      if (!first && gone) {
        gone = false;
        return { status: 410, body: status(410, 'the continue token is too old') };
      }
      const metadata = first ? { continue: 'next' } : {};
      return { status: 200, body: { kind: 'PodList', items: [{}], metadata } };
    });
    expect((await ask({ files: { config: kubeconfig(server.url, {}) } })).fault).toBeNull();
    expect(server.requests.map(({ query }) => query.get('continue'))).toEqual([null, 'next', null, 'next']);
  });

  it('are asked for again after a passing fault, when the server says', async () => {
    const server = await secure();
    let busy = 2;
    server.serve('/api/v1/pods', () => {
      busy -= 1;
      if (busy === 1) return { status: 429, headers: { 'retry-after': '0' } };
      return busy === 0 ? 'hang up' : { items: [] };
    });
    expect((await ask({ files: { config: kubeconfig(server.url, {}) } })).fault).toBeNull();
    expect(server.requests).toHaveLength(3);
  });

  it('of objects too large for a page are read in smaller ones', async () => {
    const server = await secure();
    const large = { metadata: { annotations: { a: 'x'.repeat(1_000_000) } } };
    server.serve('/api/v1/pods', { items: Array.from({ length: 80 }, () => large) });
    expect((await ask({ files: { config: kubeconfig(server.url, {}) } })).fault).toBeNull();
    expect(server.requests.map(({ query }) => query.get('limit'))).toEqual(['500', '50', '50']);
  });

  it('that are no JSON are an error of the cluster', async () => {
    const server = await secure();
    server.serve('/api/v1/pods', { status: 200, body: '<html>' });
    expect((await ask({ files: { config: kubeconfig(server.url, {}) } })).fault?.reason).toBe('ClusterError');
  });
});
