import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AnsweringServer, serveAnswers } from '../src/evidence/github-server.fixture.ts';
import { digestOf } from '../src/registry/digest.ts';
import { openLayout } from '../src/registry/layout.ts';
import type { Registry } from '../src/registry/registry.ts';
import { directory, LAYOUT, run, TRUSTED_ROOT } from './fake-io.fixture.ts';
import { findServer } from './github.ts';

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests: [],
});
const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(Buffer.from('{}')),
    size: 2,
  },
  layers: [],
});
const CONFIG_PATH = `/v2/acme/cart/blobs/${digestOf(Buffer.from('{}'))}`;
const DIGEST = digestOf(Buffer.from(MANIFEST));
const PATH = `/repos/acme/cart/attestations/${DIGEST}`;

const reportSchema = z.object({
  metadata: z.object({ hosts: z.array(z.string()) }),
  workloads: z.array(
    z.object({
      containers: z.array(
        z.object({
          findings: z.array(z.looseObject({ status: z.string(), reason: z.string(), message: z.string() })),
        }),
      ),
    }),
  ),
});

let registry: AnsweringServer;
let api: AnsweringServer;
beforeEach(async () => {
  [registry, api] = await Promise.all([serveAnswers(), serveAnswers()]);
  registry.answer('/v2/acme/cart/manifests/v1', 200, MANIFEST, { 'content-type': OCI_MANIFEST });
  registry.answer(`/v2/acme/cart/manifests/${DIGEST}`, 200, MANIFEST, { 'content-type': OCI_MANIFEST });
  registry.answer(CONFIG_PATH, 200, '{}', { 'content-type': 'application/octet-stream' });
  for (const name of ['cart', 'signatures'])
    registry.answer(`/v2/acme/${name}/referrers/${DIGEST}`, 200, INDEX, {
      'content-type': OCI_INDEX,
    });
});
afterEach(() => Promise.all([registry.close(), api.close()]));

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A directory with a policy whose only authority keeps its signatures in that repository, if any is named. */
function policyFor(signatureRepository?: string): string {
  const kept = signatureRepository === undefined ? '' : `, signatureRepository: "${signatureRepository}"`;
  const policy = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: kept }
spec:
  authorities: [{ name: key, key: { path: key.pub, transparencyLog: false }${kept} }]
  rules: [{ name: signed, signature: { anyOf: [key] } }]
`;
  return directory({ 'policy.yaml': policy, 'key.pub': PEM });
}

const IMAGE = () => `${registry.host}/acme/cart:v1`;
const ASK = ['--github-attestations', 'Acme/Cart'];

function verify(cwd: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  return run(['verify', IMAGE(), '--policy', 'policy.yaml', '-o', 'json', ...args], {
    cwd,
    env: { GITHUB_API_URL: api.url, ...env },
  });
}

function read(stdout: string) {
  const { metadata, workloads } = reportSchema.parse(JSON.parse(stdout));
  const [finding] = workloads.flatMap(({ containers }) => containers.flatMap(({ findings }) => findings));
  return { hosts: metadata.hosts, finding, judged: JSON.stringify(workloads) };
}

describe('--github-attestations', () => {
  it('without it GitHub is not asked', async () => {
    const { finding, hosts } = read((await verify(policyFor())).stdout);
    expect([finding?.reason, hosts, api.requests]).toEqual(['SignatureMissing', [registry.host], []]);
  });

  it('with it GitHub is asked, and named among the hosts', async () => {
    const { finding, hosts } = read((await verify(policyFor(), ASK)).stdout);
    expect([finding?.reason, hosts]).toEqual(['SignatureMissing', [registry.host, api.host].sort()]);
    expect(api.requests.map(({ path }) => path)).toEqual([`${PATH}?per_page=100`]);
  });

  it('what GitHub does not answer is unknown, and never silence', async () => {
    api.answer(PATH, 403, '{"message":"API rate limit exceeded"}', { 'x-ratelimit-remaining': '0' });
    const { exitCode, stdout } = await verify(policyFor(), ASK);
    expect(exitCode).toBe(3);
    expect(read(stdout).finding).toMatchObject({ status: 'unknown', reason: 'RateLimited' });
  });

  it('a bundle that is no good is listed with its reason', async () => {
    api.answer(PATH, 200, '{"attestations":[{"bundle":{"mediaType":"nonsense"}}]}');
    const { finding, judged } = read((await verify(policyFor(), ASK)).stdout);
    expect(finding).toMatchObject({ status: 'fail', reason: 'SignatureMalformed' });
    expect(judged).toContain(`https://${api.host}${PATH}`);
  });

  it('what GitHub answered is saved, and judged again to the byte', async () => {
    api.answer(PATH, 200, '{"attestations":[{"bundle":{"mediaType":"nonsense"}},{"bundle":null}]}');
    const cwd = policyFor();
    const first = read((await verify(cwd, [...ASK, '--save-evidence', 'saved'])).stdout);
    const asked = [registry, api].map(({ requests }) => requests.length);
    const again = read((await verify(cwd, [...ASK, '--evidence', 'saved'])).stdout);
    expect(again.judged).toBe(first.judged);
    expect(first.judged).toContain('SignatureMalformed');
    expect([registry, api].map(({ requests }) => requests.length)).toEqual(asked);
    expect(again.hosts).toEqual([]);
  });

  it('asks nobody offline: from saved evidence it is answered, else it contradicts', async () => {
    const cwd = policyFor();
    await verify(cwd, [...ASK, '--save-evidence', 'saved']);
    const asked = api.requests.length;
    const { exitCode, stderr } = await verify(cwd, [...ASK, '--offline']);
    expect([exitCode, api.requests.length]).toEqual([2, asked]);
    expect(stderr).toContain('--github-attestations asks GitHub, and --offline does not');
    const saved = await verify(cwd, [...ASK, '--offline', '--evidence', 'saved']);
    expect(read(saved.stdout).finding?.reason).toBe('SignatureMissing');
  });

  it.each([
    ['acme/cart/more', 'is neither OWNER nor OWNER/REPO'],
    ['../../user', 'is neither OWNER nor OWNER/REPO'],
    ['acme/..', 'is neither OWNER nor OWNER/REPO'],
    ['acme?x', 'is neither OWNER nor OWNER/REPO'],
    ['https://github.com/acme', 'is neither OWNER nor OWNER/REPO'],
  ])('refuses %s', async (value, message) => {
    const { exitCode, stderr } = await verify(policyFor(), ['--github-attestations', value]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(registry.requests).toEqual([]);
  });
});

