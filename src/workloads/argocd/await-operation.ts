import { setTimeout as sleep } from 'node:timers/promises';
import { failed, ok, type Outcome } from '../../reasons.ts';
import { parseApplication } from './application.ts';
import type { ApplicationName } from './argo-server.ts';
import type { HookPod } from './hook-pod.ts';
import { operationOf, type OperationState, type SyncOperation } from './operation.ts';

export interface WatchedApplication {
  readonly name: ApplicationName;
  /** The pod of the hook that waits; null where nobody waits in a hook. */
  readonly pod: HookPod | null;
  /** Reads the Application anew. */
  readonly read: () => Promise<Outcome<unknown>>;
}

export interface Patience {
  /** How long is waited, in milliseconds. */
  readonly waitMs: number;
  readonly pollMs: number;
  readonly clock: () => Date;
  readonly signal?: AbortSignal | undefined;
}

/** Reads an Application once, and what its operation is worth. */
export async function readOperation({
  name,
  pod,
  read,
}: WatchedApplication): Promise<Outcome<OperationState>> {
  const shown = `${name.namespace}/${name.name}`;
  const answer = await read();
  if (!answer.ok) return answer;
  const application = parseApplication(answer.value, shown);
  if (!application.ok) return application;
  const { metadata } = application.value;
  if (metadata.name !== name.name || metadata.namespace !== name.namespace)
    return failed(
      'ArgoError',
      `asked for the Application ${shown}, and was answered with ${metadata.namespace}/${metadata.name}`,
    );
  return ok(operationOf(application.value, pod));
}

/** Waits until Argo CD has said what is being synced: it does so only after it has created the hooks. */
export async function awaitOperation(
  watched: WatchedApplication,
  { waitMs, pollMs, clock, signal }: Patience,
): Promise<Outcome<SyncOperation>> {
  const began = clock().getTime();
  for (;;) {
    const read = await readOperation(watched);
    if (!read.ok) return read;
    if (read.value.state === 'running') return ok(read.value.operation);
    if (read.value.state === 'refused') return { ok: false, fault: read.value.fault };
    const { namespace, name } = watched.name;
    const waited = clock().getTime() - began;
    if (waited >= waitMs || signal?.aborted)
      return failed(
        'OperationNotFound',
        `the Application ${namespace}/${name}: ${read.value.message} (waited for ${Math.round(waited / 1000)} s)`,
        'run the gate as a PreSync hook of this Application, and check --application and -N',
      );
    await sleep(pollMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}
