import { join } from 'node:path';
import { type Cost, measured } from '../measured.ts';
import type { Bench } from '../setup.ts';

/** Runs the program as a user would; every finding has to pass. Nothing is kept between runs unless a directory is named for it. */
export function ours(
  { program, workdir }: Pick<Bench, 'program' | 'workdir'>,
  args: readonly string[],
  cache = 'none',
  env: Readonly<Record<string, string>> = {},
): Promise<Cost> {
  const all = [...args, '--cache-dir', cache];
  const options = { cwd: workdir, env: { HOME: workdir, ...env } };
  return measured(join(program, 'kubectl-supplychain'), all, options);
}
