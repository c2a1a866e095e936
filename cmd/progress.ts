import type { ListingProgress } from '../src/cluster/watched-api.ts';
import type { Progress } from '../src/evidence/progress.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import type { Io } from './command.ts';

/** One line on stderr that says how far a run is. */
export interface ProgressLine {
  update(progress: Progress | ListingProgress): void;
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
  let started = io.clock().getTime();
  let latest: Progress | ListingProgress | null = null;
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
      // Images have a rate of their own.
      if (latest && 'listed' in latest !== 'listed' in progress) started = io.clock().getTime();
      latest = progress;
    },
    clear() {
      clearInterval(timer);
      if (drawn) io.stderr(`\r${CLEAR_TO_END}`);
      drawn = false;
    },
  };
}

/**
 * `[######              ] 12 of 40 images, 3.2/s, waiting for ghcr.io, quay.io`, and while a cluster is listed, of which nobody knows
 * how much there is: `4500 objects listed, 900.0/s, waiting for pods, replicasets`
 */
export function progressText(progress: Progress | ListingProgress, elapsed: number): string {
  const [done, what] =
    'listed' in progress
      ? [progress.listed, `${progress.listed} objects listed`]
      : [progress.done, `${bar(progress)} ${progress.done} of ${progress.total} images`];
  const rate = done > 0 && elapsed > 0 ? `, ${((done * 1000) / elapsed).toFixed(1)}/s` : '';
  const { waitingFor } = progress;
  const waiting = waitingFor.length > 0 ? `, waiting for ${waitingFor.join(', ')}` : '';
  return terminalText(`${what}${rate}${waiting}`);
}

const BAR_WIDTH = 20;

function bar({ done, total }: Progress): string {
  const filled = total === 0 ? BAR_WIDTH : Math.floor((done * BAR_WIDTH) / total);
  return `[${'#'.repeat(filled).padEnd(BAR_WIDTH)}]`;
}
