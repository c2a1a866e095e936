import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TufRepository, tufRepository } from '../test/tuf-repository.ts';
import { directory, run, TRUSTED_ROOT } from './fake-io.fixture.ts';

let repository: TufRepository;
beforeAll(async () => {
  repository = await tufRepository(readFileSync(TRUSTED_ROOT));
});
afterAll(() => repository.close());

const VERIFY = ['verify', '127.0.0.1:1/shop/cart:v1', '--policy', 'policy.yaml', '-o', 'json'];

/** A machine with a policy under a TUF repository. */
function machine() {
  const text = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: test }
spec:
  trustRoots: [{ name: acme, tuf: { mirror: "${repository.mirror}", root: ./root.json } }]
  authorities: [{ name: ci, keyless: { trustRoot: acme, issuer: "https://ci", subject: "release" } }]
  rules: [{ name: signed, signature: { anyOf: [ci] } }]
`;
  const cwd = directory({ 'policy.yaml': text, 'root.json': repository.firstRoot.toString() });
  return { cwd, env: { XDG_CACHE_HOME: join(cwd, 'cache') } };
}

interface Metadata {
  metadata: { trustRoots: { name: string; sha256: string; updatedAt: string | null }[] };
}
const rootsIn = (stdout: string) => (JSON.parse(stdout) as Metadata).metadata.trustRoots;

it.each(['kept', 'kept.tar.gz'])(
  'a trust root travels with the evidence in %s, and the report says which one was used',
  async (name) => {
    const [here, there] = [machine(), machine()];
    const evidence = join(here.cwd, name);
    const online = await run([...VERIFY, '--save-evidence', evidence], here);
    const acme = rootsIn(online.stdout).find((root) => root.name === 'acme');
    expect(acme?.updatedAt).toBe('2026-01-02T03:04:05.000Z');

    const asked = repository.asked.length;
    const offline = await run([...VERIFY, '--evidence', evidence], there);
    expect(repository.asked.length).toBe(asked);
    expect(rootsIn(offline.stdout)).toContainEqual(acme);
    expect(offline.stderr).toContain(
      `trust root acme is the one of 2026-01-02T03:04:05.000Z that came with the evidence (sha256:${acme!.sha256}): there is no other here`,
    );
    expect((await run([...VERIFY, '--evidence', evidence, '-q'], there)).stderr).toBe('');
    // Who has a copy of his own uses that, and is told nothing.
    const own = await run([...VERIFY, '--evidence', evidence], here);
    expect(own.stderr).toBe('');
  },
);

it('is added with the evidence that it came with', async () => {
  const [here, there] = [machine(), machine()];
  await run([...VERIFY, '--save-evidence', 'kept'], here);
  const merged = await run(['evidence', 'save', 'all.tar', '--evidence', 'kept'], here);
  expect(merged).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^all\.tar holds \d+ answers with those of kept\n$/) as unknown,
  });
  const offline = await run([...VERIFY, '--evidence', join(here.cwd, 'all.tar')], there);
  expect(rootsIn(offline.stdout).map((root) => root.name)).toContain('acme');
});

it('adds all or nothing', async () => {
  const here = machine();
  const { exitCode, stderr } = await run(['evidence', 'save', 'all', 'nginx', '--evidence', 'kept'], here);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('name no images, -f, -k or cluster')]);
  const missing = await run(['evidence', 'save', 'all', '--evidence', 'kept'], here);
  expect(missing.exitCode).toBe(2);
});