describe('the server, and the token for it', () => {
  it.each([
    ['nothing', {}, 'https://api.github.com/', 'of-github'],
    ['github.com', { GH_HOST: 'github.com' }, 'https://api.github.com/', 'of-github'],
    ['a tenant', { GH_HOST: 'Acme.ghe.com' }, 'https://api.acme.ghe.com/', 'of-github'],
    ['a server', { GH_HOST: 'ghe.example.com' }, 'https://ghe.example.com/api/v3', 'of-another-server'],
    [
      'a workflow',
      { GITHUB_API_URL: 'https://ghe.example.com/api/v3' },
      'https://ghe.example.com/api/v3',
      'of-another-server',
    ],
    [
      'gh, in a workflow',
      { GH_HOST: 'github.com', GITHUB_API_URL: 'https://ghe.example.com/api/v3' },
      'https://api.github.com/',
      'of-github',
    ],
    [
      'a name that ends like GitHub',
      { GH_HOST: 'api.github.com.evil.example' },
      'https://api.github.com.evil.example/api/v3',
      'of-another-server',
    ],
    [
      'a name that ends like tenants',
      { GH_HOST: 'evilghe.com' },
      'https://evilghe.com/api/v3',
      'of-another-server',
    ],
  ])('of %s', (_name, env, base, token) => {
    const found = findServer({
      ...env,
      GITHUB_TOKEN: 'of-github',
      GITHUB_ENTERPRISE_TOKEN: 'of-another-server',
    });
    expect([found.base.href, found.token]).toEqual([base, token]);
  });

  it('is none where none is set', () => {
    expect(findServer({ GH_TOKEN: '' }).token).toBeNull();
  });
});

describe('the token', () => {
  const TOKENS = {
    GH_TOKEN: 'of-github',
    GITHUB_TOKEN: 'of-github-too',
    GH_ENTERPRISE_TOKEN: 'of-another-server',
  };

  it('of github.com goes to no other server, and that of other servers does', async () => {
    await verify(policyFor(), ASK, TOKENS);
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer of-another-server']);
  });

  it('is sent to no registry, and stands in no message', async () => {
    api.answer(PATH, 401, '{"message":"Bad credentials"}');
    const { stdout, stderr } = await verify(policyFor(), [...ASK, '--v', '6'], TOKENS);
    expect(registry.requests.map(({ headers }) => headers.authorization)).not.toContain(
      'Bearer of-another-server',
    );
    expect(read(stdout).finding).toMatchObject({ status: 'unknown', reason: 'CredentialsRejected' });
    expect(stdout + stderr).not.toContain('of-');
  });

  it.each([
    ['a token that is none', { GH_ENTERPRISE_TOKEN: 'a\nb' }, 'GH_ENTERPRISE_TOKEN: it is no token'],
    ['plain HTTP', { GITHUB_API_URL: 'http://ghe.example.com' }, 'GITHUB_API_URL: it does not name a server'],
    ['credentials', { GITHUB_API_URL: 'https://a:b@ghe.example.com' }, 'GITHUB_API_URL: it does not name'],
    ['no address', { GH_HOST: 'a b' }, 'GH_HOST: it does not name a server'],
  ])('%s is refused before any work', async (_name, env, message) => {
    const { exitCode, stderr } = await verify(policyFor(), ASK, env);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('a:b');
    expect([...registry.requests, ...api.requests]).toEqual([]);
  });
});

