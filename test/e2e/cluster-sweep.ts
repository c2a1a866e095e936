import { z } from 'zod';
import type { Finished } from '../sigstore/run.ts';

const Row = z.object({
  kind: z.string(),
  name: z.string(),
  container: z.string(),
  digest: z.string().nullable(),
});
const Sweep = z.object({
  verdict: z.object({ exitCode: z.int() }),
  hits: z.array(Row.extend({ state: z.string() })),
  undetermined: z.array(Row.extend({ reason: z.string(), cause: z.string().nullable() })),
});

/** The names of the workloads that a sweep found, and of those of which it could not tell. */
export function sweepOf({ code, stdout, stderr }: Finished) {
  if (stdout === '') throw new Error(`no answer, exit ${code}: ${stderr}`);
  const { verdict, hits, undetermined } = Sweep.parse(JSON.parse(stdout));
  if (code !== verdict.exitCode) throw new Error(`exit ${code}: ${stdout}`);
  return {
    exitCode: code,
    hits: hits.map(({ name }) => name),
    undetermined: undetermined.map(({ name }) => name),
    rows: { hits, undetermined },
  };
}
