import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Image, pushImage, pushIndex } from '../../testdata/make/build.ts';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { namespace, pod, type Template } from './cluster-objects.ts';
import { type ClusterReport, reportOf } from './cluster-report.ts';
import { sweepOf } from './cluster-sweep.ts';

/** Every form that runtimes give an imageID, each on a pod of its own, and what an audit and a sweep make of it. */

const NAMESPACE = 'ids';
const ABSENT = `sha256:${'e'.repeat(64)}`;
const OTHER = `sha256:${'f'.repeat(64)}`;

interface Row {
  readonly name: string;
  readonly template: Template;
  /** Which digest is judged; null where none can be told. */
  readonly judged: string | null;
  readonly signature: string;
}

let bench: ClusterBench;
let rows: readonly Row[];
let report: ClusterReport;
let cart: Image;
let multi: Image;

const Manifest = z.looseObject({ config: z.object({ digest: z.string() }) });

/** What a runtime calls an image that was loaded into it, not pulled. */
async function configOf({ client, repository }: Image, digest: string): Promise<string> {
  return Manifest.parse(JSON.parse((await client.manifest(repository, digest)).bytes.toString())).config
    .digest;
}

async function makeRows(): Promise<Row[]> {
  const mirrored = await pushImage(bench.home('mirror/cart'), 'mirrored');
  await bench.sign(mirrored);
  const cartName = `${cart.host}/${cart.repository}`;
  const multiName = `${multi.host}/${multi.repository}`;
  const [amd64 = '', arm64 = ''] = multi.children;
  const config = await configOf(cart, cart.digest);
  const armConfig = await configOf(multi, arm64);
  const row = (
    name: string,
    image: string,
    more: Omit<Template, 'image'>,
    judged: string | null,
    signature = 'pass SignatureVerified',
  ): Row => ({ name, template: { image, ...more }, judged, signature });
  const arm = { spec: { nodeName: 'node-arm64' } };
  const unknown = 'unknown DigestNotResolvable';
  return [
    row('containerd', `${cartName}:v1`, { imageID: `${cartName}@${cart.digest}` }, cart.digest),
    row('containerd-index', `${multiName}:v1`, { imageID: `${multiName}@${multi.digest}` }, multi.digest),
    row(
      'containerd-index-arm',
      `${multiName}:v1`,
      { imageID: `${multiName}@${multi.digest}`, ...arm },
      multi.digest,
    ),
    row('crio-child', `${multiName}:v1`, { imageID: `${multiName}@${amd64}` }, amd64),
    row('crio-child-arm', `${multiName}:v1`, { imageID: `${multiName}@${arm64}`, ...arm }, arm64),
    row(
      'docker-pullable',
      `${cartName}:v1`,
      { imageID: `docker-pullable://${cartName}@${cart.digest}` },
      cart.digest,
    ),
    row('docker-config', `${cartName}:v1`, { imageID: `docker://${config}` }, cart.digest),
    row('kind-loaded', `${cartName}:v1`, { imageID: config }, cart.digest),
    row('kind-loaded-arm', `${multiName}:v1`, { imageID: armConfig, ...arm }, arm64),
    row('crio-id', `${cartName}:v1`, { imageID: config.replace('sha256:', '') }, cart.digest),
    row(
      'crio-id-beside-digest',
      `${cartName}:v1`,
      { imageID: 'a'.repeat(64), statusImage: `${cartName}@${cart.digest}` },
      cart.digest,
    ),
    row('id-of-the-node', `${cartName}:v1`, { imageID: OTHER }, null, unknown),
    row('loaded-without-registry', `${cart.host}/nowhere/built-here:dev`, { imageID: config }, null, unknown),
    row('digest-gone', `${cartName}:v1`, { imageID: `${cartName}@${OTHER}` }, OTHER, unknown),
    row('nonsense', `${cartName}:v1`, { imageID: 'not an id at all' }, null, unknown),
    row(
      'pulled-from-mirror',
      `${cartName}:v1`,
      { imageID: `${mirrored.host}/${mirrored.repository}@${mirrored.digest}` },
      mirrored.digest,
    ),
    row(
      'also-in-mirror',
      `${cartName}:v1`,
      { imageID: `${mirrored.host}/${mirrored.repository}@${cart.digest}` },
      cart.digest,
    ),
    row('waiting', `${cartName}:v1`, { labels: { 'supplychain.test/kubelet': 'nobody' } }, cart.digest),
  ];
}