describe('signatureRepository', () => {
  const SIGNATURES = () => `${registry.host}/acme/signatures`;
  const asked = () => registry.requests.filter(({ path }) => path.startsWith('/v2/acme/signatures/'));

  it('is asked beside the image', async () => {
    const { finding } = read((await verify(policyFor(SIGNATURES()))).stdout);
    expect(finding).toMatchObject({ status: 'fail', reason: 'SignatureMissing' });
    const tag = DIGEST.replace(':', '-');
    expect(
      asked()
        .map(({ path }) => path.replace('/v2/acme/signatures/', ''))
        .sort(),
    ).toEqual([
      ...['att', 'sbom', 'sig'].map((suffix) => `manifests/${tag}.${suffix}`),
      `referrers/${DIGEST}`,
    ]);
  });

  it('makes its authority unknown where it cannot be read, and again from what was saved', async () => {
    registry.answer(`/v2/acme/signatures/referrers/${DIGEST}`, 403, '{"errors":[{"code":"DENIED"}]}');
    const cwd = policyFor(SIGNATURES());
    const first = read((await verify(cwd, ['--save-evidence', 'saved'])).stdout);
    expect(first.finding).toMatchObject({ status: 'unknown', reason: 'AccessDenied' });
    const again = read((await verify(cwd, ['--evidence', 'saved'])).stdout);
    expect(again.judged).toBe(first.judged);
  });

  it('is saved by evidence save where the policy is named', async () => {
    const cwd = policyFor(SIGNATURES());
    const saved = await run(['evidence', 'save', 'saved', IMAGE(), '--policy', 'policy.yaml', ...ASK], {
      cwd,
      env: { GITHUB_API_URL: api.url },
    });
    expect([saved.exitCode, asked().length, api.requests.length]).toEqual([0, 4, 1]);
    const { finding } = read((await verify(cwd, [...ASK, '--evidence', 'saved'])).stdout);
    expect(finding?.reason).toBe('SignatureMissing');
  });

  it('that was not saved is not in evidence', async () => {
    const cwd = policyFor();
    await verify(cwd, ['--save-evidence', 'saved']);
    const policy = readFileSync(join(cwd, 'policy.yaml'), 'utf8').replace(
      'transparencyLog: false }',
      `transparencyLog: false }, signatureRepository: "${SIGNATURES()}"`,
    );
    writeFileSync(join(cwd, 'policy.yaml'), policy);
    expect(read((await verify(cwd, ['--evidence', 'saved'])).stdout).finding?.reason).toBe('NotInEvidence');
  });

  it.each([
    ['ghcr.io/acme/signatures:v1', 'must be a repository without a tag or digest'],
    ['https://ghcr.io/acme', 'spec.authorities[0].signatureRepository'],
    ['GHCR.io/Acme/Sig', 'has upper-case letters'],
  ])('refuses %s', async (repository, message) => {
    const { exitCode, stderr } = await verify(policyFor(repository));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('an image that only GitHub has a signature of', () => {
  it('passes by it', async () => {
    const layout = await openLayout(LAYOUT);
    if (!layout.ok) throw new Error(layout.fault.message);
    const name = 'registry.example.com/shop/cart';
    const image = await layout.value.tag(name, 'v1');
    if (!image.ok || image.value === null) throw new Error('no image');
    const { digest, bytes, mediaType } = image.value;
    const bundles = await githubBundles(layout.value, name, digest);
    for (const reference of ['v1', digest])
      registry.answer(`/v2/acme/cart/manifests/${reference}`, 200, bytes, { 'content-type': mediaType });
    registry.answer(`/v2/acme/cart/referrers/${digest}`, 200, INDEX, { 'content-type': OCI_INDEX });
    const policy = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: github }
spec:
  trustRoots: [{ name: acme, sigstore: { trustedRoot: "${TRUSTED_ROOT}" } }]
  authorities:
    - name: ci
      keyless:
        trustRoot: acme
        issuer: https://token.actions.example.com
        subject: https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v*
  rules: [{ name: signed, signature: { anyOf: [ci] } }]
`;
    const cwd = directory({ 'policy.yaml': policy });
    expect(read((await verify(cwd, ASK)).stdout).finding?.reason).toBe('SignatureMissing');
    api.answer(`/repos/acme/cart/attestations/${digest}`, 200, JSON.stringify({ attestations: bundles }));
    const { finding } = read((await verify(cwd, ASK)).stdout);
    expect(finding).toMatchObject({ status: 'pass', reason: 'SignatureVerified' });
  });
});

/** The bundles that refer to an image, as GitHub lists them. */
async function githubBundles(layout: Registry, name: string, digest: string): Promise<object[]> {
  const referrers = await layout.referrers(name, digest);
  const listed: object[] = [];
  for (const descriptor of referrers.ok ? referrers.value.descriptors : []) {
    const manifest = await layout.manifest(name, descriptor.digest);
    const content = manifest.ok ? manifest.value?.content : undefined;
    const [layer] = content?.kind === 'manifest' ? content.layers : [];
    const blob = layer && (await layout.blob(name, layer, layer.size));
    if (blob?.ok) listed.push({ bundle: JSON.parse(Buffer.from(blob.value).toString()) as unknown });
  }
  return listed;
}
