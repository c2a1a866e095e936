import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FakeApiServer, status, type Thing } from '../src/cluster/api-server.fixture.ts';
import { type PrivateRegistry, servePrivate } from '../src/registry/private-registry.fixture.ts';
import type { Report } from '../src/report/report.ts';
import type { SweepReport } from '../src/sweep/sweep-report.ts';
import { metadata, pod, podSpec } from '../src/workloads/cluster/objects.fixture.ts';
import { dockerConfig, pullSecrets, serveSecret } from '../src/workloads/cluster/secrets.fixture.ts';
import { listPath, serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { directory, run } from './fake-io.fixture.ts';

const USERS = { ann: 'pw-of-ann', ben: 'pw-of-ben' };

let api: FakeApiServer;
let registry: PrivateRegistry;
const closing: (() => Promise<void>)[] = [];

// The first run loads all that an audit of a cluster needs, which is slow on a busy machine.
beforeAll(async () => {
  await Promise.all([import('./cluster.ts'), import('../src/registry/distribution.ts')]);
}, 60_000);

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(
  scheme: 'Basic' | 'Bearer',
  mayRead?: (user: string | null, repository: string) => boolean,
): Promise<void> {
  registry = await servePrivate({ scheme, users: USERS, ...(mayRead && { mayRead }) });
  closing.push(() => registry.close());
}

const image = (tag = 'v1') => `${registry.host}/shop/cart:${tag}`;

/** A pod in a namespace of its own that runs the image, with these pull secrets. */
function running(namespace: string, secrets: readonly string[], tag = 'v1'): Thing {
  const imageID = `${registry.host}/shop/cart@${registry.digest}`;
  const spec = { ...podSpec(image(tag)), ...pullSecrets(...secrets) };
  return pod(namespace, { namespace, image: image(tag), imageID, spec });
}

async function cluster(objects: Readonly<Record<string, readonly Thing[]>>): Promise<void> {
  api = await serveCluster(objects, null);
  closing.push(() => api.close());
}

const login = (user: keyof typeof USERS, password = USERS[user]) =>
  dockerConfig({ [registry.host]: [user, password] });

const POLICY = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: small }
spec:
  rules: [{ name: asked, tags: { drift: fail } }]
  default: allow
