import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { verifyEvidence } from '../src/verify/verify-evidence.ts';
import { key } from '../test/forge/keys.ts';
import { IMAGE, notationSignature, notationTrust, REPOSITORY } from '../test/forge/notation.ts';
import { buildProgram, DIST } from '../test/e2e/program.ts';
import { buildTools } from '../test/e2e/bench.ts';
import { chain } from '../test/notation/case.ts';
import { writeCase } from '../test/notation/disk.ts';
import { alternately, measured, median } from './measured.ts';
import { type Row, table } from './table.ts';

/**
 * Signatures of the Notary Project, P-256 under an intermediate: how many are verified in a second on one thread, and what one image
 * costs on the command line against `notation verify`, with and without the start of each program.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const ROUNDS = Number(values.rounds);
const COUNT = 200;

const trust = {
  roots: [],
  keys: [],
  notation: [notationTrust({ stores: { 'ca:acme': chain().slice(-1) } })],
};
const circumstances = {
  repository: REPOSITORY,
  judgedAt: new Date('2026-06-01T00:00:00Z'),
  ask: () => {
    throw new Error('nothing here can be revoked');
  },
};

/** Signatures a second; each has a key and a leaf of its own. */
function perSecond(format: 'jws' | 'cose'): number {
  const signatures = Array.from({ length: COUNT }, (_, at) =>
    notationSignature({ format, chain: chain({ leaf: { key: key(`signer ${at}`) } }) }),
  );
  const seconds = Array.from({ length: ROUNDS }, () => {
    const started = process.cpuUsage();
    for (const evidence of signatures)
      if (verifyEvidence(evidence, trust, circumstances).result !== 'verified')
        throw new Error('ours refuses');
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  });
  return COUNT / median(seconds);
}

const rates = (['jws', 'cose'] as const).map((format) => ({ format, rate: perSecond(format) }));
for (const { format, rate } of rates) console.log(`${format}: ${rate.toFixed(0)} signatures / s`);

buildProgram();
const notation = join(buildTools('notation'), 'notation');
const ours = join(DIST, 'kubectl-supplychain');
const made = writeCase({ name: 'bench', ours: 'pass', notation: 'accepts' });
const env = { HOME: made.home, XDG_CONFIG_HOME: made.home, NOTATION_EXPERIMENTAL: '1' };
const image = `${REPOSITORY}@${IMAGE.digest}`;
const under = ['--notation-config', made.config, '--evidence', made.layout];
const costs = await alternately(ROUNDS, {
  ours: () => measuredRun(ours, 'verify', image, ...under),
  oursStart: () => measuredRun(ours, 'version'),
  notation: () =>
    measuredRun(notation, 'verify', '--oci-layout', `${made.layout}@${IMAGE.digest}`, '--scope', REPOSITORY),
  notationStart: () => measuredRun(notation, 'version'),
});

function measuredRun(command: string, ...args: readonly string[]) {
  return measured(command, args, { env });
}

const ms = (seconds: number): string => `${(seconds * 1_000).toFixed(0)} ms`;
const row = (what: string, own: number, peer: number): Row => ({
  what,
  ours: ms(own),
  peer: ms(peer),
  ratio: `${(own / peer).toFixed(2)} ×`,
  target: null,
});
console.log(
  table([
    row('one signed image, start-up included', costs.ours.seconds, costs.notation.seconds),
    row('start-up alone (`version`)', costs.oursStart.seconds, costs.notationStart.seconds),
    row(
      'one signature, start-up excluded (ours in process)',
      1 / (rates[0]?.rate ?? Number.NaN),
      costs.notation.seconds - costs.notationStart.seconds,
    ),
  ]),
);
