import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MANIFEST_FILES } from '../limits.ts';
import { manifestFiles } from './manifest-files.ts';

it('tells of more files than the limit and lists the first ones', { timeout: 60_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'manifest-files-'));
  for (let n = 0; n <= MANIFEST_FILES; n++) writeFileSync(join(directory, `${100_000 + n}.yaml`), '');
  const { files, gaps } = await manifestFiles(directory, false);
  await rm(directory, { recursive: true });
  expect(files).toHaveLength(MANIFEST_FILES);
  expect(files.at(-1)).toBe(join(directory, `${100_000 + MANIFEST_FILES - 1}.yaml`));
  expect(gaps).toMatchObject([{ reason: 'LimitExceeded', name: directory, wrongInput: false }]);
});
