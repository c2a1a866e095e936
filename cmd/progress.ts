import type { Progress } from '../src/evidence/gather.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import type { Io } from './command.ts';

/** One line on stderr that says how far a run is. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Takes the line away. What is told afterwards is not shown. */
  clear(): void;
}

/** How often the line is drawn. A run that is over sooner shows none. */
const EVERY_MS = 250;
const CLEAR_TO_END = '\u001B[K';

/** Draws on a terminal only, and not where nobody wants it. */
export function createProgress(io: Io, wanted: boolean): ProgressLine {
  const { errorColumns, env } = io;
  if (!wanted || errorColumns == null || env['TERM'] === 'dumb') return { update: () => {}, clear: () => {} };
  const started = io.clock().getTime();
  let latest: Progress | null = null;
  let drawn = false;
  const draw = () => {
    if (!latest) return;
    const line = progressText(latest, io.clock().getTime() - started);
    // The last column stays free, as some terminals go to the next line when it is written.
    const shown = line.length < errorColumns ? line : `${line.slice(0, Math.max(0, errorColumns - 2))}…`;
    io.stderr(`\r${shown}${CLEAR_TO_END}`);
    drawn = true;
  };
  const timer = setInterval(draw, EVERY_MS);
  return {
    update(progress) {
      latest = progress;
    },
    clear() {
      clearInterval(timer);
      if (drawn) io.stderr(`\r${CLEAR_TO_END}`);
      drawn = false;
    },
  };
}

/** `12 of 40 images, 3.2/s, waiting for ghcr.io, quay.io` */
export function progressText({ done, total, waitingFor }: Progress, elapsed: number): string {
  const rate = done > 0 && elapsed > 0 ? `, ${((done * 1000) / elapsed).toFixed(1)}/s` : '';
  const waiting = waitingFor.length > 0 ? `, waiting for ${waitingFor.join(', ')}` : '';
  return terminalText(`${done} of ${total} images${rate}${waiting}`);
}
