import { hash } from 'node:crypto';
import type { JudgedContainer, JudgedWorkload } from '../policy/evaluate.ts';
import { type Finding, type Status, worst } from '../policy/finding.ts';
import type { Policy } from '../policy/policy.ts';
import type { RunVerdict } from '../policy/verdict.ts';
import { formatPlatform } from '../registry/platform.ts';
import type { Registry } from '../registry/registry.ts';
import type { TrustMaterial } from '../verify/verifier.ts';
import type { Gap, Running, Sync, Workload, WorkloadSource } from '../workloads/source.ts';

const API_VERSION = 'kubectl-supplychain/v1alpha1';

type Counts = Readonly<Record<Status, number>>;

/** The report's model, as `-o json` prints it; every other format is drawn from it. Lists are sorted. */
export interface Report {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Report';
  readonly metadata: {
    readonly generatedAt: string;
    readonly judgedAt: string;
    readonly tool: string;
    readonly source: WorkloadSource['kind'];
    readonly policies: Policy['sources'];
    readonly trustRoots: readonly {
      readonly name: string;
      readonly sha256: string;
      readonly updatedAt: string | null;
    }[];
    readonly hosts: readonly string[];
    /** The sync of an Argo CD Application that was judged. */
    readonly sync?: Sync;
  };
  /** 130 where the run was interrupted. */
  readonly verdict: { readonly status: Status; readonly exitCode: RunVerdict['exitCode'] | 130 };
  readonly summary: Counts & {
    readonly workloads: number;
    readonly containers: number;
    readonly images: number;
    readonly byContainer: Counts;
    readonly byCheck: Readonly<Record<string, Partial<Counts>>>;
  };
  readonly coverage: { readonly complete: boolean; readonly gaps: readonly Omit<Gap, 'wrongInput'>[] };
  readonly workloads: readonly ReportWorkload[];
}

export type ReportWorkload = Omit<Workload, 'containers' | 'templateLabels' | 'refused'> & {
  readonly status: Status;
  readonly containers: readonly ReportContainer[];
};

export interface ReportContainer {
  readonly name: string;
  readonly type: string;
  readonly status: Status;
  readonly image: {
    readonly reference: string;
    readonly repository: string | null;
    readonly digest: string | null;
    readonly platforms: readonly string[];
  };
  /** What pods of a live cluster run; empty for manifests and bare images. */
  readonly running: readonly Pick<Running, 'digest' | 'platform' | 'imageID' | 'pods' | 'since'>[];
  readonly location: Workload['location'];
  readonly findings: readonly ReportFinding[];
}

export type ReportFinding = { readonly id: string } & Finding;

export interface ReportInput {
  readonly source: WorkloadSource;
  readonly registry: Registry;
  readonly policy: Policy | null;
  readonly trust: Pick<TrustMaterial, 'roots'> & {
    readonly updatedAt?: ReadonlyMap<string, Date>;
    readonly hosts?: readonly string[];
  };
  readonly generatedAt: Date;
  readonly judgedAt: Date;
  readonly tool: string;
  readonly workloads: readonly JudgedWorkload[];
  readonly gaps: readonly Gap[];
  readonly sync?: Sync | undefined;
  readonly verdict: Report['verdict'];
}

/** Brings what was judged into the report's form. */
export function createReport(input: ReportInput): Report {
  const workloads = sorted(
    input.workloads.map((one) => reportWorkload(one)),
    workloadKey,
  );
  const gaps = sorted(
    input.gaps.map(({ wrongInput: _wrongInput, ...gap }) => gap),
    ({ scope, name, message }) => [scope, name, message],
  );
  return {
    apiVersion: API_VERSION,
    kind: 'Report',
    metadata: {
      generatedAt: input.generatedAt.toISOString(),
      judgedAt: input.judgedAt.toISOString(),
      tool: input.tool,
      source: input.source.kind,
      policies: input.policy?.sources ?? [],
      trustRoots: input.trust.roots.map(({ name, sha256 }) => ({
        name,
        sha256,
        updatedAt: input.trust.updatedAt?.get(name)?.toISOString() ?? null,
      })),
      hosts: [
        ...new Set([...input.registry.hosts(), ...(input.trust.hosts ?? []), ...(input.source.hosts ?? [])]),
      ].sort(),
      ...(input.sync ? { sync: input.sync } : {}),
    },
    verdict: input.verdict,
    summary: summarise(workloads),
    coverage: { complete: gaps.length === 0, gaps },
    workloads,
  };
}

