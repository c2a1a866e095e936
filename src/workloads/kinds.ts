/** A built-in kind that holds a pod template. */
export interface PodKind {
  readonly kind: string;
  readonly groups: readonly string[];
  /** From the object to what has the pod's `metadata` and `spec`. */
  readonly template: readonly string[];
  /** Whether `spec.replicas` says how many pods there are; its default is one. */
  readonly replicated: boolean;
}

const KINDS: readonly PodKind[] = [
  { kind: 'Pod', groups: [''], template: [], replicated: false },
  { kind: 'PodTemplate', groups: [''], template: ['template'], replicated: false },
  { kind: 'ReplicationController', groups: [''], template: ['spec', 'template'], replicated: true },
  { kind: 'Deployment', groups: ['apps', 'extensions'], template: ['spec', 'template'], replicated: true },
  { kind: 'StatefulSet', groups: ['apps'], template: ['spec', 'template'], replicated: true },
  { kind: 'ReplicaSet', groups: ['apps', 'extensions'], template: ['spec', 'template'], replicated: true },
  { kind: 'DaemonSet', groups: ['apps', 'extensions'], template: ['spec', 'template'], replicated: false },
  { kind: 'Job', groups: ['batch'], template: ['spec', 'template'], replicated: false },
  {
    kind: 'CronJob',
    groups: ['batch'],
    template: ['spec', 'jobTemplate', 'spec', 'template'],
    replicated: false,
  },
];

/** The group of an `apiVersion`, '' for the core's. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.lastIndexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** The built-in kind of that name and group, whatever the version; null for all others. */
export function podKind(apiVersion: string, kind: string): PodKind | null {
  const group = groupOf(apiVersion);
  return KINDS.find((known) => known.kind === kind && known.groups.includes(group)) ?? null;
}

/** The kind of a list's items: '' for `List`, which mixes kinds; null for what is no list of kinds known here. */
export function listedKind(apiVersion: string, kind: string): string | null {
  if (kind === 'List' && apiVersion === 'v1') return '';
  const item = kind.endsWith('List') ? kind.slice(0, -'List'.length) : '';
  return item !== '' && podKind(apiVersion, item) !== null ? item : null;
}
