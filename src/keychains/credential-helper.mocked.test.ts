import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, vi } from 'vitest';

import type * as limits from '../limits.ts';
import { askHelper } from './credential-helper.ts';

/** Less time than people's keychains get. */
vi.mock('../limits.ts', async (original) => ({
  ...(await original<typeof limits>()),
  CREDENTIAL_HELPER_MS: 400,
}));

it('a helper that hangs, and does not listen to signals, is ended and named', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'helper-'));
  const program = join(directory, 'docker-credential-hanging');
  await writeFile(program, '#!/bin/sh\ntrap "" TERM\necho s3cret\nwhile :; do sleep 1; done\n');
  await chmod(program, 0o755);
  const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}` };
  expect(await askHelper('hanging', 'x.io', env, 'config.json')).toEqual({
    ok: false,
    fault: {
      reason: 'CredentialsRejected',
      message:
        'the credential helper docker-credential-hanging, which config.json names, did not answer within 0.4 s, so there are no credentials for x.io',
      remediation: 'repair or install docker-credential-hanging, or take it out of config.json',
    },
  });
  await rm(directory, { recursive: true });
});
