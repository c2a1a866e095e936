import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { z } from 'zod';
import { type Cluster, until } from '../cluster/cluster.ts';
import { freePorts, type Program, type Running, startServer } from '../sigstore/servers.ts';

export interface ArgoCdOptions {
  /** A directory, made if need be, for all that Argo CD writes. */
  readonly workdir: string;
  /** The folder that test/tools/build.sh prints. */
  readonly toolsBin: string;
  /** Where Argo CD keeps its Applications, and what it calls `https://kubernetes.default.svc`. */
  readonly cluster: Cluster;
  /** A folder with a `plugin.yaml`, and what it is run with. */
  readonly plugin?: { readonly folder: string; readonly env: Readonly<Record<string, string>> };
}

/** Argo CD as processes on loopback: redis, repo-server, API server and application-controller, all real. */
export interface ArgoCd extends Running {
  /** `https://localhost:port` */
  readonly server: string;
  /** The certificate of the API server, in PEM. */
  readonly ca: string;
  /** The API server alone, to be taken away from the others. */
  readonly api: Running;
  /** Asks the API as its administrator; rejects where it refuses. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** A token of a role of the project `default`, valid for so many seconds. */
  projectToken(role: string, seconds: number): Promise<string>;
}

export const ARGOCD = 'argocd';
const MODULE = 'github.com/argoproj/argo-cd/v3';
const TOOL = join(import.meta.dirname, '..', 'tools', 'argocd');

/** Starts Argo CD on a cluster, and waits until it can sync. */
export async function startArgoCd(options: ArgoCdOptions): Promise<ArgoCd> {
  const { workdir, cluster } = options;
  mkdirSync(workdir, { recursive: true });
  const source = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], {
    cwd: TOOL,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'auto', GOWORK: 'off' },
  }).trim();
  await install(cluster, source);
  const [redis = 0, repo = 0, api = 0, ...metrics] = await freePorts(6);
  const environment = prepare(options, source);
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const program of running.splice(0).toReversed()) await program.stop();
  };
  const component = async (
    name: string,
    args: readonly string[],
    ready: Program['ready'],
  ): Promise<Running> => {
    const program = await startServer({
      command: join(options.toolsBin, 'argocd'),
      args,
      env: { ...environment, ARGOCD_BINARY_NAME: name },
      log: join(workdir, `${name}.log`),
      ready,
    });
    running.push(program);
    return program;
  };
  try {
    running.push(
      await startServer({
        command: 'redis-server',
        args: ['--port', String(redis), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
        log: join(workdir, 'redis.log'),
        ready: () => Promise.resolve(true),
      }),
    );
    const [ofRepo = 0, ofApi = 0, ofController = 0] = metrics;
    const shared = ['--redis', `127.0.0.1:${redis}`];
    const all = [...shared, '--repo-server', `127.0.0.1:${repo}`];
    if (options.plugin)
      await component('argocd-cmp-server', ['--config-dir-path', options.plugin.folder], () =>
        Promise.resolve(true),
      );
    const listens = ['--address', '127.0.0.1', '--metrics-address', '127.0.0.1'];
    await component(
      'argocd-repo-server',
      [...shared, ...listens, '--port', String(repo), '--metrics-port', String(ofRepo)],
      `http://127.0.0.1:${ofRepo}/metrics`,
    );
    const assets = join(workdir, 'assets');
    mkdirSync(assets, { recursive: true });
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    const server = `https://localhost:${api}`;
    const apiServer = await component(
      'argocd-server',
      [
        ...all,
        '--namespace',
        ARGOCD,
        '--address',
        '127.0.0.1',
        '--port',
        String(api),
        '--metrics-port',
        String(ofApi),
        '--staticassets',
        assets,
      ],
      async () =>
        (await dispatcher.request({ origin: server, path: '/healthz', method: 'GET' })).statusCode === 200,
    );
    await component(
      'argocd-application-controller',
      [...all, '--namespace', ARGOCD, '--metrics-port', String(ofController), '--app-resync', '0'],
      `http://127.0.0.1:${ofController}/healthz`,
    );
    const request = await administrator(cluster, dispatcher, server);
    return {
      server,
      ca: await secretOf(cluster, 'argocd-secret', 'tls.crt'),
      api: apiServer,
      request,
      async projectToken(role, seconds) {
        const path = `/api/v1/projects/default/roles/${role}/token`;
        const answer = await request('POST', path, { expiresIn: seconds });
        return tokenSchema.parse(answer).token;
      },
      async stop() {
        await stop();
        await dispatcher.destroy();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const tokenSchema = z.object({ token: z.string() });

/** The custom resources and the configuration of Argo CD's own manifests. */
async function install(cluster: Cluster, source: string): Promise<void> {
  const file = (...path: string[]) => join(source, 'manifests', ...path);
  await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARGOCD } }]);
  const crds = ['application', 'appproject', 'applicationset'].flatMap((name) => [
    '-f',
    file('crds', `${name}-crd.yaml`),
  ]);
  await cluster.mustKubectl(['apply', '--server-side', ...crds]);
  const parts = [
    'cm',
    'cmd-params-cm',
    'gpg-keys-cm',
    'rbac-cm',
    'secret',
    'ssh-known-hosts-cm',
    'tls-certs-cm',
  ];
  const configuration = parts.flatMap((name) => ['-f', file('base', 'config', `argocd-${name}.yaml`)]);
  await cluster.mustKubectl(['-n', ARGOCD, 'apply', ...configuration]);
  const established = [
    '--for=condition=Established',
    'crd/applications.argoproj.io',
    'crd/appprojects.argoproj.io',
  ];
  await cluster.mustKubectl(['wait', ...established, '--timeout=60s']);
}

