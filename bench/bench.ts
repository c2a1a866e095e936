import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Images, makeImages } from './images.ts';
import { writeDeployments, writePods } from './manifests.ts';
import { alternately, type Cost } from './measured.ts';
import { cosign } from './peers/cosign.ts';
import { buildKyverno, kyverno } from './peers/kyverno.ts';
import { ours } from './peers/ours.ts';
import { signedByKey, threeChecks } from './policies.ts';
import { countRequests } from './requests.ts';
import { type Bench, startBench } from './setup.ts';
import { measureStartUp } from './start-up.ts';
import { type Row, table } from './table.ts';

/** How often each side of a comparison runs, in turn; the medians count. */
const ROUNDS = 3;
const COSIGN_PROCESSES = 2;
const DIGESTS = 50;
const WORKLOADS = 1000;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '30' },
    'without-kyverno': { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
  },
});
const count = Number(values.images);
if (!Number.isInteger(count) || count < 1) throw new Error('--images N: a number from 1');

// A build of several minutes is not to run beside a measurement.
const kyvernoCommand = values['without-kyverno'] || values.serve ? null : buildKyverno();
const bench = await startBench();
try {
  console.error(`making ${count} images of each kind`);
  const images = await makeImages(bench, count);
  if (values.serve) await serve(bench, images);
  else console.log(table(await measureAll(bench, images)));
} finally {
  await bench.stop();
}

async function measureAll(all: Bench, images: Images): Promise<Row[]> {
  const rows: Row[] = [];
  const measure = async (
    what: string,
    work: () => Promise<readonly Row[]> | readonly Row[],
  ): Promise<void> => {
    console.error(`measuring ${what}`);
    rows.push(...(await work()));
  };
  await measure('start-up', () => startUp(all));
  await measure('requests', () => requests(all, images));
  await measure('against cosign', () => againstCosign(all, images));
  if (kyvernoCommand !== null)
    await measure('against Kyverno', () => againstKyverno(all, images, kyvernoCommand));
  await measure('scaling', () => scaling(all, images));
  return rows;
}

async function againstCosign(all: Bench, { keyless }: Images): Promise<readonly Row[]> {
  const verify = ['--policy', threeChecks(all)];
  const [first = ''] = keyless;
  const many = await alternately(ROUNDS, {
    ours: () => ours(all, ['verify', ...keyless, ...verify]),
    peer: () => cosign(all, keyless, COSIGN_PROCESSES),
  });
  const one = await alternately(ROUNDS, {
    ours: () => ours(all, ['verify', first, ...verify]),
    peer: () => cosign(all, [first], 1),
  });
  return [
    faster(
      `three checks of ${count} images, cosign in ${COSIGN_PROCESSES} loops, per image`,
      many,
      count,
      10,
    ),
    faster('three checks of one image, in one process against three', one, 1, null),
    {
      what: `peak memory of one process, ${count} images against one question`,
      ours: mebibytes(many.ours),
      peer: mebibytes(many.peer),
      ratio: times(many.ours.peakMebibytes / many.peer.peakMebibytes),
      target: null,
    },
  ];
}

async function againstKyverno(all: Bench, { keyed }: Images, command: string): Promise<readonly Row[]> {
  const pods = writePods(all.workdir, keyed);
  const policy = signedByKey(all);
  const costs = await alternately(ROUNDS, {
    ours: () => ours(all, ['audit', '-f', pods, '--policy', policy]),
    peer: () => kyverno(all, command, pods, keyed.length),
  });
  return [
    faster(`key signatures of ${count} pods, against Kyverno, per pod`, costs, count, null),
    {
      what: 'peak memory, against Kyverno',
      ours: mebibytes(costs.ours),
      peer: mebibytes(costs.peer),
      ratio: times(costs.ours.peakMebibytes / costs.peer.peakMebibytes),
      target: null,
    },
  ];
}

