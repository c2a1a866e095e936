import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FakeApiServer, status, type Thing } from '../src/cluster/api-server.fixture.ts';
import { digestOf } from '../src/registry/digest.ts';
import { OCI_INDEX } from '../src/registry/manifest.ts';
import { serveShop, type ShopRegistry } from '../src/registry/shop-registry.fixture.ts';
import type { Report } from '../src/report/report.ts';
import { pod } from '../src/workloads/cluster/objects.fixture.ts';
import { serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { directory, run } from './fake-io.fixture.ts';

const GROUP = '/apis/aquasecurity.github.io/v1alpha1';
const LIST = `${GROUP}/namespaces/shop/sbomreports`;
/** The digest of the shop's configuration, `{}`. */
const IMAGE_ID = digestOf(Buffer.from('{}'));
const OTHER = `sha256:${'7'.repeat(64)}`;

let shop: ShopRegistry;
const servers: FakeApiServer[] = [];

beforeAll(async () => {
  shop = await serveShop();
  // Nothing else hangs on the image.
  const nothing = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
  shop.change(`cart/referrers/${shop.cart.digest}`, 200, nothing, OCI_INDEX);
  // What is loaded for the first audit takes its time, which is no test's.
  await audited('sbom: { allowUnsigned: true }', () => {});
  await closeAll();
}, 60_000);
afterAll(() => shop.close());
afterEach(closeAll);

async function closeAll(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

function report(digest: string, components: unknown, namespace: string | null = 'shop'): Thing {
  const scope = namespace === null ? {} : { namespace };
  return {
    apiVersion: 'aquasecurity.github.io/v1alpha1',
    kind: namespace === null ? 'ClusterSbomReport' : 'SbomReport',
    metadata: { name: 'replicaset-cart-app', ...scope },
    report: { artifact: { repository: 'shop/cart', tag: 'v1', digest }, components },
  };
}

const BOM = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [{ type: 'library', name: 'a', version: '1.0.0', purl: 'pkg:npm/a@1.0.0' }],
};

/** A cluster that serves the reports' kinds; `namespace` is what of it is read, `runs` whether the shop's cart runs there. */
async function cluster(
  serve: (server: FakeApiServer) => void,
  { namespace = null, runs = true }: { namespace?: string | null; runs?: boolean } = {},
): Promise<FakeApiServer> {
  const image = `${shop.host}/shop/cart`;
  const cart = pod('a', { image: `${image}:v1`, imageID: `${image}@${shop.cart.digest}` });
  const server = await serveCluster({ pods: runs ? [cart] : [] }, namespace);
  server.serve(GROUP, { status: 200, body: { kind: 'APIResourceList' } });
  serve(server);
  servers.push(server);
  return server;
}

function askedOf({ requests }: FakeApiServer): readonly string[] {
  return requests.flatMap(({ path }) => (path.startsWith(GROUP) ? [path] : []));
}

function flags(): readonly string[] {
  return ['--plain-http', shop.host, '--offline', '--cache-dir', 'none', '-o', 'json'];
}

async function audited(
  rule: string,
  serve: (server: FakeApiServer) => void,
  args: readonly string[] = ['-n', 'shop'],
) {
  const server = await cluster(serve, { namespace: 'shop' });
  const policy = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: small }
spec:
  authorities: [{ name: ci, keyless: { issuer: "https://a.example", subject: "https://a.example/ci" } }]
  rules: [{ name: asked, ${rule} }]
  default: allow
`;
  const ran = await run(['audit', ...args, '-s', server.url, '--policy', 'policy.yaml', ...flags()], {
    cwd: directory({ 'policy.yaml': policy }),
  });
  const { workloads } = JSON.parse(ran.stdout) as Report;
  const sbom = workloads[0]?.containers[0]?.findings.find(({ check }) => check === 'sbom');
  return { said: `${sbom?.status} ${sbom?.reason}`, sbom, asked: askedOf(server), stderr: ran.stderr };
}

describe("Trivy Operator's SBOMs in the cluster", () => {
  const one = (object: Thing) => (server: FakeApiServer) => {
    server.serve(LIST, { items: [object] });
    server.serve(`${LIST}/replicaset-cart-app`, { status: 200, body: object });
  };

  it.each<[string, () => (server: FakeApiServer) => void, string, string]>([
    ['of this image', () => one(report(shop.cart.digest, BOM)), 'pass SbomAccepted', ''],
    ['of another image', () => one(report(OTHER, BOM)), 'fail SbomMissing', ''],
    ['of the image ID of this image', () => one(report(IMAGE_ID, BOM)), 'pass SbomAccepted', ''],
    ['without an operator', () => () => {}, 'fail SbomMissing', ''],
    ['that is empty', () => one(report(shop.cart.digest, { ...BOM, components: [] })), 'fail SbomEmpty', ''],
    ['that is no CycloneDX', () => one(report(shop.cart.digest, { a: 1 })), 'unknown SbomUnreadable', ''],
    ['without a document', () => one(report(shop.cart.digest, null)), 'unknown SbomUnreadable', ''],
    ['that is no report', () => one({ metadata: {} }), 'fail SbomMissing', ''],
    [
      'that may not be listed',
      () => (server) => server.serve(LIST, { status: 403, body: status(403, 'forbidden') }),
      'fail SbomMissing',
      "Trivy Operator's sbomreports could not be read",
    ],
    [
      'that is gone when it is asked for',
      () => (server) => server.serve(LIST, { items: [report(shop.cart.digest, BOM)] }),
      'unknown SbomUnreadable',
      'replicaset-cart-app could not be read',
    ],
    [
      'of the whole cluster',
      () => (server) => {
        const object = report(shop.cart.digest, BOM, null);
        server.serve(`${GROUP}/clustersbomreports`, { items: [object] });
        server.serve(`${GROUP}/clustersbomreports/replicaset-cart-app`, { status: 200, body: object });
      },
      'pass SbomAccepted',
      '',
    ],
  ])('%s', async (_name, serve, expected, notice) => {
    const { said, stderr } = await audited('sbom: { allowUnsigned: true }', serve());
    expect(said).toBe(expected);
    expect(stderr.includes('Trivy')).toBe(notice !== '');
    expect(stderr).toContain(notice);
  });

  it('are evidence that nobody has signed, and say where they are', async () => {
    const { sbom } = await audited('sbom: { allowUnsigned: true }', one(report(shop.cart.digest, BOM)));
    expect(sbom?.authority).toBeNull();
    expect(sbom?.evidence).toMatchObject([{ result: 'refused', reason: 'EvidenceUnsigned' }]);
    expect(sbom?.evidence[0]?.location).toMatch(
      /^127\.0\.0\.1:\d+\/apis\/aquasecurity\.github\.io\/.*replicaset-cart-app$/,
    );
  });

  it('are not asked for where the cluster does not serve them, whoever may list them', async () => {
    const { asked, stderr } = await audited('sbom: { allowUnsigned: true }', (server) => {
      server.serve(GROUP, { status: 404, body: status(404, 'not found') });
      server.serve(LIST, { status: 403, body: status(403, 'forbidden') });
    });
    expect(asked).toStrictEqual([GROUP]);
    expect(stderr).not.toContain('Trivy');
  });

  it('are not asked for where only signed ones count, or none', async () => {
    for (const rule of ['sbom: { signedBy: [ci] }', 'tags: { pinned: false, drift: fail }']) {
      expect((await audited(rule, one(report(shop.cart.digest, BOM)))).asked).toStrictEqual([]);
    }
  });
});

describe('a sweep', () => {
  const LIST_ALL = `${GROUP}/sbomreports`;
  const found = z.object({
    hits: z.array(
      z.object({ name: z.string(), component: z.object({ sbom: z.object({ standing: z.string() }) }) }),
    ),
  });
  const serve = (server: FakeApiServer) => {
    const object = report(shop.cart.digest, BOM);
    server.serve(LIST_ALL, { items: [object] });
    server.serve(`${LIST}/replicaset-cart-app`, { status: 200, body: object });
  };
  const online = () => flags().filter((flag) => flag !== '--offline');

  it('for a package finds it in the reports of any of the clusters, as nobody has signed it', async () => {
    const runs = await cluster(() => {});
    const reports = await cluster(serve, { runs: false });
    const named = { runs, reports };
    const config = {
      contexts: Object.keys(named).map((name) => ({ name, context: { cluster: name, user: 'me' } })),
      clusters: Object.entries(named).map(([name, { url }]) => ({ name, cluster: { server: url } })),
      users: [{ name: 'me', user: { token: 'me' } }],
    };
    const cwd = directory({ config: JSON.stringify(config) });
    const ask = ['sweep', '--package', 'pkg:npm/a@1.0.0', '--kubeconfig', 'config', ...online()];
    const one = await run([...ask, '--context', 'runs'], { cwd });
    expect(found.parse(JSON.parse(one.stdout)).hits).toEqual([]);
    const both = await run([...ask, '--all-contexts'], { cwd });
    expect(found.parse(JSON.parse(both.stdout)).hits).toMatchObject([
      { component: { sbom: { standing: 'unsigned' } } },
    ]);
  });

  it.each<[string, (server: FakeApiServer) => void, number]>([
    ['of what was saved finds it there as well', serve, 1],
    [
      'does not know of one that could not be read, in the cluster and of what was saved',
      (server) => server.serve(LIST_ALL, { items: [report(shop.cart.digest, BOM)] }),
      3,
    ],
  ])('%s', async (_what, serving, exitCode) => {
    const server = await cluster(serving);
    const cwd = directory();
    const of = ['-s', server.url, ...online().filter((flag) => flag !== '-o' && flag !== 'json')];
    const saved = await run(['evidence', 'save', 'kept', '-A', ...of], { cwd });
    expect(saved.exitCode).toBe(exitCode === 1 ? 0 : 3);
    const ask = ['sweep', '--package', 'pkg:npm/a', '--below', '2.0.0', '--accept', 'unsigned', '-o', 'json'];
    const live = await run([...ask, ...of], { cwd });
    const later = await run([...ask, '--evidence', 'kept'], { cwd });
    expect(live.exitCode).toBe(exitCode);
    expect(later.exitCode).toBe(exitCode);
    expect(live.stdout).toContain(exitCode === 1 ? '"unsigned"' : '"SbomUnreadable"');
    const said = (stdout: string): unknown => ({
      ...(JSON.parse(stdout) as object),
      metadata: null,
      inventory: null,
    });
    expect(said(later.stdout)).toEqual(said(live.stdout));
    const shown = await run(
      [
        'evidence',
        'show',
        `${shop.host}/shop/cart@${shop.cart.digest}`,
        '--evidence',
        'kept',
        '--policy',
        'none',
      ],
      { cwd },
    );
    expect(shown.stdout).toContain('from Trivy Operator report shop/replicaset-cart-app, at ');
  });

  it('for anything else does not ask for them', async () => {
    const server = await cluster(serve);
    await run(['sweep', '--digest', OTHER, '-s', server.url, ...flags()]);
    const { stdout } = await run(['sweep', '--unsigned', '-s', server.url, ...online()]);
    expect(JSON.parse(stdout)).toMatchObject({ hits: [{}] });
    expect(askedOf(server)).toStrictEqual([]);
  });
});
