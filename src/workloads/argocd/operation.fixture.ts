import type { HookPod } from './hook-pod.ts';

const REVISION = '3f1c9a5e7b2d4860a1c3e5f7092b4d6c8e0f1a2b';
export const REVISIONS = { one: REVISION, other: 'b'.repeat(40) };
export const STARTED_AT = '2026-11-27T16:40:08Z';
const SECONDS = Date.parse(STARTED_AT) / 1000;
export const POSTFIX = `${REVISION.slice(0, 7)}-presync-${SECONDS}`;

/** The pod of a hook that is a Pod with `generateName: gate-`. */
export const POD: HookPod = { name: `gate-${POSTFIX}`, namespace: 'shop' };

const SOURCE = { repoURL: 'https://git.example/shop.git', path: 'prod', targetRevision: 'main' };

/** An Application whose sync of one source runs and has named its hook; as argo-cd 3.6 writes it, but for what nobody reads. */
const RUNNING = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd', uid: 'a6b0' },
  spec: {
    project: 'default',
    destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    source: SOURCE,
  },
  status: {
    sync: { status: 'OutOfSync', revision: REVISION },
    operationState: {
      phase: 'Running',
      message: 'waiting for completion of hook /Pod/gate and 0 more hooks',
      startedAt: STARTED_AT,
      finishedAt: null,
      operation: { sync: {}, initiatedBy: { username: 'test' }, retry: {} },
      syncResult: {
        revision: REVISION,
        source: SOURCE,
        resources: [
          {
            group: '',
            version: 'v1',
            kind: 'Pod',
            namespace: 'shop',
            name: `gate-${POSTFIX}`,
            hookType: 'PreSync',
            hookPhase: 'Running',
            syncPhase: 'PreSync',
          },
        ],
      },
    },
  },
};

/** The same with some fields set, by their path from `status.operationState`, or from the Application with `/` before it; undefined takes one away. */
export function application(changes: Readonly<Record<string, unknown>> = {}): unknown {
  const copy = copied();
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.startsWith('/')
      ? path.slice(1).split('.')
      : ['status', 'operationState', ...path.split('.')];
    set(copy, steps, value);
  }
  return copy;
}

/** A copy of which no part is shared. */
function copied(): Record<string, unknown> {
  const copy: unknown = JSON.parse(JSON.stringify(RUNNING));
  if (isRecord(copy)) return copy;
  throw new Error('it is no object');
}

function set(object: Record<string, unknown>, [step = '', ...rest]: readonly string[], value: unknown): void {
  const within = object[step];
  if (rest.length === 0) object[step] = value;
  else if (isRecord(within)) set(within, rest, value);
  else throw new Error(`there is no ${step}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
