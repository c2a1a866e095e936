import { join } from 'node:path';
import { type Cost, measured } from '../measured.ts';
import type { Bench } from '../setup.ts';

/** Runs the program as a user would; every finding has to pass. */
export function ours({ program, workdir }: Bench, args: readonly string[]): Promise<Cost> {
  return measured(join(program, 'kubectl-supplychain'), args, { cwd: workdir, env: { HOME: workdir } });
}
