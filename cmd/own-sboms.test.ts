import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { directory, LAYOUT, run } from './fake-io.fixture.ts';

/** Nothing is attached to it. */
const IMAGE = 'registry.example.com/shop/frontend:v1';
const OTHER = `sha256:${'ab'.repeat(32)}`;
const POLICY = `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: own }
spec:
  rules:
    - { name: sboms, sbom: { allowUnsigned: true } }
  default: allow
`;

const reportSchema = z.object({
  workloads: z.array(
    z.object({
      containers: z.array(
        z.object({
          image: z.object({ digest: z.string() }),
          findings: z.array(z.looseObject({ check: z.string(), reason: z.string() })),
        }),
      ),
    }),
  ),
});

async function audited(files: Readonly<Record<string, string>> | null) {
  const cwd = directory({ 'policy.yaml': POLICY });
  const named = files === null ? [] : ['--sbom', directory(files)];
  const args = ['verify', IMAGE, '--evidence', LAYOUT, '--policy', 'policy.yaml', '-o', 'json', ...named];
  const { stdout, stderr } = await run(args, { cwd });
  const container = reportSchema.parse(JSON.parse(stdout)).workloads[0]?.containers[0];
  const sbom = container?.findings.find(({ check }) => check === 'sbom');
  return { digest: container?.image.digest ?? '', reason: sbom?.reason, sbom, stderr };
}

function cyclonedx(digest: string | null): string {
  const component = { type: 'container', name: 'frontend', ...(digest !== null && { version: digest }) };
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component },
    components: [{ type: 'library', name: 'a', version: '1.0.0' }],
  });
}

describe('--sbom DIR', () => {
  it.each<[string, (digest: string) => Record<string, string>, string, string]>([
    ['nothing of this image', () => ({}), 'SbomMissing', ''],
    [
      'a file named by the digest',
      (digest) => ({ [`${digest.replace(':', '-')}.json`]: cyclonedx(null) }),
      'SbomAccepted',
      '',
    ],
    [
      'a file named by its hexadecimal digits',
      (digest) => ({ [`${digest.slice(7)}.cdx.json`]: cyclonedx(null) }),
      'SbomAccepted',
      '',
    ],
    [
      'a document that names the digest',
      (digest) => ({ 'frontend.json': cyclonedx(digest) }),
      'SbomAccepted',
      '',
    ],
    ['a document of another image', () => ({ 'other.json': cyclonedx(OTHER) }), 'SbomMissing', ''],
    [
      'a file named by the digest that describes another image',
      (digest) => ({ [`${digest.slice(7)}.json`]: cyclonedx(OTHER) }),
      'SbomForOtherImage',
      '',
    ],
    [
      'a document that names no image',
      () => ({ 'frontend.json': cyclonedx(null) }),
      'SbomMissing',
      'does not say which image',
    ],
    [
      'a document that is none',
      () => ({ 'frontend.json': '{}' }),
      'SbomMissing',
      'frontend.json is no SBOM that can be read',
    ],
    ['a file that is no SBOM', () => ({ 'README.txt': 'SBOMs' }), 'SbomMissing', ''],
    [
      'a file named by the digest that cannot be read as an SBOM',
      (digest) => ({ [`${digest.slice(7)}.json`]: '{' }),
      'SbomUnreadable',
      '',
    ],
  ])('with %s', async (_name, files, reason, notice) => {
    const { digest } = await audited(null);
    const judged = await audited(files(digest));
    expect(judged.reason).toBe(reason);
    expect(judged.stderr.includes('--sbom')).toBe(notice !== '');
    expect(judged.stderr).toContain(notice);
  });

  it('is the evidence of nobody', async () => {
    const { digest } = await audited(null);
    const { sbom } = await audited({ 'frontend.json': cyclonedx(digest) });
    expect(sbom).toMatchObject({ authority: null });
    expect(sbom?.['evidence']).toMatchObject([{ result: 'refused', reason: 'EvidenceUnsigned' }]);
  });

  it('is no directory', async () => {
    const { exitCode, stderr } = await run(['verify', IMAGE, '--evidence', LAYOUT, '--sbom', 'nowhere']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--sbom nowhere is no directory');
  });
});
