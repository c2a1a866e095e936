import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { terminalLines } from '../src/report/terminal-text.ts';
import { runCommandLine } from './cli.ts';
import { keepGarbageYoung } from './heap.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// What Node compiles of the commands is kept beside the program, and nowhere else: who can write there can write the program, while
// code that was planted in a shared or a borrowed home directory would run with the rights of whoever audits. Where that directory
// cannot be written nothing is kept and nothing is said; NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE hold before this.
enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));

keepGarbageYoung();

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
    errorColumns: process.stderr.isTTY ? process.stderr.columns : null,
    onInterrupt,
    clock: () => new Date(),
  });
} catch (cause) {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  process.stderr.write(
    `error: the program failed, which is a bug in it\n${terminalLines(error.stack ?? error.message)}\n`,
  );
  process.exitCode = 3;
}

/** The first signal is for the command to report what it knows; the second meets no handler, and so ends the program. */
function onInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  const stop = () => {
    for (const signal of SIGNALS) process.off(signal, stop);
    interrupt.abort();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return interrupt.signal;
}

// What still waits for a registry or for standard input is not waited for.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
