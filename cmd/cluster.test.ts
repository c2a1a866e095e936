import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FakeApiServer, status } from '../src/cluster/api-server.fixture.ts';
import { digestOf } from '../src/registry/digest.ts';
import { serveShop, type ShopRegistry } from '../src/registry/shop-registry.fixture.ts';
import type { Report } from '../src/report/report.ts';
import { pod } from '../src/workloads/cluster/objects.fixture.ts';
import { listPath, serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { directory, run } from './fake-io.fixture.ts';

let shop: ShopRegistry;
let api: FakeApiServer | null = null;

beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());
afterEach(async () => {
  await api?.close();
  api = null;
});

function policy(rule: string): string {
  return `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: small }
spec:
  rules: [{ name: asked, ${rule} }]
  default: allow
`;
}

interface Asked {
  readonly rule?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

async function audited(server: FakeApiServer, { rule, args = [], env = {} }: Asked = {}) {
  api = server;
  const cwd = directory({ 'policy.yaml': policy(rule ?? 'tags: { drift: fail }') });
  const more = [
    '--policy',
    'policy.yaml',
    '--plain-http',
    shop.host,
    '--offline',
    '--cache-dir',
    'none',
    '-o',
    'json',
  ];
  const ran = await run(['audit', '-n', 'shop', '-s', server.url, ...more, ...args], { cwd, env });
  const report = JSON.parse(ran.stdout) as Report;
  const findings = report.workloads.flatMap(({ containers }) =>
    containers.flatMap(({ findings }) => findings),
  );
  return {
    ...ran,
    report,
    findings,
    told: findings.map(({ check, status, reason }) => `${check} ${status} ${reason}`),
  };
}

describe('audit of a cluster', () => {
  const image = (name: string) => `${shop.host}/shop/${name}`;

  it.each<[string, () => { image: string; imageID: string }, string, string[]]>([
    [
      'the tag still means what runs',
      () => ({ image: image('cart:v1'), imageID: image(`cart@${shop.cart.digest}`) }),
      'tags: { drift: fail }',
      ['tag pass TagAccepted'],
    ],
    [
      'a child of the index runs that the tag means',
      () => ({ image: image('cart:all'), imageID: image(`cart@${shop.cart.digest}`) }),
      'tags: { drift: fail }',
      ['tag pass TagAccepted'],
    ],
    [
      'what runs is in the repository that the node names',
      () => ({ image: image('old:v1'), imageID: image(`cart@${shop.cart.digest}`) }),
      'tags: { drift: fail }',
      ['tag fail DigestDrift'],
    ],
    [
      'what runs is in no repository',
      () => ({ image: image('old:v1'), imageID: image(`old@sha256:${'7'.repeat(64)}`) }),
      'tags: { drift: fail }',
      ['tag unknown DigestNotResolvable'],
    ],
    [
      'an image that was loaded is the one that the tag means',
      () => ({ image: image('cart:v1'), imageID: digestOf(Buffer.from('{}')) }),
      'tags: { drift: fail }',
      ['tag pass TagAccepted'],
    ],
    [
      'an image that was loaded is another one',
      () => ({ image: image('cart:v1'), imageID: digestOf(Buffer.from('other')) }),
      'tags: { drift: fail }',
      ['tag unknown DigestNotResolvable'],
    ],
    [
      'a status that is none',
      () => ({ image: image('cart:v1'), imageID: 'nonsense' }),
      'tags: { drift: fail }',
      ['tag unknown DigestNotResolvable'],
    ],
    [
      'a pod that waits is judged by its reference',
      () => ({ image: image('cart:v1'), imageID: '' }),
      'tags: { drift: fail }',
      ['tag pass TagAccepted'],
    ],
    [
      'a rule of the repository that the node names',
      () => ({ image: image('old:v1'), imageID: image(`cart@${shop.cart.digest}`) }),
      'match: { images: ["*/shop/cart"] }, tags: { pinned: true }',
      ['policy skip DefaultAllow', 'tag fail TagNotPinned'],
    ],
    [
      'a registry that only the node names',
      () => ({ image: image('old:v1'), imageID: image(`cart@${shop.cart.digest}`) }),
      'registries: { allow: ["*/shop/old"] }',
      ['policy skip DefaultAllow', 'registry fail RegistryNotAllowed'],
    ],
  ])('%s', async (_name, running, rule, expected) => {
    const { told } = await audited(await serveCluster({ pods: [pod('a', running())] }), { rule });
    expect(told.filter((one) => expected.length > 1 || !one.startsWith('policy'))).toEqual(expected);
  });

  it('reports what runs, and the digest of it rather than of the tag', async () => {
    const imageID = image(`cart@${shop.cart.digest}`);
    const { report, exitCode } = await audited(
      await serveCluster({ pods: [pod('a', { image: image('old:v1'), imageID })] }),
    );
    expect(exitCode).toBe(1);
    expect(report.metadata).toMatchObject({ source: 'cluster' });
    expect(report.metadata.hosts).toContain(new URL(api?.url ?? '').host);
    expect(report.workloads[0]).toMatchObject({
      kind: 'Pod',
      namespace: 'shop',
      state: 'running',
      location: null,
    });
    expect(report.workloads[0]?.containers[0]).toMatchObject({
      image: { reference: image('old:v1'), digest: shop.cart.digest },
      running: [
        { digest: shop.cart.digest, platform: null, imageID, pods: 1, since: '2026-01-01T00:00:00Z' },
      ],
    });
  });

  it('judges each of several images that a workload runs, and says of which it speaks', async () => {
    const imageID = image(`cart@${shop.cart.digest}`);
    const other = image(`cart@sha256:${'7'.repeat(64)}`);
    const owner = {
      apiVersion: 'acme.example.com/v1',
      kind: 'Shop',
      name: 'main',
      uid: 'u',
      controller: true,
    };
    const pods = [
      pod('a', { image: image('cart:v1'), imageID, owner }),
      pod('b', { image: image('cart:v1'), imageID, owner }),
      pod('c', { image: image('cart:v1'), imageID: other, owner }),
    ];
    const { report, findings, exitCode } = await audited(await serveCluster({ pods }));
    expect(exitCode).toBe(3);
    const drift = findings.filter(({ check }) => check === 'tag');
    expect(drift.map(({ status, details }) => [status, details['running']])).toEqual([
      ['pass', imageID],
      ['unknown', other],
    ]);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
    expect(report.workloads[0]?.containers).toHaveLength(1);
    expect(report.workloads[0]?.containers[0]?.running.map(({ pods }) => pods)).toEqual([2, 1]);
  });

  it('is 0 with a notice where nothing runs, and 3 where CI is set', async () => {
    const empty = await audited(await serveCluster());
    expect([empty.exitCode, empty.stderr]).toEqual([
      0,
      expect.stringContaining('notice: no workload was found'),
    ]);
    await api?.close();
    expect((await audited(await serveCluster(), { env: { CI: 'true' } })).exitCode).toBe(3);
  });

  it('is 3 where nothing may be seen, and 2 where something named is not there', async () => {
    const server = await serveCluster();
    server.serve(listPath('pods'), { status: 403, body: status(403, 'pods is forbidden') });
    const { exitCode, report } = await audited(server);
    expect(exitCode).toBe(3);
    expect(report.coverage.gaps).toMatchObject([{ scope: 'kind', name: 'pods', reason: 'Forbidden' }]);
    expect((await audited(server, { args: ['deploy/none'] })).exitCode).toBe(2);
  });
});
