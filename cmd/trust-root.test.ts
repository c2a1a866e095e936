import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TufRepository, tufRepository } from '../test/tuf-repository.ts';
import { directory, LAYOUT, run, TRUSTED_ROOT } from './fake-io.fixture.ts';

const CART = 'registry.example.com/shop/cart:v1';
const reportSchema = z.object({
  metadata: z.object({
    hosts: z.array(z.string()),
    trustRoots: z.array(z.object({ name: z.string(), sha256: z.string(), updatedAt: z.string().nullable() })),
  }),
  workloads: z.array(
    z.object({
      containers: z.array(
        z.object({
          findings: z.array(
            z.object({
              status: z.string(),
              reason: z.string(),
              message: z.string(),
              remediation: z.string().nullable(),
            }),
          ),
        }),
      ),
    }),
  ),
});

let repository: TufRepository;
beforeAll(async () => {
  repository = await tufRepository(readFileSync(TRUSTED_ROOT));
});
afterAll(() => repository.close());

/** The policy of testdata's keyless signer, under some trust root. */
function policy(trustRoots: string, trustRoot: string): string {
  return `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: test }
spec:
${trustRoots}
  authorities:
    - name: ci
      keyless: { trustRoot: ${trustRoot}, issuerRegExp: "https://.+", subjectRegExp: ".+/release.+" }
  rules:
    - { name: signed, signature: { anyOf: [ci] } }
`;
}

/** A directory with a policy under a TUF repository, and the environment of a user who has his cache in it. */
function workspace(trustRoot = 'acme') {
  const tuf = `  trustRoots: [{ name: acme, tuf: { mirror: "${repository.mirror}", root: ./root.json } }]`;
  const text = policy(trustRoot === 'acme' ? tuf : '', trustRoot);
  const cwd = directory({ 'policy.yaml': text, 'root.json': repository.firstRoot.toString() });
  return { cwd, env: { XDG_CACHE_HOME: join(cwd, 'cache') } };
}

/** A registry that is not there: nothing is asked but the mirror. */
const ABSENT = ['verify', '127.0.0.1:1/shop/cart:v1', '--policy', 'policy.yaml', '-o', 'json'];
const VERIFY = ['verify', CART, '--policy', 'policy.yaml', '-o', 'json'];
const EVIDENCE = ['--evidence', LAYOUT];

function findingOf(stdout: string) {
  const { workloads, metadata } = reportSchema.parse(JSON.parse(stdout));
  const finding = workloads[0]?.containers[0]?.findings[0];
  if (!finding) throw new Error('no finding');
  return { finding, metadata };
}

describe('a policy under a trust root that TUF keeps', () => {
  it('is unknown until a copy was fetched, and says how', async () => {
    const { stdout, exitCode } = await run([...VERIFY, ...EVIDENCE], workspace());
    expect(findingOf(stdout).finding).toMatchObject({
      status: 'unknown',
      reason: 'TrustRootOutdated',
      message: `the rule accepts ci, and its trust root acme was not fetched from ${repository.mirror} yet`,
    });
    expect(stdout).toContain('kubectl supplychain trust-root update');
    expect(exitCode).toBe(3);
  });

  it('holds without a network once it was fetched, and says since when', async () => {
    const at = workspace();
    const updated = await run(
      ['trust-root', 'update', '--mirror', repository.mirror, '--root', 'root.json'],
      at,
    );
    expect(updated).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `${repository.mirror}: updated from ${repository.mirror}\na policy names it as tuf: { mirror: "${repository.mirror}", root: "root.json" }\n`,
    });
    const asked = repository.asked.length;
    const { stdout } = await run([...VERIFY, ...EVIDENCE], at);
    const { finding, metadata } = findingOf(stdout);
    expect(finding).toMatchObject({ status: 'pass', reason: 'SignatureVerified' });
    expect(metadata.trustRoots).toContainEqual(
      expect.objectContaining({ name: 'acme', updatedAt: '2026-01-02T03:04:05.000Z' }),
    );
    expect(metadata.hosts).toEqual([]);
    expect(repository.asked.length).toBe(asked);
  });

  it('is refreshed beside an audit, whose report names the host', async () => {
    const at = workspace();
    const { stdout, stderr } = await run([...ABSENT, '-v', '1'], at);
    expect(stderr).toContain('trust root acme is up to date');
    const { metadata } = findingOf(stdout);
    expect(metadata.hosts).toContain(new URL(repository.mirror).host);
    expect(metadata.trustRoots.map(({ name, updatedAt }) => [name, updatedAt])).toContainEqual([
      'acme',
      '2026-01-02T03:04:05.000Z',
    ]);
    const asked = repository.asked.length;
    await run(ABSENT, at);
    expect(repository.asked.length).toBe(asked);
  });

  it.each([
    ['--offline', [...ABSENT, '--offline']],
    ['--evidence', [...VERIFY, ...EVIDENCE]],
  ])('asks no mirror with %s', async (_name, args) => {
    const asked = repository.asked.length;
    const { stdout } = await run(args, workspace());
    expect(repository.asked.length).toBe(asked);
    expect(findingOf(stdout).metadata.hosts).not.toContain(new URL(repository.mirror).host);
  });

  it('says with -v why it was not refreshed, and what is used instead', async () => {
    const at = workspace();
    repository.misbehave = () => 503;
    const { stderr, stdout } = await run([...ABSENT, '-v', '1'], at);
    repository.misbehave = () => null;
    expect(stderr).toMatch(
      /^trust root acme was not updated: \S+ answers with the status 503; there is no copy of it$/m,
    );
    expect(findingOf(stdout).metadata.trustRoots.map(({ name }) => name)).toEqual(['sigstore']);
  });
});

