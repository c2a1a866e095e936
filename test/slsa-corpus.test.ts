import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpusFolder } from '../src/attestations/corpus.fixture.ts';
import { audit } from '../src/audit.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import type { Finding } from '../src/policy/finding.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { ok } from '../src/reasons.ts';
import { noCredentials } from '../src/registry/credential.ts';
import { createDistributionRegistry } from '../src/registry/distribution.ts';
import { openLayout } from '../src/registry/layout.ts';
import type { Registry } from '../src/registry/registry.ts';
import { publicGoodRoot } from '../src/verify/public-good.ts';
import { createImageSource } from '../src/workloads/images.ts';
import { layoutsBelow, serveLayout } from './layout-registry.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const HEAD = 'apiVersion: kubectl-supplychain/v1alpha1\nkind: Policy\nmetadata: { name: test }\n';

async function findingsOf(reference: string, spec: string, registry: Registry): Promise<readonly Finding[]> {
  // What the policy names lies beside the test data.
  const file = { path: 'testdata/test.yaml', bytes: Buffer.from(HEAD + spec) };
  const loaded = loadPolicy([file], [publicGoodRoot()], (path) => ok(readFileSync(path)));
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join('\n'));
  const report = await audit({
    source: createImageSource([reference]),
    registry,
    collectors: COLLECTORS,
    policy: loaded.policy,
    trust: loaded.policy.trust,
    revocation: null,
    platform: null,
    concurrency: 2,
    timeout: 20_000,
    failOn: 'unknown',
    generatedAt: NOW,
    judgedAt: NOW,
    tool: 'test',
  });
  await registry.close();
  return report.workloads[0]?.containers[0]?.findings ?? [];
}

/** The signer is the reusable workflow, so that only the source says whose build it was. */
const built = (subject: string, source: string) => `spec:
  authorities:
    - name: generator
      keyless:
        issuer: https://token.actions.githubusercontent.com
        subject: ${subject}
  rules:
    - name: built
      slsa: { level: 3, signedBy: [generator], sources: ["${source}"] }
`;
const GENERATOR =
  'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/v*';
const SOURCE = 'https://github.com/slsa-framework/example-package';

const CORPUS = corpusFolder('slsa-container-provenance');

describe.skipIf(CORPUS === null)('container images of slsa-github-generator', () => {
  /** The older ones are logged as intoto 0.0.1, the newest as dsse 0.0.1. */
  const versions = ['v1.4.0', 'v1.6.0', 'v1.9.0', 'v2.0.0'];

  async function slsaOf(version: string, spec: string): Promise<readonly Finding[]> {
    const served = await serveLayout(join(CORPUS ?? '', version, 'container_workflow_dispatch'));
    const registry = createDistributionRegistry({
      clock: () => NOW,
      credentials: noCredentials,
      plainHttp: new Set([served.host]),
      insecure: new Set(),
      userAgent: 'test',
      concurrencyPerHost: 4,
    });
    try {
      return await findingsOf(`${served.host}/app:v1`, spec, registry);
    } finally {
      served.close();
    }
  }

  it('are all tested', () => {
    const found = CORPUS === null ? [] : layoutsBelow(CORPUS).map((path) => path.split('/')[0]);
    expect(found).toEqual(versions);
  });

  it.each(versions)('%s: its directory is evidence by itself', async (version) => {
    const layout = await openLayout(join(CORPUS ?? '', version, 'container_workflow_dispatch'));
    if (!layout.ok) throw new Error(layout.fault.message);
    const digest = readFileSync(join(CORPUS ?? '', version, 'container_workflow_dispatch.digest'), 'utf8');
    const image = `ghcr.io/slsa-framework/example-package@${digest.trim()}`;
    expect(await findingsOf(image, built(GENERATOR, SOURCE), layout.value)).toMatchObject([
      { check: 'slsa', status: 'pass', details: { level: 3, sourceRepository: SOURCE } },
    ]);
  });

  it.each<[string, string, string, object]>([
    [
      'accepted under its generator and source',
      GENERATOR,
      SOURCE,
      { status: 'pass', reason: 'ProvenanceAccepted', details: { level: 3, sourceRepository: SOURCE } },
    ],
    [
      'of another source than the rule asks for',
      GENERATOR,
      `${SOURCE}-2`,
      { status: 'fail', reason: 'SourceNotTrusted' },
    ],
    [
      'of another generator than the rule accepts',
      GENERATOR.replace('container', 'generic'),
      SOURCE,
      { status: 'fail', reason: 'SignerNotTrusted' },
    ],
  ])('their provenance is %s', async (_name, subject, source, expected) => {
    for (const version of versions)
      expect(await slsaOf(version, built(subject, source))).toMatchObject([{ check: 'slsa', ...expected }]);
  });
});

