import type { JudgedWorkload } from '../policy/evaluate.ts';
import { type Finding, judgeReference, type Status, worst } from '../policy/finding.ts';
import { container, image, referenced, workload } from '../policy/judged-image.fixture.ts';
import type { Policy } from '../policy/policy.ts';
import { verdictOf } from '../policy/verdict.ts';
import { parseReference } from '../registry/reference.ts';
import type { Registry } from '../registry/registry.ts';
import type { Container, Gap, Workload } from '../workloads/source.ts';
import { createReport, type Report, type ReportInput } from './report.ts';

export function finding(status: Status, more: Partial<Finding> = {}): Finding {
  return {
    ...judgeReference('pass', 'SignatureMissing', 'nothing signs it', 'sign it'),
    status,
    check: 'signature',
    rule: 'signed',
    enforcement: 'enforce',
    exception: null,
    ...more,
  };
}

/** A container of the image `text` with these findings. */
export function judged(text: string, findings: readonly Finding[], more: Partial<Container> = {}) {
  const known = parseReference(text).ok ? referenced(text) : { invalid: 'it is none' };
  return {
    container: container(text, more),
    image: known,
    findings,
    status: worst(findings.map(({ status }) => status)),
  };
}

export function within(
  containers: readonly ReturnType<typeof judged>[],
  more: Partial<Workload> = {},
): JudgedWorkload {
  return {
    workload: workload({ containers: containers.map((one) => one.container), ...more }),
    containers,
    status: worst(containers.map(({ status }) => status)),
  };
}

export const POLICY: Policy = {
  sources: [{ name: 'shop', path: 'policy.yaml', sha256: 'f'.repeat(64) }],
  trust: { roots: [], keys: [] },
  rules: [],
  default: 'deny',
  exceptions: [],
};

const unused = () => Promise.reject(new Error('a report fetches nothing'));

const REGISTRY: Registry = {
  tag: unused,
  blob: unused,
  referrers: unused,
  manifest: unused,
  hosts: () => ['registry.example.com'],
  close: () => Promise.resolve(),
};

export function report(
  workloads: readonly JudgedWorkload[] = [within([judged(image().text, [finding('fail')])])],
  gaps: readonly Gap[] = [],
  more: Partial<ReportInput> = {},
): Report {
  return createReport({
    source: { kind: 'manifests', discover: () => Promise.resolve({ workloads: [], gaps: [] }) },
    registry: REGISTRY,
    policy: POLICY,
    trust: POLICY.trust,
    generatedAt: new Date('2026-01-02T03:04:05Z'),
    judgedAt: new Date('2026-01-02T03:04:05Z'),
    tool: 'kubectl-supplychain v0',
    workloads,
    gaps,
    verdict: verdictOf(workloads, gaps, 'unknown'),
    ...more,
  });
}
