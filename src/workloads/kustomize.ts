import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { KUSTOMIZE_MS, MANIFEST_FILE_BYTES } from '../limits.ts';
import { decoded, fileGap, outOfReach, tooLarge, unreadable } from './manifest-text.ts';
import type { Gap } from './source.ts';

const PROGRAM = 'kubectl';
const LONGEST_QUOTE = 300;

/** Renders a kustomization as `kubectl apply -k` does, or says why it cannot; lines are those of what was rendered. */
export async function renderKustomization(
  directory: string,
  milliseconds = KUSTOMIZE_MS,
): Promise<string | Gap> {
  try {
    if (!(await stat(directory)).isDirectory())
      return fileGap(
        directory,
        'InputInvalid',
        `${directory} is no directory`,
        'name the directory that holds the kustomization',
      );
  } catch (error) {
    return unreadable(directory, error);
  }
  const run = await execute(directory, milliseconds);
  switch (run.status) {
    case 'done':
      return decoded(directory, run.output);
    case 'absent':
      return fileGap(
        directory,
        'FileUnreadable',
        `${directory} cannot be rendered: ${PROGRAM} is not on PATH`,
        `install ${PROGRAM}, or render the directory elsewhere and audit that with -f`,
      );
    case 'timeout':
      return outOfReach(
        fileGap(
          directory,
          'TimedOut',
          `${directory} was not rendered within ${milliseconds / 1000} s`,
          'try again, or render the directory and audit that with -f',
        ),
      );
    case 'tooLarge':
      return tooLarge(directory);
    case 'failed':
      return fileGap(
        directory,
        'InputInvalid',
        `${directory} cannot be rendered: ${run.message}`,
        `correct the kustomization until "${PROGRAM} kustomize" renders it`,
      );
  }
}

type Run =
  | { readonly status: 'done'; readonly output: Uint8Array }
  | { readonly status: 'absent' | 'timeout' | 'tooLarge' }
  | { readonly status: 'failed'; readonly message: string };

function execute(directory: string, milliseconds: number): Promise<Run> {
  const options = {
    encoding: 'buffer',
    timeout: milliseconds,
    killSignal: 'SIGKILL',
    maxBuffer: MANIFEST_FILE_BYTES,
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    const child = execFile(PROGRAM, ['kustomize', '--', directory], options, (error, output, errors) => {
      if (error === null) resolve({ status: 'done', output });
      else if (error.code === 'ENOENT') resolve({ status: 'absent' });
      else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') resolve({ status: 'tooLarge' });
      else if (error.killed === true) resolve({ status: 'timeout' });
      else resolve({ status: 'failed', message: firstLine(errors) ?? `${PROGRAM} failed (${error.code})` });
    });
    child.stdin?.end();
  });
}

/** As klog writes an error: severity, time, process and place, which differ from run to run, before the cause. */
const LOGGED = /^[EFIW]\d{4} \d\d:\d\d:[\d.]+ +\d+ \S+\] (?:"command failed" err=)?/;

/** What a program says went wrong, as it may stand in a message. */
function firstLine(errors: Uint8Array): string | null {
  const lines = new TextDecoder().decode(errors).split(/[\r\n]+/);
  const plain = lines.map((line) => line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim());
  const line = plain
    .find((text) => text !== '')
    ?.replace(/^error: /, '')
    .replace(LOGGED, '');
  if (line === undefined) return null;
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}
