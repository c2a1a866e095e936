import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Finished, run } from '../sigstore/run.ts';

export const REPOSITORY_ROOT = join(import.meta.dirname, '..', '..');

/** The folder of the built program, as it stands on a user's PATH. */
export const DIST = join(REPOSITORY_ROOT, 'dist');
const PROGRAM = join(DIST, 'kubectl-supplychain');

/** Builds the program if nobody has. */
export function buildProgram(): void {
  if (existsSync(PROGRAM)) return;
  const build = join(REPOSITORY_ROOT, 'scripts', 'build.ts');
  execFileSync(process.execPath, [build], { cwd: REPOSITORY_ROOT, stdio: 'inherit' });
}

/** Runs the built program as a user would, in `directory`, which is its home as well: no credentials of this machine are seen. */
export function runProgram(args: readonly string[], directory: string): Promise<Finished> {
  return run(PROGRAM, args, { cwd: directory, env: { HOME: directory } });
}

/** A run without the two times in its report's metadata, which are all that may differ between runs over the same things. */
export function timeless({ code, stdout, stderr }: Finished): Finished {
  return { code, stderr, stdout: stdout.replaceAll(/^(\s*"(?:generatedAt|judgedAt)": ).*$/gm, '$1') };
}

const Entry = z.object({
  kind: z.string(),
  predicateType: z.string().nullable(),
  subject: z.string(),
  signer: z.object({ subject: z.string(), issuer: z.string().nullable() }).nullable(),
  result: z.enum(['verified', 'refused']),
  reason: z.string().nullable(),
  message: z.string().nullable(),
});
const Finding = z.object({
  check: z.string(),
  status: z.enum(['pass', 'fail', 'warn', 'unknown', 'skip']),
  reason: z.string(),
  message: z.string(),
  evidence: z.array(Entry),
});
const Report = z.object({
  verdict: z.object({ status: z.string(), exitCode: z.int() }),
  workloads: z.array(z.object({ containers: z.array(z.object({ findings: z.array(Finding) })) })),
});

/** What the program says of one image under a policy with a single check. */
export interface Judged extends z.infer<typeof Finding> {
  readonly exitCode: number;
}

/** Has the program verify one image; its report must hold exactly one finding, and say the exit code that it then has. */
export async function verifyImage(
  image: string,
  policy: string,
  directory: string,
  flags: readonly string[] = [],
): Promise<Judged> {
  const { code, stdout, stderr } = await runProgram(
    ['verify', image, '--policy', policy, '--offline', '-o', 'json', ...flags],
    directory,
  );
  if (stdout === '') throw new Error(`no report for ${image}, exit ${code}: ${stderr}`);
  const report = Report.parse(JSON.parse(stdout));
  const findings = report.workloads.flatMap(({ containers }) => containers.flatMap((one) => one.findings));
  const [finding, ...others] = findings;
  if (finding === undefined || others.length > 0) throw new Error(`not one finding: ${stdout}`);
  if (code !== report.verdict.exitCode)
    throw new Error(`exit ${code}, and the report says ${report.verdict.exitCode}`);
  return { ...finding, exitCode: code };
}
