import { z } from 'zod';
import type { Finished } from '../sigstore/run.ts';

const Finding = z.object({
  check: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
  /** Which of the images that pods run it is about. */
  subject: z.object({ digest: z.string().nullable() }).nullable(),
});
const Container = z.object({
  name: z.string(),
  type: z.string(),
  status: z.string(),
  image: z.object({ reference: z.string(), repository: z.string(), digest: z.string().nullable() }),
  running: z.array(
    z.object({
      digest: z.string().nullable(),
      platform: z.string().nullable(),
      imageID: z.string(),
      pods: z.int(),
    }),
  ),
  findings: z.array(Finding),
});
const Workload = z.object({
  namespace: z.string().nullable(),
  kind: z.string(),
  name: z.string(),
  state: z.string(),
  replicas: z.object({ desired: z.int().nullable(), running: z.int().nullable() }),
  status: z.string(),
  containers: z.array(Container),
});
const Report = z.object({
  verdict: z.object({ exitCode: z.int() }),
  coverage: z.object({
    complete: z.boolean(),
    gaps: z.array(z.object({ scope: z.string(), name: z.string(), reason: z.string(), message: z.string() })),
  }),
  workloads: z.array(Workload),
});

/** What the tests ask of an audit's report. */
export type ClusterReport = z.infer<typeof Report>;

/** The report of `audit -o json`; it must say the exit code that the program had. */
export function reportOf({ code, stdout, stderr }: Finished): ClusterReport {
  if (stdout === '') throw new Error(`no report, exit ${code}: ${stderr}`);
  const report = Report.parse(JSON.parse(stdout));
  if (code !== report.verdict.exitCode) throw new Error(`exit ${code}: ${stdout}`);
  return report;
}

/** `Kind/name` of each workload, sorted. */
export function named({ workloads }: ClusterReport): string[] {
  return workloads.map(({ kind, name }) => `${kind}/${name}`).sort();
}

/** What an audit says of each container, without what only a live cluster or only a file knows. */
export function verdicts({ workloads }: ClusterReport): Record<string, unknown> {
  return Object.fromEntries(
    workloads.flatMap(({ namespace, kind, name, containers }) =>
      containers.map((container) => [
        `${namespace ?? ''} ${kind}/${name} ${container.type} ${container.name}`,
        {
          image: container.image,
          status: container.status,
          findings: container.findings.map(({ check, status, reason }) => `${check} ${status} ${reason}`),
        },
      ]),
    ),
  );
}