`;

interface Asked {
  readonly cwd?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

async function audited({ cwd = directory(), args = [], env = {} }: Asked = {}) {
  const offline = args.includes('--evidence');
  const live = ['-A', '-s', api.url, '--plain-http', registry.host];
  const ran = await run(
    [
      'audit',
      ...(offline ? [] : live),
      '--policy',
      `${directory({ 'policy.yaml': POLICY })}/policy.yaml`,
      '--offline',
      '-o',
      'json',
      ...args,
    ],
    { cwd, env: { DOCKER_CONFIG: directory(), XDG_CONFIG_HOME: directory(), ...env } },
  );
  const report = JSON.parse(ran.stdout) as Report;
  const found = report.workloads.map(({ namespace, containers }) => {
    const [tag] = containers.flatMap(({ findings }) => findings.filter(({ check }) => check === 'tag'));
    return { namespace, tag };
  });
  return {
    ...ran,
    report,
    told: Object.fromEntries(
      found.map(({ namespace, tag }) => [namespace ?? '', `${tag?.status} ${tag?.reason}`] as const),
    ),
    message: (namespace: string) => found.find((one) => one.namespace === namespace)?.tag?.message,
    remediation: (namespace: string) => found.find((one) => one.namespace === namespace)?.tag?.remediation,
  };
}

const asked = (path: string) => api.requests.filter((request) => request.path.includes(path));

describe.each(['Basic', 'Bearer'] as const)('pods and a registry that asks for %s', (scheme) => {
  it('are seen by it as whom their own pull secrets name', async () => {
    await serve(scheme);
    await cluster({ pods: [running('shop', ['pull']), running('bank', ['pull'])] });
    serveSecret(api, 'shop', 'pull', login('ann'));
    serveSecret(api, 'bank', 'pull', login('ben'));
    const { told, exitCode } = await audited();
    expect(told).toEqual({ shop: 'pass TagAccepted', bank: 'pass TagAccepted' });
    expect(exitCode).toBe(0);
    // Each asks the same, with nothing of the other's.
    expect(registry.servedTo('ann').toSorted()).toEqual(registry.servedTo('ben').toSorted());
    expect(registry.servedTo('ann').length).toBeGreaterThan(3);
    expect(registry.requests.filter(({ user }) => user === '?')).toEqual([]);
  });

  it.each([
    ['shop', 'bank'],
    ['bank', 'shop'],
  ])('of which %s may read the image and %s may not are told apart', async (may, mayNot) => {
    await serve(scheme);
    await cluster({ pods: [running('shop', ['pull']), running('bank', ['pull'])] });
    serveSecret(api, may, 'pull', login('ann'));
    serveSecret(api, mayNot, 'pull', login('ben', 'another'));
    const { told, exitCode, message, remediation, report } = await audited();
    expect(told).toEqual({ [may]: 'pass TagAccepted', [mayNot]: 'unknown CredentialsRejected' });
    expect(exitCode).toBe(3);
    expect(message(mayNot)).toContain('a pull secret of the pod');
    expect(message(mayNot)).toContain(`its pods are given the pull secret ${mayNot}/pull`);
    expect(message(mayNot)).not.toContain(`${may}/pull`);
    expect(remediation(mayNot)).toContain(`into the pull secret ${mayNot}/pull`);
    expect(report.coverage.gaps).toEqual([]);
  });

  it('are not shown what others were shown in an earlier run', async () => {
    await serve(scheme);
    // The index names what runs, so that whoever reads it finds that in the cache.
    await cluster({ pods: [running('shop', ['pull'], 'all'), running('bank', ['pull'], 'all')] });
    serveSecret(api, 'shop', 'pull', login('ann'));
    serveSecret(api, 'bank', 'pull', login('ann'));
    const env = { XDG_CACHE_HOME: directory() };
    expect((await audited({ env })).exitCode).toBe(0);
    serveSecret(api, 'bank', 'pull', login('ben', 'another'));
    const before = registry.servedTo('ann').length;
    const { told } = await audited({ env });
    expect(told).toEqual({ shop: 'pass TagAccepted', bank: 'unknown CredentialsRejected' });
    // The others read from the cache what they were named.
    expect(registry.servedTo('ann').length - before).toBeLessThan(before);
  });

  it('that hold the same secret share what is asked', async () => {
    await serve(scheme);
    const namespaces = Array.from({ length: 20 }, (_, number) => `team-${number}`);
    await cluster({ pods: namespaces.map((namespace) => running(namespace, ['pull'])) });
    for (const namespace of namespaces) serveSecret(api, namespace, 'pull', login('ann'));
    const { told } = await audited();
    expect(new Set(Object.values(told))).toEqual(new Set(['pass TagAccepted']));
    const paths = registry.servedTo('ann');
    expect(new Set(paths).size).toBe(paths.length);
    expect(asked('/secrets/')).toHaveLength(20);
  });

  it('are replayed as they were answered, without a word of a secret', async () => {
    await serve(scheme);
    const pods = [running('shop', ['pull']), running('bank', ['pull', 'gone']), running('open', [])];
    await cluster({ pods });
    serveSecret(api, 'shop', 'pull', login('ann'));
    serveSecret(api, 'bank', 'pull', login('ben', 'another'));
    const cwd = directory();
    const online = await audited({ cwd, args: ['--save-evidence', 'kept.tar'] });
    expect(online.told).toEqual({
      shop: 'pass TagAccepted',
      bank: 'unknown CredentialsRejected',
      open: 'unknown CredentialsRejected',
    });
    const before = registry.requests.length + api.requests.length;
    const offline = await audited({ cwd, args: ['--evidence', 'kept.tar'] });
    expect(registry.requests.length + api.requests.length).toBe(before);
    expect({ ...offline.report, metadata: null }).toEqual({ ...online.report, metadata: null });
    expect(offline.exitCode).toBe(3);
  });
});

describe('pull secrets', () => {
  it('that have nothing for the registry leave the pod to the credentials of the user, one request for all', async () => {
    await serve('Basic');
    await cluster({ pods: [running('shop', ['pull']), running('bank', ['pull']), running('open', [])] });
    serveSecret(api, 'shop', 'pull', dockerConfig({ 'other.example': ['ann', 'x'] }));
    serveSecret(api, 'bank', 'pull', dockerConfig({ 'third.example': ['ben', 'y'] }));
    const home = directory({ 'config.json': login('ann') });
    const { told } = await audited({ env: { DOCKER_CONFIG: home } });
    expect(new Set(Object.values(told))).toEqual(new Set(['pass TagAccepted']));
    const paths = registry.servedTo('ann');
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('are tried in their order, those of the path first, and the user is asked last', async () => {
    await serve('Basic', (user) => user === 'ben');
    await cluster({ pods: [running('shop', ['one', 'two'])] });
    serveSecret(api, 'shop', 'one', login('ann'));
    serveSecret(
      api,
      'shop',
      'two',
      dockerConfig({ [`${registry.host}/shop`]: ['ben', 'wrong'], [registry.host]: ['ben', USERS.ben] }),
    );
    expect((await audited()).told).toEqual({ shop: 'pass TagAccepted' });
    const tried = registry.requests.map(({ user }) => user);
    expect(tried.slice(0, 4)).toEqual([null, '?', 'ann', 'ben']);
  });

  it('of the service account count for a template that names none', async () => {
    await serve('Basic');
    const job = (namespace: string, spec: Thing): Thing => ({
      metadata: metadata('nightly', 'CronJob', { namespace }),
      spec: {
        schedule: '@daily',
        jobTemplate: {
          spec: { template: { spec: { ...podSpec(`${image()}@${registry.digest}`), ...spec } } },
        },
      },
    });
    const account = (namespace: string, name: string, ...names: string[]): Thing => ({
      metadata: { namespace, name },
      ...pullSecrets(...names),
    });
    await cluster({
      cronjobs: [
        job('own', pullSecrets('mine')),
        job('default', {}),
        job('named', { serviceAccountName: 'builder' }),
      ].map((one, index) => ({
        ...one,
        metadata: { ...(one['metadata'] as Thing), uid: `uid-${index}` },
      })),
      serviceaccounts: [
        account('own', 'default', 'theirs'),
        account('default', 'default', 'theirs'),
        account('named', 'builder', 'theirs'),
        account('named', 'default', 'mine'),
      ],
    });
    for (const namespace of ['own', 'default', 'named']) {
      serveSecret(api, namespace, 'mine', login('ann', 'wrong'));
      serveSecret(api, namespace, 'theirs', login('ben'));
    }
    const { told } = await audited();
    expect(told).toEqual({
      own: 'unknown CredentialsRejected',
      default: 'pass TagAccepted',
      named: 'pass TagAccepted',
    });
    expect(asked('/secrets/').map(({ path }) => path.replace('/api/v1/namespaces/', ''))).toEqual(
      expect.arrayContaining(['own/secrets/mine', 'default/secrets/theirs', 'named/secrets/theirs']),
    );
    expect(asked('/secrets/')).toHaveLength(3);
    expect(asked('/serviceaccounts')).toHaveLength(1);
  });

  it('of a service account that may not be listed are missing where the image cannot be read', async () => {
    await serve('Basic');
    const spec = { replicas: 0, template: { spec: podSpec(`${image()}@${registry.digest}`) } };
    await cluster({ deployments: [{ metadata: metadata('cart', 'Deployment'), spec }] });
    api.serve(listPath('serviceaccounts', null), { status: 403, body: status(403, 'forbidden') });
    const { message, report } = await audited();
    expect(message('shop')).toContain(
      'the service account shop/default, which its pods name, was not read: service accounts could not be listed',
    );
    expect(report.coverage.gaps).toMatchObject([
      {
        scope: 'kind',
        name: 'secrets',
        message: expect.stringContaining('service account shop/default') as unknown,
      },
    ]);
    api.serve(listPath('serviceaccounts', null), {
      items: [{ metadata: { namespace: 'shop', name: 'default' } }],
    });
    expect((await audited()).report.coverage.gaps).toEqual([]);
  });

  it('that the cluster refuses are one gap where an image was not read, and the rest goes on', async () => {
    await serve('Basic');
    const refused = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const pods = [...refused.map((namespace) => running(namespace, ['pull'])), running('shop', ['pull'])];
    await cluster({ pods });
    for (const namespace of refused)
      api.serve(`/api/v1/namespaces/${namespace}/secrets/pull`, { status: 403, body: status(403, 'no') });
    serveSecret(api, 'shop', 'pull', login('ann'));
    const { told, exitCode, report, message, remediation } = await audited();
    expect(exitCode).toBe(3);
    expect(told).toMatchObject({ a: 'unknown CredentialsRejected', g: 'unknown CredentialsRejected' });
    expect(told['shop']).toBe('pass TagAccepted');
    expect(message('b')).toContain(
      'the pull secret b/pull, which its pods name, may not be read by this user',
    );
    expect(remediation('b')).toContain('a Role in each namespace');
    expect(report.coverage.gaps).toEqual([
      {
        scope: 'kind',
        name: 'secrets',
        cluster: null,
        reason: 'Forbidden',
        message:
          '7 pull secrets were not read (a/pull, b/pull, c/pull, d/pull, e/pull and 2 more), and 7 images were not read whole without them',
        remediation: expect.stringContaining('docs/credentials.md') as unknown,
      },
    ]);
  });

  it('that the cluster refuses and nothing needs are a notice', async () => {
    await serve('Basic');
    await cluster({ pods: [running('shop', ['pull'])] });
    api.serve('/api/v1/namespaces/shop/secrets/pull', { status: 403, body: status(403, 'no') });
    const env = { DOCKER_CONFIG: directory({ 'config.json': login('ann') }) };
    const { exitCode, report, stderr } = await audited({ env });
    expect([exitCode, report.coverage.gaps]).toEqual([0, []]);
    expect(stderr).toBe(
      'notice: one pull secret was not read (shop/pull); all images were read without them\n',
    );
    expect((await audited({ env, args: ['-q'] })).stderr).toBe('');
  });

  it.each<[string, Thing | number, string]>([
    ['is not there', 404, 'the pull secret shop/pull, which its pods name, does not exist'],
    ['is none of a registry', { type: 'Opaque' }, 'is of the type "Opaque", which is none of a pull secret'],
    [
      'is no JSON',
      { data: { '.dockerconfigjson': Buffer.from('{"auths": "pw-of-ann').toString('base64') } },
      'cannot be used: its .dockerconfigjson is not JSON',
    ],
    ['has no data', { data: null }, 'its pods are given the pull secret shop/pull'],
    ['is no Secret', { data: ['pw-of-ann'] }, 'did not answer with a Secret'],
    ['is not to be had', 500, 'was not read: '],
  ])('of which one %s are named where the image cannot be read', async (_, given, expected) => {
    await serve('Basic');
    await cluster({ pods: [running('shop', ['pull', 'other'])] });
    if (typeof given === 'number')
      api.serve('/api/v1/namespaces/shop/secrets/pull', { status: given, body: status(given, 'no') });
    else serveSecret(api, 'shop', 'pull', login('ann'), given);
    serveSecret(api, 'shop', 'other', login('ben', 'another'));
    const { told, stdout, message } = await audited();
    expect(told).toEqual({ shop: 'unknown CredentialsRejected' });
    expect(message('shop')).toContain(expected);
    expect(stdout).not.toContain('pw-of');
    // With one that is good it is no matter.
    serveSecret(api, 'shop', 'other', login('ben'));
    expect((await audited()).told).toEqual({ shop: 'pass TagAccepted' });
  });

  it('are read of no pods whose images nobody asks for', async () => {
    await serve('Basic');
    await cluster({ pods: [running('shop', ['pull'])] });
    const sweep = (query: readonly string[]) =>
      run(['sweep', '-s', api.url, '--plain-http', registry.host, ...query, '--offline', '-o', 'json']);
    expect((await sweep(['--image', '**/cart'])).exitCode).toBe(1);
    expect((await sweep(['--digest', registry.digest])).exitCode).toBe(1);
    expect(asked('/secrets/')).toEqual([]);
    expect(registry.requests).toEqual([]);
  });

  it('are those that a sweep asks with', async () => {
    await serve('Bearer');
    await cluster({
      pods: [running('shop', ['pull']), running('bank', ['pull']), running('open', ['pull'])],
    });
    serveSecret(api, 'shop', 'pull', login('ann'));
    serveSecret(api, 'bank', 'pull', login('ben', 'another'));
    api.serve('/api/v1/namespaces/open/secrets/pull', { status: 403, body: status(403, 'no') });
    const ran = await run(
      ['sweep', '-s', api.url, '--plain-http', registry.host, '--unsigned', '--offline', '-o', 'json'],
      { env: { DOCKER_CONFIG: directory(), XDG_CONFIG_HOME: directory() } },
    );
    const report = JSON.parse(ran.stdout) as SweepReport;
    expect(report.undetermined.map(({ namespace, cause }) => [namespace, cause])).toEqual([
      ['bank', 'CredentialsRejected'],
      ['open', 'CredentialsRejected'],
    ]);
    expect(report.hits.map(({ namespace }) => namespace)).toEqual(['shop']);
    expect(report.coverage.gaps).toMatchObject([{ name: 'secrets', reason: 'Forbidden' }]);
  });

  it('are those that a cluster is saved with, and a sweep beside that asks anew what is not its own', async () => {
    await serve('Basic');
    await cluster({ pods: [running('shop', ['pull']), running('bank', ['pull'])] });
    serveSecret(api, 'shop', 'pull', login('ann'));
    api.serve('/api/v1/namespaces/bank/secrets/pull', { status: 403, body: status(403, 'no') });
    const live = ['-A', '-s', api.url, '--plain-http', registry.host];
    const there = {
      cwd: directory(),
      env: { DOCKER_CONFIG: directory(), XDG_CONFIG_HOME: directory(), XDG_CACHE_HOME: directory() },
    };
    const saved = await run(['evidence', 'save', 'kept', ...live], there);
    expect(saved).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('not seen: one pull secret was not read (bank/pull)') as unknown,
    });
    const { told } = await audited({ cwd: there.cwd, args: ['--evidence', 'kept'] });
    expect(told).toEqual({ shop: 'pass TagAccepted', bank: 'unknown CredentialsRejected' });
    // Since then the one lost what the other was given.
    serveSecret(api, 'shop', 'pull', login('ann', 'another'), {
      metadata: { name: 'pull', namespace: 'shop', uid: 'uid-shop-pull', resourceVersion: '2' },
    });
    serveSecret(api, 'bank', 'pull', login('ben'));
    const beside = ['sweep', ...live.slice(1), '--evidence', 'kept', '--cache-dir', 'none', '--unsigned'];
    const swept = await run([...beside, '-o', 'json'], there);
    const report = JSON.parse(swept.stdout) as SweepReport;
    expect(report.hits.map(({ namespace }) => namespace)).toEqual(['bank']);
    expect(report.undetermined.map(({ namespace, cause }) => [namespace, cause])).toEqual([
      ['shop', 'CredentialsRejected'],
    ]);
  });

  it('are told nobody', async () => {
    await serve('Bearer');
    await cluster({ pods: [running('shop', ['pull']), running('bank', ['pull'])] });
    serveSecret(api, 'shop', 'pull', login('ann'));
    serveSecret(api, 'bank', 'pull', login('ben', 'another-s3cret'));
    const cwd = directory();
    const env = { XDG_CACHE_HOME: directory() };
    const { stdout, stderr } = await audited({
      cwd,
      env,
      args: ['-v', '9', '--save-evidence', 'kept', '-o', 'wide=wide.txt'],
    });
    expect(stderr).toContain('/secrets/pull 200');
    const told = [stdout, stderr, filesIn(cwd), filesIn(env.XDG_CACHE_HOME)].join('\n');
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const traces = ['pw-of-ann', 'another-s3cret', 'token-0'].flatMap((secret) => [
      secret,
      base64(secret),
      base64(`ann:${secret}`),
      base64(`ben:${secret}`),
      ...['sha256', 'sha1', 'md5', 'sha512'].map((hash) => createHash(hash).update(secret).digest('hex')),
    ]);
    expect(traces.filter((trace) => told.includes(trace))).toEqual([]);
  });
});

/** The content of every file below. */
function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n');
}
