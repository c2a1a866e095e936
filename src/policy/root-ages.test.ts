import { expect, it } from 'vitest';
import { finding, judged, within } from '../report/report.fixture.ts';
import { withRootAges } from './root-ages.ts';

const OUTDATED = finding('unknown', { reason: 'TrustRootOutdated', remediation: null });
const OTHER = finding('warn');

function remedies(updatedAt: ReadonlyMap<string, Date>): (string | null)[] {
  const [workload] = withRootAges([within([judged('ghcr.io/acme/cart:v1', [OUTDATED, OTHER])])], updatedAt);
  return (workload?.containers ?? []).flatMap(({ findings }) =>
    findings.map(({ remediation }) => remediation),
  );
}

it('says of what day the copies are that did not know enough, and what to do', () => {
  const [outdated, other] = remedies(
    new Map([
      ['sigstore', new Date('2026-11-05T10:00:00Z')],
      ['acme', new Date('2026-10-01T10:00:00Z')],
    ]),
  );
  expect(outdated).toMatch(
    /^kubectl supplychain trust-root update; .*; the copies here: acme of 2026-10-01, sigstore of 2026-11-05$/,
  );
  expect(other).toBe(OTHER.remediation);
});

it('says what to do where nothing is known of any copy', () => {
  expect(remedies(new Map())[0]).toMatch(/^kubectl supplychain trust-root update; [^;]+$/);
});