async function requests(all: Bench, images: Images): Promise<readonly Row[]> {
  const { image, shared, again, index, peer } = await countRequests(all, images);
  return [
    {
      what: 'registry requests for three checks of an image of one platform',
      ours: `${image}`,
      peer: `${peer}`,
      ratio: times(peer / image, 'fewer'),
      target: { text: '≤ 11', met: image <= 11 },
    },
    {
      what: `the same of each of ${count} images of one repository`,
      ours: shared.toFixed(1),
      peer: `${image} (ours)`,
      ratio: times(image / shared, 'fewer'),
      // One list of tags and the three tags of the first image are the repository's, whatever the number of its images.
      target: { text: '≤ 8 and 4 for the repository', met: shared <= 8 + 4 / count },
    },
    {
      what: 'the same in a second audit, with what the first has kept on disk',
      ours: again.toFixed(1),
      peer: `${shared.toFixed(1)} (ours)`,
      ratio: times(shared / again, 'fewer'),
      target: { text: '≤ 2 and 4 for the repository', met: again <= 2 + 4 / count },
    },
    {
      what: 'the same of an index of two platforms, against an image',
      ours: `${index}`,
      peer: `${image} (ours)`,
      ratio: `+ ${(index - image) / 2} per child`,
      target: { text: '+ 5 per child', met: index - image <= 10 },
    },
  ];
}

async function scaling(all: Bench, { keyless }: Images): Promise<readonly Row[]> {
  const digests = keyless.slice(0, DIGESTS);
  const policy = threeChecks(all);
  const few = writeDeployments(all.workdir, digests.length, digests);
  const many = writeDeployments(all.workdir, WORKLOADS, digests);
  const costs = await alternately(2 * ROUNDS - 1, {
    many: () => ours(all, ['audit', '-f', many, '--policy', policy]),
    few: () => ours(all, ['audit', '-f', few, '--policy', policy]),
  });
  const ratio = costs.many.seconds / costs.few.seconds;
  return [
    {
      what: `${WORKLOADS} workloads against ${digests.length}, over ${digests.length} digests`,
      ours: milliseconds(costs.many.seconds),
      peer: `${milliseconds(costs.few.seconds)} (ours)`,
      ratio: times(ratio),
      target: { text: '≤ 1.15 ×', met: ratio <= 1.15 },
    },
    {
      what: 'each further workload',
      ours: milliseconds((costs.many.seconds - costs.few.seconds) / (WORKLOADS - digests.length)),
      peer: '',
      ratio: '',
      target: null,
    },
  ];
}

function startUp({ program }: Bench): readonly Row[] {
  const { bareNode, main, launcher, image } = measureStartUp(program);
  const row = (what: string, own: number, most: number | null): Row => ({
    what,
    ours: milliseconds(own / 1000),
    peer: milliseconds(bareNode / 1000),
    ratio: times(own / bareNode),
    target: most === null ? null : { text: `≤ ${most} ×`, met: own / bareNode <= most },
  });
  return [
    row('`version` through the launcher, against `node -e 0`', launcher, 2),
    row('`node dist/main.mjs version`, against `node -e 0`', main, 2),
    row('`verify` of one image out of saved evidence, against `node -e 0`', image, null),
  ];
}

/** Leaves everything running, to be looked at or profiled by hand. */
async function serve(all: Bench, images: Images): Promise<void> {
  const main = join(all.program, 'main.mjs');
  const verify = `verify ${images.keyless.join(' ')} --policy ${threeChecks(all)}`;
  console.log(`cd ${all.workdir} && HOME=$PWD node --cpu-prof ${main} ${verify}`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
}

function faster(
  what: string,
  { ours: own, peer }: Record<'ours' | 'peer', Cost>,
  images: number,
  aim: number | null,
): Row {
  const ratio = peer.seconds / own.seconds;
  return {
    what,
    ours: milliseconds(own.seconds / images),
    peer: milliseconds(peer.seconds / images),
    ratio: times(ratio, 'faster'),
    target: aim === null ? null : { text: `≥ ${aim} ×`, met: ratio >= aim },
  };
}

function times(ratio: number, word = ''): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 1)} × ${word}`.trim();
}

function milliseconds(seconds: number): string {
  const ms = seconds * 1000;
  return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}

function mebibytes({ peakMebibytes }: Cost): string {
  return `${Math.round(peakMebibytes)} MiB`;
}