describe('the trust root github', () => {
  it('is built in, and knows nothing that is not signed under it', async () => {
    const { stdout } = await run([...VERIFY, ...EVIDENCE], workspace('github'));
    expect(findingOf(stdout).finding).toMatchObject({ status: 'fail', reason: 'SignerNotTrusted' });
  });

  it.each(['sigstore', 'github'])('keeps its name to itself: %s', async (name) => {
    const text = policy(
      `  trustRoots: [{ name: ${name}, sigstore: { trustedRoot: ${TRUSTED_ROOT} } }]`,
      name,
    );
    const { exitCode, stderr } = await run(['policy', 'check', 'policy.yaml'], {
      cwd: directory({ 'policy.yaml': text }),
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`the trust root "${name}" is there already`);
  });
});

describe('trust-root show', () => {
  it('says how old each root is and whom it trusts', async () => {
    const { stdout, exitCode } = await run(['trust-root', 'show']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^sigstore +this program +20\d\d-\d\d-\d\d +[0-9a-f]{64}$/m);
    expect(stdout).toMatch(/^sigstore +transparency log +2021-01-12 +- +https:\/\/rekor\.sigstore\.dev$/m);
    expect(stdout).toMatch(/^sigstore +certificate authority +2021-03-07 +2022-12-31 \(over\) /m);
    expect(stdout).toMatch(
      /^github +timestamp authority +2026-06-12 +2027-06-12 +timestamp\.githubapp\.com /m,
    );
  });

  it('shows those of a policy, and exits 3 while one of them is not here', async () => {
    const { stdout, exitCode } = await run(['trust-root', 'show', '--policy', 'policy.yaml'], workspace());
    expect(stdout).toContain('acme is not fetched yet');
    expect(exitCode).toBe(3);
  });

  it.each(['json', 'yaml'])('prints %s', async (form) => {
    const { stdout } = await run(['trust-root', 'show', '--trusted-root', TRUSTED_ROOT, '-o', form]);
    expect(stdout).toContain('https://rekor.example.com');
    expect(stdout).not.toContain('rekor.sigstore.dev');
  });
});

describe('trust-root', () => {
  it.each<[string, string[], string]>([
    ['without a word', [], 'trust-root: name what to do: trust-root show, or trust-root update'],
    [
      'with another word',
      ['fetch'],
      'trust-root fetch: name what to do: trust-root show, or trust-root update',
    ],
    [
      'with a word too many',
      ['show', 'all'],
      'trust-root all: name what to do: trust-root show, or trust-root update',
    ],
    [
      'update of half a repository',
      ['update', '--mirror', 'https://a.example'],
      '--mirror and --root go together',
    ],
    [
      'update of no address',
      ['update', '--mirror', 'ftp://a', '--root', 'r'],
      '--mirror: "ftp://a" is no address, as https://tuf.example.com',
    ],
    [
      'update from a root that is not there',
      ['update', '--mirror', 'https://a.example', '--root', 'r'],
      '--root: r does not exist',
    ],
    [
      'update with nowhere to keep it',
      ['update'],
      'there is no place to keep trust roots in; set HOME, or XDG_CACHE_HOME to an absolute path',
    ],
    [
      'show in another form',
      ['show', '-o', 'wide'],
      'unknown output format "wide"; there are: table, json, yaml',
    ],
    [
      'show of a mirror',
      ['show', '--mirror', 'https://a.example'],
      '--mirror and --root go with trust-root update',
    ],
  ])('is refused %s', async (_name, args, message) => {
    expect(await run(['trust-root', ...args])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: ${message}\n`,
    });
  });

  it('update says what is refused, and exits 3', async () => {
    const at = workspace();
    repository.state.expires = '2001-01-01T00:00:00Z';
    repository.publish();
    const { exitCode, stderr } = await run(
      ['trust-root', 'update', '--mirror', repository.mirror, '--root', 'root.json'],
      at,
    );
    repository.state.expires = '2999-01-01T00:00:00Z';
    repository.publish();
    expect(exitCode).toBe(3);
    expect(stderr).toContain('an old state may be held back');
  });
});
