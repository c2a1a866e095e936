import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { assert, expect, it } from 'vitest';
import { directory, MANIFESTS, run } from './fake-io.fixture.ts';
import { openScanner } from './scanner.ts';

const PACKAGE = ['--package', 'log4j-core'];

it.each<[string, readonly string[], string]>([
  [
    'a tool that is not known',
    [...PACKAGE, '--scan-with', 'grype'],
    '"grype" is unknown; it is syft or trivy',
  ],
  ['a question that no SBOM answers', ['--unsigned', '--scan-with', 'syft'], '--package or --vulnerability'],
  ['no network', [...PACKAGE, '--scan-with', 'syft', '--offline'], 'no network is touched'],
  [
    'credentials that a scanner cannot be told of',
    [...PACKAGE, '--scan-with', 'trivy', '--registry-config', 'auth.json'],
    'a file that is called config.json alone',
  ],
])('a scan with %s is wrong usage', async (_what, flags, message) => {
  const { exitCode, stderr } = await run(['sweep', '-f', MANIFESTS, ...flags]);
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(message) as unknown,
  });
});

it('tells the scanner what the flags say of the registry', async () => {
  const cwd = directory({ 'docker/config.json': '{}' });
  writeFileSync(join(cwd, 'syft'), '#!/bin/sh\necho "$DOCKER_CONFIG $SYFT_REGISTRY_INSECURE_USE_HTTP"\n');
  chmodSync(join(cwd, 'syft'), 0o755);
  const scanner = await openScanner(
    {
      'scan-with': 'syft',
      evidence: undefined,
      offline: false,
      'plain-http': ['registry.test'],
      'insecure-registry': [],
      'registry-config': 'docker/config.json',
    },
    true,
    { cwd, env: { PATH: [cwd, '/usr/bin', '/bin'].join(delimiter) } },
  );
  assert(scanner);
  const printed = await scanner.scan(`registry.test/shop/cart@sha256:${'a'.repeat(64)}`);
  expect(printed.ok && Buffer.from(printed.value).toString()).toBe(`${join(cwd, 'docker')} true\n`);
});
