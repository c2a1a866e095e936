import { z } from 'zod';
import type { ClusterApi } from '../../cluster/api.ts';
import { CLUSTER_PAGE_BYTES } from '../../limits.ts';
import { failed, ok, type Outcome } from '../../reasons.ts';
import type { ApplicationName } from './argo-server.ts';
import type { HookPod } from './hook-pod.ts';

const TRACKING_ID = 'argocd.argoproj.io/tracking-id';
const INSTANCE = 'app.kubernetes.io/instance';

/**
 * The Application that an object belongs to, from what Argo CD writes on everything that it applies
 * (argo-cd, util/argo/resource_tracking.go): `demo:apps/Deployment:shop/web`, or `team-a_demo:…` where the Application is not in Argo
 * CD's own namespace, which is `otherwise`. null where the text is none.
 */
export function applicationOfTrackingId(text: string, otherwise: string): ApplicationName | null {
  const [instance = '', ...rest] = text.split(':');
  return rest.length === 0 ? null : applicationOfInstance(instance, otherwise);
}

/** As argo-cd's Application.InstanceName writes it: `demo`, or `team-a_demo`. */
function applicationOfInstance(instance: string, otherwise: string): ApplicationName | null {
  const [first = '', second, ...more] = instance.split('_');
  const [namespace, name] = second === undefined ? [otherwise, first] : [first, second];
  return more.length > 0 || name === '' || namespace === '' ? null : { namespace, name };
}

const strings = z.record(z.string(), z.string()).nullish();
const ownedSchema = z.object({
  metadata: z.object({
    annotations: strings,
    labels: strings,
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
  }),
});

type Owned = z.infer<typeof ownedSchema>['metadata'];

/**
 * Finds the Application whose hook a pod is: by what Argo CD wrote on the pod, or on the Job that it belongs to; by the label of
 * older tracking methods last, as charts set it too.
 */
export async function findOwnApplication(
  api: Pick<ClusterApi, 'get'>,
  { name, namespace }: HookPod,
  otherwise: string,
): Promise<Outcome<ApplicationName>> {
  const pod = await read(api, `/api/v1/namespaces/${namespace}/pods/${name}`);
  if (!pod.ok) return pod;
  const job = pod.value.ownerReferences?.find(({ kind, controller }) => kind === 'Job' && controller);
  const owner = job ? await read(api, `/apis/batch/v1/namespaces/${namespace}/jobs/${job.name}`) : null;
  if (owner?.ok === false) return owner;
  const tracked = owner ? [pod.value, owner.value] : [pod.value];
  for (const { annotations } of tracked) {
    const found = applicationOfTrackingId(annotations?.[TRACKING_ID] ?? '', otherwise);
    if (found) return ok(found);
  }
  for (const { labels } of tracked) {
    const found = applicationOfInstance(labels?.[INSTANCE] ?? '', otherwise);
    if (found) return ok(found);
  }
  return failed(
    'OperationNotFound',
    `nothing on the pod ${namespace}/${name} says which Application has created it`,
    'name the Application with --application and -N',
  );
}

async function read(api: Pick<ClusterApi, 'get'>, path: string): Promise<Outcome<Owned>> {
  const answer = await api.get({ path, limit: CLUSTER_PAGE_BYTES });
  const mend = 'name the Application with --application and -N, or let the gate get its own pod and job';
  if (!answer.ok) return { ok: false, fault: { ...answer.fault, remediation: mend } };
  const parsed = ownedSchema.safeParse(answer.value);
  if (parsed.success) return ok(parsed.data.metadata);
  return failed('ClusterError', `${path} did not answer with an object`, 'check the address of the cluster');
}
