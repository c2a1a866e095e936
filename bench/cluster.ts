import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cluster, startCluster } from '../test/cluster/cluster.ts';
import { manyPods } from '../test/cluster/many-pods.ts';
import { startOlareg } from '../test/sigstore/registry.ts';
import { connect } from '../testdata/make/client.ts';
import { countApiRequests } from './api-requests.ts';
import { type ForgedImage, type ForgedImages, pushForged } from './forged-images.ts';
import { alternately, type Cost } from './measured.ts';
import { ours } from './peers/ours.ts';
import { buildTools, copyProgram } from './setup.ts';
import { type Row, table } from './table.ts';

/** What an audit of 10,000 pods costs, against the audit of their images alone, and ten times the pods against one. */
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    serve: { type: 'boolean', default: false },
  },
});
const COUNT = Number(values.images);
const ROUNDS = Number(values.rounds);
const REPLICAS = 5;
const [FEW, MANY] = [1, 10];
/** In the references of pods, whose cluster is kept as a file: so it is the same in every run. */
const PORT = 15_017;
const MEBIBYTES = 300;

const workdir = mkdtempSync(join(tmpdir(), 'supplychain-bench-'));
process.once('exit', () => rmSync(workdir, { recursive: true, force: true }));
const toolsBin = buildTools(['etcd', 'kubernetes', 'kwok', 'olareg']);
const under = { workdir, program: copyProgram(workdir) };
const olareg = await startOlareg({ workdir, toolsBin, port: PORT });
try {
  console.error(`pushing ${COUNT} images`);
  const forged = await pushForged(connect(olareg.url), olareg.host, COUNT, workdir);
  const rows = [...(await againstImages(forged)), ...(await tenTimes(forged))];
  console.log(table(rows));
} finally {
  await olareg.stop();
}

/** Starts a cluster in which these images run, for as long as the work takes. */
async function inCluster<T>(
  images: readonly ForgedImage[],
  replicas: number,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  console.error(`a cluster of ${images.length * replicas} pods`);
  const many = { images: images.map(({ reference, imageID }) => ({ reference, imageID })), replicas };
  const state = await manyPods(toolsBin, many);
  const own = mkdtempSync(join(workdir, 'cluster-'));
  const cluster = await startCluster({ workdir: own, toolsBin, state });
  try {
    return await work(cluster);
  } finally {
    await cluster.stop();
    rmSync(own, { recursive: true, force: true });
  }
}

function audit({ kubeconfig }: Cluster, policy: string): Promise<Cost> {
  return ours(under, ['audit', '-A', '--offline', '--policy', policy], 'none', { KUBECONFIG: kubeconfig });
}

function againstImages({ images, policy }: ForgedImages): Promise<readonly Row[]> {
  return inCluster(images, REPLICAS, async (cluster) => {
    if (values.serve) await serve(cluster, policy);
    const references = images.map(({ reference }) => reference);
    const costs = await alternately(ROUNDS, {
      cluster: () => audit(cluster, policy),
      images: () => ours(under, ['verify', ...references, '--offline', '--policy', policy]),
    });
    const requests = countApiRequests(readFileSync(cluster.auditLog, 'utf8'), ROUNDS, {
      pods: images.length * REPLICAS,
      replicasets: images.length,
      deployments: images.length,
    });
    const ratio = costs.cluster.cpuSeconds / costs.images.cpuSeconds;
    const { peakMebibytes } = costs.cluster;
    const what = `audit of ${images.length * REPLICAS} pods of ${images.length} images`;
    return [
      {
        what: `${what}: peak memory`,
        ours: mebibytes(costs.cluster),
        peer: `${mebibytes(costs.images)} (ours)`,
        ratio: times(peakMebibytes / costs.images.peakMebibytes),
        target: { text: `≤ ${MEBIBYTES} MiB`, met: peakMebibytes <= MEBIBYTES },
      },
      {
        what: `${what}: CPU time, against \`verify\` of the images`,
        ours: seconds(costs.cluster),
        peer: `${seconds(costs.images)} (ours)`,
        ratio: times(ratio),
        target: { text: '≤ 1.3 ×', met: ratio <= 1.3 },
      },
      {
        what: `${what}: requests to the API server beside discovery, against one per 500 objects and kind`,
        ours: `${requests.lists}`,
        peer: `${requests.atMost}`,
        ratio: times(requests.lists / requests.atMost),
        target: { text: '≤ 1 ×', met: requests.lists <= requests.atMost },
      },
    ];
  });
}

async function tenTimes({ images, policy }: ForgedImages): Promise<readonly Row[]> {
  const half = images.slice(0, images.length / 2);
  const measure = (replicas: number) =>
    inCluster(half, replicas, (cluster) => alternately(ROUNDS, { audit: () => audit(cluster, policy) }));
  const few = (await measure(FEW)).audit;
  const many = (await measure(MANY)).audit;
  const ratio = many.cpuSeconds / few.cpuSeconds;
  return [
    {
      what: `${half.length * MANY} pods against ${half.length * FEW}, of the same ${half.length} workloads: CPU time`,
      ours: seconds(many),
      peer: `${seconds(few)} (ours)`,
      ratio: times(ratio),
      target: { text: '≤ 1.15 ×', met: ratio <= 1.15 },
    },
  ];
}

/** Leaves everything running, to be looked at or profiled by hand. */
async function serve({ kubeconfig }: Cluster, policy: string): Promise<void> {
  const main = join(under.program, 'main.mjs');
  console.log(
    `cd ${workdir} && KUBECONFIG=${kubeconfig} HOME=$PWD node --cpu-prof ${main} audit -A --offline --cache-dir none --policy ${policy}`,
  );
  await new Promise((resolve) => process.once('SIGINT', resolve));
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}

function seconds({ cpuSeconds }: Cost): string {
  return `${cpuSeconds.toFixed(1)} s`;
}

function mebibytes({ peakMebibytes }: Cost): string {
  return `${Math.round(peakMebibytes)} MiB`;
}
