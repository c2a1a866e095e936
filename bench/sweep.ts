import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alternately, type Cost, measured } from './measured.ts';
import { type Fleet, saveFleet } from './fleet.ts';
import { type Row, table } from './table.ts';

/**
 * Queries over saved evidence, as a person runs them: the whole program, with its start. Each kind of query is asked with what an earlier run
 * has found out, and, as its peer, with everything verified anew; `--image`, which needs no evidence, is the floor of both.
 */
const { values } = parseArgs({
  options: {
    workloads: { type: 'string', default: '10000' },
    images: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
  },
});
const size = { workloads: Number(values.workloads), images: Number(values.images), namespaces: 200 };
const TARGET_SECONDS = 1;
/** All 600,000 packages of the fleet are kept besides. */
const PACKAGE_TARGET_SECONDS = 2;
const NOBODY = 'https://github.com/nobody/**';
/** Of a package that every image has, in a version that none has: all of their versions are compared. */
const PACKAGE = ['--package', 'package-7', '--ecosystem', 'npm', '--below', '1.0.0', '--accept', 'unsigned'];
/** Of a package that none has. */
const LOG4J = ['--package', 'org.apache.logging.log4j:log4j-core', '--below', '2.17.1'];
const QUERIES: readonly (readonly [string, string])[] = [
  ['--signer', NOBODY],
  ['--issuer', NOBODY],
  ['--builder', NOBODY],
  ['--source-repository', NOBODY],
  ['--unsigned', ''],
];

const directory = mkdtempSync(join(tmpdir(), 'supplychain-bench-'));
try {
  console.error(`saving ${size.images} images with two signed attestations each; this takes a minute`);
  const fleet = await saveFleet(directory, size);
  const rows: Row[] = [];
  // Found out once, for all of them.
  await ask(fleet, ['--signer', NOBODY], []);
  await ask(fleet, PACKAGE, []);
  const queries = QUERIES.map(([flag, value]) => (value === '' ? [flag] : [flag, value]));
  for (const query of [...queries, PACKAGE, LOG4J]) {
    const [flag = ''] = query;
    const targetSeconds = flag === '--package' ? PACKAGE_TARGET_SECONDS : TARGET_SECONDS;
    console.error(`asking ${query.slice(0, 2).join(' ')}`);
    const anew = await ask(fleet, query, ['--cache-dir', 'none']);
    const { kept, floor } = await alternately(Number(values.rounds), {
      kept: () => ask(fleet, query, []),
      floor: () => ask(fleet, ['--image', 'registry.example.com/nobody'], []),
    });
    rows.push({
      what: `\`${flag === '--package' ? query.slice(0, 2).join(' ') : flag}\`, ${fleet.bundles} signatures verified before (\`--image\`: ${seconds(floor)})`,
      ours: `${seconds(kept)}, ${kept.peakMebibytes.toFixed(0)} MiB`,
      peer: `${seconds(anew)}, ${anew.peakMebibytes.toFixed(0)} MiB`,
      ratio: `${(anew.cpuSeconds / kept.cpuSeconds).toFixed(1)} × less CPU`,
      target: { text: `< ${targetSeconds} s`, met: kept.seconds < targetSeconds },
    });
  }
  console.log(table(rows));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function seconds(cost: Cost): string {
  return `${cost.seconds.toFixed(2)} s (${cost.cpuSeconds.toFixed(2)} s of CPU)`;
}

/** An answer without hits, be it certain or not: what is drawn of a hit is not what is measured. */
async function ask(fleet: Fleet, query: readonly string[], more: readonly string[]): Promise<Cost> {
  const known = ['--policy', 'none', '--trusted-root', fleet.trustedRoot];
  const args = ['dist/main.mjs', 'sweep', '--evidence', fleet.evidence, ...known, ...query, ...more];
  const env = { HOME: directory };
  const shell = 'code=0; "$@" > /dev/null || code=$?; [ $code = 0 ] || [ $code = 3 ]';
  return measured('sh', ['-c', shell, 'sh', process.execPath, ...args], { env });
}