const CART = 'registry.example.com/shop/cart:v1';
const SHOP = `spec:
  trustRoots: [{ name: acme, sigstore: { trustedRoot: ./trusted-root.json } }]
  authorities:
    - name: release-workflow
      keyless:
        trustRoot: acme
        issuer: https://token.actions.example.com
        subject: https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v*
`;

describe('an image with provenance and SBOMs beside its signature', () => {
  const SLSA = (level: number) =>
    `  rules: [{ name: r, slsa: { level: ${level}, signedBy: [release-workflow], sources: ["https://github.com/acme/shop"] } }]\n`;
  const BUILDER = (level: number) =>
    `  builders: [{ id: "https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v*", signedBy: [release-workflow], level: ${level} }]\n`;
  const SBOM = (more: string) => `  rules: [{ name: r, sbom: { signedBy: [release-workflow]${more} } }]\n`;
  let registry: Registry;

  beforeAll(async () => {
    const layout = await openLayout('testdata/layout');
    if (!layout.ok) throw new Error(layout.fault.message);
    registry = layout.value;
  });

  afterAll(() => registry.close());

  const finding = async (spec: string, check: string) =>
    (await findingsOf(CART, SHOP + spec, registry)).find((one) => one.check === check);

  it.each([1, 2, 3])('has the level %d that the policy gives its builder', async (level) => {
    expect(await finding(BUILDER(level) + SLSA(level), 'slsa')).toMatchObject({
      status: 'pass',
      reason: 'ProvenanceAccepted',
      authority: 'release-workflow',
      details: { level, sourceRepository: 'https://github.com/acme/shop', sourceRef: 'refs/tags/v1.0.0' },
    });
  });

  it('has no higher level than the policy gives its builder', async () => {
    expect(await finding(BUILDER(2) + SLSA(3), 'slsa')).toMatchObject({
      status: 'fail',
      reason: 'SlsaLevelTooLow',
      message:
        'its provenance shows level 2, and the rule asks for 3: the policy gives its builder this level',
    });
  });

  it('has level 1 where nobody names its builder', async () => {
    expect(await finding(SLSA(1), 'slsa')).toMatchObject({ status: 'pass', details: { level: 1 } });
    expect(await finding(SLSA(2), 'slsa')).toMatchObject({
      status: 'fail',
      reason: 'SlsaLevelTooLow',
      message:
        'its provenance shows level 1, and the rule asks for 2: its builder "https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.0.0" is neither built in nor under spec.builders',
    });
  });

  it.each([
    ['spdx', '2.3'],
    ['cyclonedx', '1.6'],
  ])('has an SBOM in the format %s', async (format, specVersion) => {
    expect(await finding(SBOM(`, formats: [${format}]`), 'sbom')).toMatchObject({
      status: 'pass',
      reason: 'SbomAccepted',
      details: { format, specVersion, components: 3 },
    });
  });

  it('has no SBOM in a format that nobody attested', async () => {
    expect(await finding(SBOM(', formats: [syft]'), 'sbom')).toMatchObject({
      status: 'fail',
      reason: 'SbomFormatNotAccepted',
    });
  });
});
