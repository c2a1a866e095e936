import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a run of tests a directory of its own for temporary files, and leaves nothing of it behind. Workers inherit it by TMPDIR. */
export default function setup(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'tests-'));
  process.env['TMPDIR'] = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