function reportWorkload({ workload, containers, status }: JudgedWorkload): ReportWorkload {
  const { containers: _containers, templateLabels: _labels, refused: _refused, ...rest } = workload;
  return {
    ...rest,
    status,
    containers: sorted(
      containers.map((one) => reportContainer(workload, one)),
      (one) => [one.type, one.name],
    ),
  };
}

function reportContainer(
  workload: Workload,
  { container, image, findings, status }: JudgedContainer,
): ReportContainer {
  const known = 'invalid' in image ? null : image;
  const resolution = known?.resolution.ok ? known.resolution.value : null;
  const platforms = (resolution?.children ?? []).flatMap(({ platform }) =>
    platform ? [formatPlatform(platform)] : [],
  );
  return {
    name: container.name,
    type: container.type,
    status,
    image: {
      reference: container.image,
      repository: known?.reference.repository ?? null,
      digest: resolution?.digest ?? container.running?.[0]?.digest ?? known?.reference.digest ?? null,
      platforms: [...new Set(platforms)].toSorted(),
    },
    running: (container.running ?? [])
      .filter(({ imageID }) => imageID !== '')
      .map((one) => reportRunning(one)),
    location: container.location,
    findings: sorted(
      findings.map((finding, index) => ({
        id: findingId(workload, container, finding, namesakes(findings.slice(0, index), finding)),
        ...finding,
      })),
      ({ check, rule }) => [check, rule ?? ''],
    ),
  };
}

function reportRunning({
  digest,
  platform,
  imageID,
  pods,
  since,
}: Running): ReportContainer['running'][number] {
  return { digest, platform, imageID, pods, since };
}

/** Stable over runs, digests and verdicts: the same question asked of the same container has the same id. */
function findingId(
  workload: Workload,
  container: JudgedContainer['container'],
  { check, rule, details: { running } }: Finding,
  namesakes: number,
): string {
  const { cluster, namespace, apiVersion, kind, name } = workload;
  const parts = [
    cluster,
    namespace,
    apiVersion,
    kind,
    name,
    container.type,
    container.name,
    container.field,
    check,
    rule,
    // Pods of one workload may run several images under one name, and one rule may ask a check twice.
    ...(shared(workload, container) ? [container.image] : []),
    ...(running === undefined ? [] : [running]),
    ...(namesakes === 0 ? [] : [namesakes]),
  ];
  return hash('sha256', JSON.stringify(parts));
}

function shared({ containers }: Workload, { type, name, field }: JudgedContainer['container']): boolean {
  return containers.filter((one) => one.type === type && one.name === name && one.field === field).length > 1;
}

/** How many of these findings ask the same as another. */
function namesakes(findings: readonly Finding[], { check, rule, details }: Finding): number {
  return findings.filter(
    (one) => one.check === check && one.rule === rule && one.details['running'] === details['running'],
  ).length;
}

function summarise(workloads: readonly ReportWorkload[]): Report['summary'] {
  const containers = workloads.flatMap((workload) => workload.containers);
  const images = Map.groupBy(containers, ({ image }) =>
    image.digest ? `${image.repository}@${image.digest}` : image.reference,
  );
  const findings = containers.flatMap((container) => container.findings);
  const byCheck = sorted([...Map.groupBy(findings, ({ check }) => check)], ([check]) => [check]);
  return {
    workloads: workloads.length,
    containers: containers.length,
    images: images.size,
    ...count([...images.values()].map((same) => worst(same.map(({ status }) => status)))),
    byContainer: count(containers.map(({ status }) => status)),
    byCheck: Object.fromEntries(
      byCheck.map(([check, same]) => [check, onlyCounted(count(same.map(({ status }) => status)))]),
    ),
  };
}

function count(statuses: readonly Status[]): Counts {
  const counts = { pass: 0, fail: 0, warn: 0, unknown: 0, skip: 0 };
  for (const status of statuses) counts[status] += 1;
  return counts;
}

function onlyCounted(counts: Counts): Partial<Counts> {
  return Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0));
}

function workloadKey(workload: ReportWorkload): readonly (string | number)[] {
  const { cluster, namespace, kind, name, location } = workload;
  return [cluster ?? '', namespace ?? '', kind, name, location?.file ?? '', location?.line ?? 0];
}

/** In the order of the parts of their keys, byte by byte: the same on every machine, whatever its locale. */
function sorted<T>(values: readonly T[], keyOf: (value: T) => readonly (string | number)[]): T[] {
  const keyed = values.map((value) => ({ value, key: keyOf(value) }));
  return keyed.toSorted((a, b) => order(a.key, b.key)).map(({ value }) => value);
}

function order(left: readonly (string | number)[], right: readonly (string | number)[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index] ?? '';
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