/** Folders that the programs want, and what tells them of those. */
function prepare(
  { workdir, cluster, plugin }: ArgoCdOptions,
  source: string,
): Readonly<Record<string, string>> {
  const folder = (...path: string[]): string => {
    const full = join(workdir, ...path);
    mkdirSync(full, { recursive: true, mode: 0o700 });
    return full;
  };
  const bin = folder('bin');
  for (const script of ['git-verify-wrapper', 'git-ask-pass', 'gpg-wrapper']) {
    copyFileSync(join(source, 'hack', `${script}.sh`), join(bin, `${script}.sh`));
    chmodSync(join(bin, `${script}.sh`), 0o755);
  }
  const ssh = folder('ssh');
  writeFileSync(join(ssh, 'ssh_known_hosts'), '');
  const home = folder('home');
  // What ARGOCD_FAKE_IN_CLUSTER reads for the cluster that Argo CD is in.
  copyFileSync(cluster.kubeconfig, join(folder('home', '.kube'), 'config'));
  return {
    ...plugin?.env,
    PATH: `${bin}:${plugin?.env['PATH'] ?? process.env['PATH'] ?? ''}`,
    HOME: home,
    KUBECONFIG: cluster.kubeconfig,
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: folder('tls'),
    ARGOCD_SSH_DATA_PATH: ssh,
    ARGOCD_GNUPGHOME: folder('gpg', 'keys'),
    ARGOCD_GPG_DATA_PATH: folder('gpg', 'source'),
    ARGOCD_PLUGINSOCKFILEPATH: folder('plugins'),
    ARGOCD_CMP_WORKDIR: folder('cmp-work'),
    ARGOCD_SYNC_WAVE_DELAY: '1',
    TMPDIR: folder('tmp'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

async function administrator(
  cluster: Cluster,
  dispatcher: Agent,
  server: string,
): Promise<ArgoCd['request']> {
  const ask = async (method: string, path: string, body: unknown, token: string | null): Promise<unknown> => {
    const answer = await dispatcher.request({
      origin: server,
      path,
      method: method === 'POST' ? 'POST' : 'GET',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode < 300) return JSON.parse(text);
    throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  };
  let password = '';
  await until('the administrator has a password', async () => {
    password = await secretOf(cluster, 'argocd-initial-admin-secret', 'password').catch(() => '');
    return password !== '';
  });
  const session = await ask('POST', '/api/v1/session', { username: 'admin', password }, null);
  const { token } = tokenSchema.parse(session);
  return (method, path, body) => ask(method, path, body, token);
}

async function secretOf(cluster: Cluster, name: string, key: string): Promise<string> {
  const path = `jsonpath={.data.${key.replaceAll('.', '\\.')}}`;
  const text = await cluster.mustKubectl(['-n', ARGOCD, 'get', 'secret', name, '-o', path]);
  return Buffer.from(text, 'base64').toString('utf8');
}
