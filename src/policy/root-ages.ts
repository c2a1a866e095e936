import type { JudgedWorkload } from './evaluate.ts';
import type { Finding } from './finding.ts';
import { remedyFor } from './remedies.ts';

/**
 * Says to everything that the trust root does not know how old the copies are that it was held against: a day is named and no
 * age, so that the same evidence under the same roots gives the same report tomorrow.
 */
export function withRootAges(
  judged: readonly JudgedWorkload[],
  updatedAt: ReadonlyMap<string, Date>,
): readonly JudgedWorkload[] {
  const remediation = remedyWith(updatedAt);
  const dated = (finding: Finding): Finding =>
    finding.reason === 'TrustRootOutdated' ? { ...finding, remediation } : finding;
  return judged.map((workload) => ({
    ...workload,
    containers: workload.containers.map((container) =>
      container.findings.some(({ reason }) => reason === 'TrustRootOutdated')
        ? { ...container, findings: container.findings.map(dated) }
        : container,
    ),
  }));
}

function remedyWith(updatedAt: ReadonlyMap<string, Date>): string | null {
  const remedy = remedyFor('TrustRootOutdated');
  const copies = [...updatedAt].map(([name, time]) => `${name} of ${time.toISOString().slice(0, 10)}`);
  return remedy === null || copies.length === 0
    ? remedy
    : `${remedy}; the copies here: ${copies.sort().join(', ')}`;
}
