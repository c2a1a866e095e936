import { expect, it } from 'vitest';
import { container, workload } from '../policy/judged-image.fixture.ts';
import { undetermined } from './answer.ts';
import { sweepCommands } from './sweep-commands.ts';
import { createSweepReport } from './sweep-report.ts';
import { A, resolved, swept } from './subject.fixture.ts';

const NOW = new Date('2026-01-02T03:04:05Z');
const doubt = { reason: 'NoSbom', cause: null, message: '', remediation: null, evidence: [] } as const;

function commandsFor(text: string, digest: string | null): readonly string[] {
  const image = swept(text, digest === null ? {} : { resolved: resolved(digest) });
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
    `syft scan registry:docker.io/library/nginx@${A} -o cyclonedx-json=sha256-${A.slice(7)}.syft.cdx.json`,
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