beforeAll(async () => {
  bench = await startClusterBench();
  cart = await pushImage(bench.home('shop/cart'), 'cart');
  multi = await pushIndex(bench.home('shop/multi'), 'multi', false);
  await bench.sign(cart);
  await bench.sign(multi);
  rows = await makeRows();
  await bench.cluster.apply([
    namespace(NAMESPACE),
    ...rows.map(({ name, template }) => pod(NAMESPACE, name, template)),
  ]);
  await until('all pods have a status', async () => {
    const said = [
      'get',
      'pods',
      '-n',
      NAMESPACE,
      '-o',
      'jsonpath={.items[*].status.containerStatuses[*].name}',
    ];
    return (await bench.cluster.mustKubectl(said)).split(' ').length === rows.length - 1;
  });
  report = reportOf(
    await bench.supplychain(['audit', '-n', NAMESPACE, '--policy', bench.policy(), '-o', 'json']),
  );
});
afterAll(() => bench?.stop());

describe('the imageID of a pod', () => {
  it('leads to the digest that is judged, or to "not resolvable"', () => {
    const seen = report.workloads.map(({ name, containers: [app] }) => {
      const { status, reason } = app?.findings.find(({ check }) => check === 'signature') ?? {};
      return { name, judged: app?.image.digest ?? null, signature: `${status ?? ''} ${reason ?? ''}` };
    });
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(seen.sort(byName)).toEqual(
      rows.map(({ name, judged, signature }) => ({ name, judged, signature })).sort(byName),
    );
    expect(report.verdict.exitCode).toBe(3);
  });

  it.each(['cart', 'multi', 'arm64 child of multi', 'amd64 child of multi'])(
    'is found by a sweep for the digest of %s, and what cannot be told is listed',
    async (what) => {
      const [amd64 = '', arm64 = ''] = multi.children;
      const digest =
        { cart: cart.digest, multi: multi.digest }[what] ?? (what.startsWith('arm') ? arm64 : amd64);
      const sweep = sweepOf(
        await bench.supplychain(['sweep', '-n', NAMESPACE, '--digest', digest, '-o', 'json']),
      );
      const named = (some: readonly Row[]) => some.map(({ name }) => name).sort();
      const runsIt = ({ judged }: Row) => judged !== null && [judged, ...relatives(judged)].includes(digest);
      expect(sweep.hits.sort()).toEqual(named(rows.filter(runsIt)));
      expect(sweep.undetermined.sort()).toEqual(
        named(rows.filter(({ signature }) => signature.startsWith('unknown'))),
      );
      expect(sweep.exitCode).toBe(1);
    },
  );

  it('that leads to nothing is no "not affected"', async () => {
    const sweep = sweepOf(
      await bench.supplychain(['sweep', '-n', NAMESPACE, '--digest', ABSENT, '-o', 'json']),
    );
    expect(sweep).toMatchObject({ exitCode: 3, hits: [] });
    expect(new Set(sweep.rows.undetermined.map(({ cause }) => cause))).toEqual(
      new Set(['DigestNotResolvable', 'ImageNotFound']),
    );
  });
});

/** By which digests else an image is found: the index that holds it, and what may run out of it. */
function relatives(judged: string): readonly string[] {
  if (judged === multi.digest) return multi.children;
  return multi.children.includes(judged) ? [multi.digest] : [];
}
