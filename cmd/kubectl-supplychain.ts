import { terminalLines } from '../src/report/terminal-text.ts';
import { runCommandLine } from './cli.ts';

// A reader that has seen enough (`| head`) closes the pipe; that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    env: process.env,
    cwd: process.cwd(),
    stdin: () => process.stdin,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    clock: () => new Date(),
  });
} catch (cause) {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  process.stderr.write(
    `error: the program failed, which is a bug in it\n${terminalLines(error.stack ?? error.message)}\n`,
  );
  process.exitCode = 3;
}
