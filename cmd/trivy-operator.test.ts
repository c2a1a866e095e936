import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FakeApiServer, status, type Thing } from '../src/cluster/api-server.fixture.ts';
import { OCI_INDEX } from '../src/registry/manifest.ts';
import { serveShop, type ShopRegistry } from '../src/registry/shop-registry.fixture.ts';
import type { Report } from '../src/report/report.ts';
import { pod } from '../src/workloads/cluster/objects.fixture.ts';
import { serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { directory, run } from './fake-io.fixture.ts';

const GROUP = '/apis/aquasecurity.github.io/v1alpha1';
const LIST = `${GROUP}/namespaces/shop/sbomreports`;
const OTHER = `sha256:${'7'.repeat(64)}`;

let shop: ShopRegistry;
let api: FakeApiServer | null = null;

beforeAll(async () => {
  shop = await serveShop();
  // Nothing else hangs on the image.
  const nothing = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
  shop.change(`cart/referrers/${shop.cart.digest}`, 200, nothing, OCI_INDEX);
  // What is loaded for the first audit takes its time, which is no test's.
  await audited('sbom: { allowUnsigned: true }', () => {});
  await api?.close();
}, 60_000);
afterAll(() => shop.close());
afterEach(async () => {
  await api?.close();
  api = null;
});

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

async function audited(
  rule: string,
  serve: (server: FakeApiServer) => void,
  args: readonly string[] = ['-n', 'shop'],
) {
  const image = `${shop.host}/shop/cart`;
  const server = await serveCluster({
    pods: [pod('a', { image: `${image}:v1`, imageID: `${image}@${shop.cart.digest}` })],
  });
  serve(server);
  api = server;
  const policy = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: small }
spec:
  authorities: [{ name: ci, keyless: { issuer: "https://a.example", subject: "https://a.example/ci" } }]
  rules: [{ name: asked, ${rule} }]
  default: allow
`;
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
  const ran = await run(['audit', ...args, '-s', server.url, ...more], {
    cwd: directory({ 'policy.yaml': policy }),
  });
  const { workloads } = JSON.parse(ran.stdout) as Report;
  const sbom = workloads[0]?.containers[0]?.findings.find(({ check }) => check === 'sbom');
  const asked = server.requests.filter(({ path }) => path.startsWith(GROUP)).map(({ path }) => path);
  return { said: `${sbom?.status} ${sbom?.reason}`, sbom, asked, stderr: ran.stderr };
}

describe("Trivy Operator's SBOMs in the cluster", () => {
  const one = (object: Thing) => (server: FakeApiServer) => {
    server.serve(LIST, { items: [object] });
    server.serve(`${LIST}/replicaset-cart-app`, { status: 200, body: object });
  };

  it.each<[string, () => (server: FakeApiServer) => void, string, string]>([
    ['of this image', () => one(report(shop.cart.digest, BOM)), 'pass SbomAccepted', ''],
    ['of another image', () => one(report(OTHER, BOM)), 'fail SbomMissing', ''],
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
      'fail SbomMissing',
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

  it('are not asked for where only signed ones count, or none', async () => {
    for (const rule of ['sbom: { signedBy: [ci] }', 'tags: { pinned: false, drift: fail }']) {
      expect((await audited(rule, one(report(shop.cart.digest, BOM)))).asked).toStrictEqual([]);
    }
  });
});
