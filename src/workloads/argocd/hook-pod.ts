import type { ResourceResult } from './application.ts';

/** The pod that this program runs in. */
export interface HookPod {
  readonly name: string;
  readonly namespace: string;
}

export function hookName(pod: HookPod | null): string {
  return `the hook ${pod?.name ?? ''}`;
}

/** When the sync began whose hook has this name, in seconds (gitops-engine, pkg/sync/sync_context.go); null where the name says nothing. */
export function startedByName(podName: string): number | null {
  const seconds = /-presync-(\d{10})(?:-[a-z0-9]{5})?$/.exec(podName)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** Whether a hook is this pod, or the Job that it belongs to. */
export function isOwnHook({ kind, namespace, name, hookType }: ResourceResult, pod: HookPod): boolean {
  if (hookType === '' || namespace !== pod.namespace) return false;
  if (kind === 'Pod') return name === pod.name;
  return kind === 'Job' && isPodOf(name, pod.name);
}

/** apiserver, pkg/storage/names/generate.go: a generated name ends in five characters, and has 63 at most. */
const SUFFIX = 5;
const NAME = 63;

function isPodOf(job: string, pod: string): boolean {
  const base = `${job}-`.slice(0, NAME - SUFFIX);
  return pod.length === base.length + SUFFIX && pod.startsWith(base);
}
