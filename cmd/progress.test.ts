import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Io } from './command.ts';
import { createProgress, progressText } from './progress.ts';

const unused = () => {
  throw new Error('not used');
};

function terminal(more: Partial<Io> = {}) {
  const shown: string[] = [];
  const io: Io = {
    env: {},
    cwd: '/',
    stdin: unused,
    stdout: unused,
    stderr: (text) => shown.push(text),
    columns: null,
    errorColumns: 80,
    clock: () => new Date(Date.now()),
    ...more,
  };
  return { io, shown };
}

const SOME = { done: 2, total: 5, waitingFor: ['ghcr.io', 'quay.io'] };

describe('progress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is drawn in place a few times per second, and cleared', () => {
    const { io, shown } = terminal();
    const line = createProgress(io, true);
    line.update({ ...SOME, done: 0 });
    line.update(SOME);
    expect(shown).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(shown).toEqual([
      '\r[########            ] 2 of 5 images, 8.0/s, waiting for ghcr.io, quay.io\u001B[K',
      '\r[########            ] 2 of 5 images, 4.0/s, waiting for ghcr.io, quay.io\u001B[K',
    ]);
    line.clear();
    line.update(SOME);
    vi.advanceTimersByTime(1000);
    line.clear();
    expect(shown.slice(2)).toEqual(['\r\u001B[K']);
  });

  it('counts images from when the cluster is listed', () => {
    const { io, shown } = terminal();
    const line = createProgress(io, true);
    line.update({ listed: 10, waitingFor: [] });
    vi.advanceTimersByTime(1000);
    line.update({ ...SOME, waitingFor: [] });
    vi.advanceTimersByTime(250);
    expect(shown.at(-1)).toBe('\r[########            ] 2 of 5 images, 8.0/s\u001B[K');
  });

  it('is nothing in a run that is over at once', () => {
    const { io, shown } = terminal();
    const line = createProgress(io, true);
    line.update(SOME);
    line.clear();
    expect(shown).toEqual([]);
  });

  it('fits on its line', () => {
    const { io, shown } = terminal({ errorColumns: 20 });
    createProgress(io, true).update(SOME);
    vi.advanceTimersByTime(250);
    expect(shown).toEqual(['\r[########         …\u001B[K']);
  });

  it.each<[string, Partial<Io>, boolean]>([
    ['in a pipe', { errorColumns: null }, true],
    ['where nothing says what stderr is', { errorColumns: undefined }, true],
    ['where nobody wants it', {}, false],
    ['on a terminal that obeys nothing', { env: { TERM: 'dumb' } }, true],
  ])('is not drawn %s', (_name, more, wanted) => {
    const { io, shown } = terminal(more);
    const line = createProgress(io, wanted);
    line.update(SOME);
    vi.advanceTimersByTime(1000);
    line.clear();
    expect(shown).toEqual([]);
  });

  it.each([
    [{ done: 0, total: 3, waitingFor: [] }, '[                    ] 0 of 3 images'],
    [{ done: 3, total: 3, waitingFor: [] }, '[####################] 3 of 3 images, 3.0/s'],
    [
      { listed: 4500, waitingFor: ['pods', 'replicasets'] },
      '4500 objects listed, 4500.0/s, waiting for pods, replicasets',
    ],
    [{ listed: 0, waitingFor: ['pods'] }, '0 objects listed, waiting for pods'],
    [
      { done: 0, total: 3, waitingFor: ['a\u001B[2J'] },
      '[                    ] 0 of 3 images, waiting for a\\u{1b}[2J',
    ],
  ])('of %j is told as %s', (progress, expected) => {
    expect(progressText(progress, 1000)).toBe(expected);
  });
});
