import { z } from 'zod';
import { failed, ok, type Outcome } from '../../reasons.ts';
import { wrongKind } from '../../wrong-field.ts';

/** Go leaves out what is empty, and sends null for a list that it has not. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((values) => values ?? []);
}

/** Argo CD's ApplicationSource. What it says beside these fields is compared whole, so it is kept. */
const sourceSchema = z.looseObject({
  repoURL: text,
  path: text,
  chart: text,
  ref: text,
  targetRevision: text,
});

/** Argo CD's ResourceResult: what became of an object in this sync. */
const resourceSchema = z.object({
  kind: z.string(),
  namespace: text,
  name: z.string(),
  hookType: text,
  hookPhase: text,
  syncPhase: text,
});

const syncResultSchema = z.object({
  revision: text,
  revisions: listOf(z.string()),
  source: sourceSchema.nullish(),
  sources: listOf(sourceSchema),
  resources: listOf(resourceSchema),
});

const syncSchema = z.object({
  manifests: listOf(z.string()),
  resources: listOf(z.unknown()),
  syncStrategy: z.looseObject({ apply: z.unknown() }).partial().nullish(),
});

const operationStateSchema = z.object({
  phase: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullish(),
  retryCount: z
    .number()
    .nullish()
    .transform((count) => count ?? 0),
  operation: z.object({ sync: syncSchema.nullish() }),
  syncResult: syncResultSchema.nullish(),
});

const applicationSchema = z.object({
  metadata: z.object({ name: z.string().min(1), namespace: z.string().min(1), uid: text }),
  spec: z.object({
    source: sourceSchema.nullish(),
    sources: listOf(sourceSchema),
    sourceHydrator: z.unknown().optional(),
    destination: z.looseObject({ namespace: text, server: text, name: text }),
  }),
  status: z
    .object({
      operationState: operationStateSchema.nullish(),
      sync: z.object({ revision: text, revisions: listOf(z.string()) }).nullish(),
    })
    .nullish(),
});

/** What of an Application says what is being synced (argo-cd, pkg/apis/application/v1alpha1/types.go). */
export type Application = z.infer<typeof applicationSchema>;
export type ApplicationSource = z.infer<typeof sourceSchema>;
export type ResourceResult = z.infer<typeof resourceSchema>;

/** Reads what Argo CD or the cluster answered; `shown` names the Application in the fault. */
export function parseApplication(value: unknown, shown: string): Outcome<Application> {
  const parsed = applicationSchema.safeParse(value, { error: wrongKind });
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : `: ${issue.path.join('.')}: ${issue.message}`;
  return failed(
    'ArgoError',
    `the answer for the Application ${shown} is none${where}`,
    'check the address of Argo CD, and that its version is one that docs/argocd.md names',
  );
}
