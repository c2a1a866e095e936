import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finished, run, type RunOptions } from '../test/sigstore/run.ts';

/** What a run cost. */
export interface Cost {
  readonly seconds: number;
  /** The time of the processor, which depends less on what else runs on the machine. */
  readonly cpuSeconds: number;
  /** The most memory that one process of it held, in MiB. */
  readonly peakMebibytes: number;
}

/** Runs a command under GNU time. It has to succeed: a refusal would be measured as speed. */
export async function measured(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Cost & Finished> {
  const file = join(tmpdir(), `supplychain-bench-time-${randomUUID()}`);
  const started = performance.now();
  const finished = await run('/usr/bin/time', ['-f', '%M %U %S', '-o', file, command, ...args], options);
  const seconds = (performance.now() - started) / 1000;
  const figures = readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
  const [kibibytes = Number.NaN, user = Number.NaN, system = Number.NaN] = figures.split(' ').map(Number);
  rmSync(file);
  if (finished.code === 0)
    return { ...finished, seconds, cpuSeconds: user + system, peakMebibytes: kibibytes / 1024 };
  const said = `${finished.stderr}${finished.stdout}`.slice(0, 4000);
  throw new Error(`${command} ${args.slice(0, 6).join(' ')}: exit ${finished.code}\n${said}`);
}

/** Runs each of several in turn, `rounds` times over, so that a slow minute of the machine hits all alike; returns medians. */
export async function alternately<Name extends string>(
  rounds: number,
  runs: Readonly<Record<Name, () => Promise<Cost>>>,
): Promise<Record<Name, Cost>> {
  const names = Object.keys(runs) as Name[];
  const costs = new Map(names.map((name) => [name, [] as Cost[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) costs.get(name)?.push(await runs[name]());
  }
  const medians = names.map((name) => {
    const all = costs.get(name) ?? [];
    const of = (figure: keyof Cost): number => median(all.map((cost) => cost[figure]));
    const cost = { seconds: of('seconds'), cpuSeconds: of('cpuSeconds') };
    return [name, { ...cost, peakMebibytes: of('peakMebibytes') }];
  });
  return Object.fromEntries(medians) as Record<Name, Cost>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}
