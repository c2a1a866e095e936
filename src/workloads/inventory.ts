import { z } from 'zod';
import { isReason, type Reason } from '../reasons.ts';
import type { Discovery, WorkloadSource } from './source.ts';
import { wrongField } from '../wrong-field.ts';

const reason = z.string().refine((text): text is Reason => isReason(text), 'is no reason code');
const labels = z.record(z.string(), z.string());
const location = z.object({ file: z.string(), line: z.number(), document: z.number() }).nullable();

const running = z.object({
  imageID: z.string(),
  digest: z.string().nullable(),
  repository: z.string().nullable(),
  config: z.string().nullable(),
  platform: z.string().nullable(),
  pods: z.number(),
  since: z.string().nullable(),
});

const pullSecret = z.object({
  cluster: z.string().nullable(),
  namespace: z.string(),
  kind: z.enum(['Secret', 'ServiceAccount']),
  name: z.string(),
});

const container = z.object({
  name: z.string(),
  type: z.enum(['container', 'init', 'ephemeral', 'image-volume', 'argument']),
  image: z.string(),
  field: z.string(),
  location,
  running: z.array(running).optional(),
  pullSecrets: z.array(pullSecret).optional(),
});

const workload = z.object({
  cluster: z.string().nullable(),
  namespace: z.string().nullable(),
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string().nullable(),
  labels,
  templateLabels: labels.nullable(),
  replicas: z.object({ desired: z.number().nullable(), running: z.number().nullable() }),
  state: z.enum(['running', 'scheduled', 'suspended', 'scaledToZero', 'manifestOnly']),
  location,
  containers: z.array(container),
});

const gap = z
  .object({
    scope: z.enum(['context', 'namespace', 'kind', 'file', 'image']),
    name: z.string(),
    cluster: z.string().nullable(),
    wrongInput: z.boolean(),
    reason,
    message: z.string(),
    remediation: z.string().optional(),
  })
  .transform(({ remediation, ...rest }) => (remediation === undefined ? rest : { ...rest, remediation }));

const inventorySchema = z.object({
  source: z.enum(['cluster', 'manifests', 'images', 'argocd']),
  workloads: z.array(workload),
  gaps: z.array(gap),
  clusters: z.array(z.string()).optional(),
});

/** What a source has found, as it is saved beside the evidence: an audit of it needs neither manifests nor cluster. */
export function inventoryOf(
  source: WorkloadSource['kind'],
  { workloads, gaps, clusters }: Discovery,
): unknown {
  return { source, workloads, gaps, ...(clusters && { clusters }) };
}

/**
 * A source out of a saved inventory, which is outside data; or what is wrong with it. A namespace leaves its workloads alone, and every gap:
 * what could not be seen may have been there.
 */
export function createInventorySource(
  inventory: unknown,
  namespace: string | null = null,
): WorkloadSource | { readonly invalid: string } {
  const parsed = inventorySchema.safeParse(inventory, { error: wrongField });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { invalid: `${issue?.path.join('.') || 'inventory'}: ${issue?.message ?? 'invalid'}` };
  }
  const { source, ...found } = parsed.data;
  const workloads = found.workloads.filter((one) => namespace === null || one.namespace === namespace);
  return { kind: source, discover: () => Promise.resolve({ ...found, workloads }) };
}
