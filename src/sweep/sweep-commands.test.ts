import { expect, it } from 'vitest';
import { container, workload } from '../policy/judged-image.fixture.ts';
import { undetermined } from './answer.ts';
import { sweepCommands } from './sweep-commands.ts';
import { createSweepReport } from './sweep-report.ts';
import { A, B, C, resolved, swept } from './subject.fixture.ts';

const NOW = new Date('2026-01-02T03:04:05Z');
const doubt = { reason: 'NoSbom', cause: null, message: '', remediation: null, evidence: [] } as const;

function commandsFor(
  text: string,
  digest: string | null,
  children: readonly string[] = [],
): readonly string[] {
  const image = swept(text, digest === null ? {} : { resolved: resolved(digest, children) });
  const report = createSweepReport({
    query: { asked: { package: ['x'] } },
    answered: ['a', 'b'].map((name) => ({
      workload: workload(),
      container: { ...container(text), name },
      image,
      running: null,
      answer: undetermined(doubt),
      newer: null,
    })),
    workloads: [],
    gaps: [],
    notes: [],
    interrupted: false,
    clusters: [],
    source: { kind: 'manifests' },
    policy: null,
    trust: null,
    hosts: [],
    generatedAt: NOW,
    takenAt: NOW,
    evidence: null,
    tool: 'test',
    since: null,
  });
  return sweepCommands.render(report, { columns: null, color: false, headers: true }).split('\n');
}

it('has a scan by digest for each image', () => {
  expect(commandsFor('nginx:1.27', A)).toEqual([
    '# nginx:1.27: NoSbom',
    `syft scan registry:docker.io/library/nginx@${A} -o syft-json=sha256-${A.slice(7)}.syft.json`,
    `trivy image --image-src remote --format cyclonedx --output sha256-${A.slice(7)}.trivy.cdx.json docker.io/library/nginx@${A}`,
    '# one of the two is enough; then ask again, with --sbom . for what is here and --accept unsigned',
    '',
  ]);
});

it('has none for an image without a digest', () => {
  expect(commandsFor('nginx:1.27', null)).toEqual([
    '# nginx:1.27: NoSbom: no digest of it is known, so that it cannot be scanned',
    '',
  ]);
});

it('has one for each platform of an index', () => {
  const commands = commandsFor('nginx:1.27', A, [B, C]);
  expect(commands.filter((line) => line.startsWith('syft '))).toEqual(
    [B, C].map(
      (digest) =>
        `syft scan registry:docker.io/library/nginx@${digest} -o syft-json=sha256-${digest.slice(7)}.syft.json`,
    ),
  );
});
