import { execFile } from 'node:child_process';

/** What a finished command left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run: its environment is exactly `env`, beside PATH. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from its standard input; nothing without it. */
  readonly input?: string;
}

/** Runs a command to its end. A non-zero exit is a result; only a command that cannot be started rejects. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const env = { PATH: process.env['PATH'], ...options.env };
  return new Promise((resolve, reject) => {
    const settings = { cwd: options.cwd, env, maxBuffer: 64 << 20 };
    const child = execFile(command, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(error);
    });
    // Who ends without reading it all has said why.
    child.stdin?.on('error', () => undefined).end(options.input ?? '');
  });
}

/** Runs a command that has to succeed; rejects with what it printed otherwise. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await run(command, args, options);
  if (finished.code === 0) return finished;
  throw new Error(
    `${command} ${args.join(' ')}: exit ${finished.code}\n${finished.stderr}${finished.stdout}`,
  );
}
