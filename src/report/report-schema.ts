import { z } from 'zod';
import { CHECK_NAMES } from '../policy/finding.ts';
import {
  containerType,
  digest,
  evidence,
  location,
  maybe,
  object,
  reason,
  text,
  time,
  workloadState,
} from './schema-parts.ts';

/** Names the format and its version; nothing is fetched from there. */
const ID = 'urn:kubectl-supplychain:v1alpha1:Report';

const status = z.enum(['pass', 'fail', 'warn', 'unknown', 'skip']);

const counts = { pass: z.int(), fail: z.int(), warn: z.int(), unknown: z.int(), skip: z.int() };

const finding = object({
  id: text.describe('The same question asked of the same container has the same id.'),
  check: z.enum(CHECK_NAMES),
  status,
  reason: reason.describe('One of the closed list that `policy schema --reasons` prints.'),
  message: text,
  remediation: maybe.describe('What to do next.'),
  rule: maybe,
  authority: maybe.describe('The authority that satisfied the check.'),
  enforcement: z.enum(['enforce', 'warn']),
  exception: maybe.describe('The exception that turned a failure into a warning.'),
  subject: object({ digest, platform: maybe }).nullable(),
  details: z.record(text, z.unknown()).describe('Per check.'),
  evidence: z.array(evidence),
});

const container = object({
  name: text,
  type: containerType,
  status,
  image: object({
    reference: text,
    repository: maybe,
    digest: digest.nullable(),
    platforms: z.array(text),
  }),
  running: z
    .array(
      object({
        digest: digest.nullable(),
        platform: maybe,
        imageID: text,
        pods: z.int(),
        since: maybe,
      }),
    )
    .describe('What pods of a live cluster run.'),
  location,
  findings: z.array(finding),
});

const workload = object({
  cluster: maybe,
  namespace: maybe,
  apiVersion: text,
  kind: text,
  name: text,
  uid: maybe,
  labels: z.record(text, text),
  replicas: object({ desired: z.int().nullable(), running: z.int().nullable() }),
  state: workloadState,
  location,
  status,
  containers: z.array(container),
});

const report = object({
  apiVersion: z.literal('kubectl-supplychain/v1alpha1'),
  kind: z.literal('Report'),
  metadata: object({
    generatedAt: time,
    judgedAt: time,
    tool: text,
    source: z.enum(['cluster', 'manifests', 'images', 'argocd']),
    policies: z.array(object({ name: text, path: text, sha256: text })),
    trustRoots: z.array(object({ name: text, sha256: text, updatedAt: time.nullable() })),
    hosts: z.array(text).describe('Every host that was contacted.'),
    sync: object({
      application: text,
      namespace: text,
      uid: text,
      startedAt: text,
      sources: z.array(object({ source: text, revision: text })),
      children: z.array(text).describe('Applications whose own syncs are not judged with this one.'),
    })
      .optional()
      .describe('The sync of an Argo CD Application that `presync` has judged.'),
  }),
  verdict: object({ status, exitCode: z.literal([0, 1, 2, 3, 130]) }),
  summary: object({
    ...counts,
    workloads: z.int(),
    containers: z.int(),
    images: z.int(),
    byContainer: object(counts),
    byCheck: z.record(text, z.partialRecord(status, z.int())),
  }),
  coverage: object({
    complete: z.boolean(),
    gaps: z.array(
      object({
        scope: z.enum(['context', 'namespace', 'kind', 'file', 'image']),
        name: text,
        cluster: maybe,
        reason,
        message: text,
        remediation: text.optional(),
      }),
    ),
  }),
  workloads: z.array(workload),
}).meta({
  title: 'Report of kubectl supplychain',
  description: 'What `audit`, `verify` and `presync` print with `-o json`. Lists are sorted.',
});

/** The JSON Schema of a report (draft 2020-12). */
export function reportJsonSchema(): z.core.JSONSchema.JSONSchema {
  return { $id: ID, ...z.toJSONSchema(report, { io: 'output' }) };
}
