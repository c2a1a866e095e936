import { podKind } from '../kinds.ts';
import type { Container, Gap, Workload, WorkloadState } from '../source.ts';
import { ownersOf } from './owners.ts';
import type { Owner, Owners } from './owners.ts';
import type { Pod } from './pod.ts';
import { containerKey, gatherRunning } from './running.ts';
import type { RunningContainers } from './running.ts';
import type { WorkloadObject } from './workload-object.ts';

/** What was read of a cluster. */
export interface Seen extends Owners {
  readonly cluster: string | null;
  readonly pods: readonly Pod[];
  readonly objects: readonly WorkloadObject[];
  /** The platform of each node, as `linux/amd64`; empty where nodes may not be read. */
  readonly platforms: ReadonlyMap<string, string>;
  /** Whether somebody asked for this pod or object, by its UID. */
  readonly isAsked: (uid: string) => boolean;
  /** Whether kinds or names were asked for: then even what is owned counts by itself, where nothing of it runs. */
  readonly isExplicit: boolean;
}

/** A workload while its pods are counted. */
interface Gathered {
  readonly top: Top;
  /** The object itself, where it is one that was asked for: then its template counts beside its pods. */
  template: WorkloadObject | null;
  /** What it owns that runs pods and will start others, and says by itself from which template. */
  readonly owned: WorkloadObject[];
  readonly active: RunningContainers;
  readonly finished: RunningContainers;
  activePods: number;
  runningPods: number;
  podLabels: Readonly<Record<string, string>> | null;
}

interface Top {
  readonly key: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly object: WorkloadObject | null;
}

/**
 * Groups what was read by its top owners. A pod counts where it was asked for itself, or anything above it was; an object that
 * nothing owns counts with its template as well, whether or not pods of it run. So does one whose owners say of no template what it
 * will start, as custom resources of operators: a CronJob of theirs that waits for its next run is seen nowhere else.
 */
export function workloadsOf(seen: Seen): { workloads: Workload[]; gaps: Gap[] } {
  const gaps: Gap[] = [];
  const gathered = new Map<string, Gathered>();
  const gather = (top: Top): Gathered => {
    const platformOf = (node: string | null) => (node === null ? null : (seen.platforms.get(node) ?? null));
    const one = gathered.get(top.key) ?? {
      top,
      template: null,
      owned: [],
      active: gatherRunning(platformOf),
      finished: gatherRunning(platformOf),
      activePods: 0,
      runningPods: 0,
      podLabels: null,
    };
    gathered.set(top.key, one);
    return one;
  };
  const withPods = new Set<string>();
  const withActivePods = new Set<string>();
  for (const pod of seen.pods) {
    const chain = ownersOf(pod, seen);
    if (!seen.isAsked(pod.uid) && !chain.some((owner) => owner.read && seen.isAsked(owner.object.uid)))
      continue;
    gaps.push(...pod.gaps);
    for (const owner of chain) {
      if (!owner.read) continue;
      withPods.add(owner.object.uid);
      if (pod.phase !== 'finished') withActivePods.add(owner.object.uid);
    }
    const one = gather(topOf(pod, chain.at(-1)));
    (pod.phase === 'finished' ? one.finished : one.active).add(pod);
    one.activePods += pod.phase === 'finished' ? 0 : 1;
    one.runningPods += pod.phase === 'running' ? 1 : 0;
    one.podLabels ??= pod.labels;
  }
  for (const object of seen.objects) {
    if (!seen.isAsked(object.uid)) continue;
    const owners = ownersOf(object, seen);
    const isTold = seen.isExplicit
      ? withPods.has(object.uid)
      : withActivePods.has(object.uid) || isOver(object) || owners.some(saysTemplate);
    if (owners.length > 0 && !seen.isExplicit && withActivePods.has(object.uid)) {
      // Its pods may be of a former template, as those of a StatefulSet that waits for somebody to delete them.
      if (!isOver(object) && !owners.some(saysTemplate))
        gather(topOf(object, owners.at(-1))).owned.push(object);
      continue;
    }
    if (owners.length > 0 && isTold) continue;
    gaps.push(...object.gaps);
    if (object.template !== null) gather(topOfObject(object)).template = object;
  }
  const workloads = [...gathered.values()].map((one) => workloadOf(one, seen.cluster));
  return { workloads: workloads.filter(({ containers }) => containers.length > 0), gaps };
}

function saysTemplate(owner: Owner): boolean {
  return owner.read && owner.object.template !== null;
}

/** Nothing is started any more from a Job that is done, and from a former revision only by what owns it. */
function isOver({ resource, finished, desired }: WorkloadObject): boolean {
  return finished || (REVISIONS.has(resource.kind) && desired === 0);
}

const REVISIONS: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController']);

function topOf(owned: Pick<Pod, 'uid' | 'name' | 'namespace' | 'labels'>, owner: Owner | undefined): Top {
  if (owner?.read) return topOfObject(owner.object);
  if (owner) {
    const { apiVersion, kind, name, uid } = owner.reference;
    // Pods that nodes run from files of their own belong to the node, and stay apart by namespace.
    return {
      key: `${uid} ${owned.namespace}`,
      apiVersion,
      kind,
      name,
      uid,
      namespace: owned.namespace,
      labels: {},
      object: null,
    };
  }
  const { uid, name, namespace, labels } = owned;
  return { key: uid, apiVersion: 'v1', kind: 'Pod', name, uid, namespace, labels, object: null };
}

function topOfObject(object: WorkloadObject): Top {
  const { apiVersion, uid, name, namespace, labels } = object;
  return { key: uid, apiVersion, kind: object.resource.kind, name, uid, namespace, labels, object };
}

function workloadOf(one: Gathered, cluster: string | null): Workload {
  const { top, template, owned, activePods, runningPods } = one;
  const running = activePods > 0 ? one.active.containers() : atRest(one);
  const containers = [...running];
  for (const one of [template, ...owned]) containers.push(...notRunning(one, containers));
  return {
    cluster,
    namespace: top.namespace,
    apiVersion: top.apiVersion,
    kind: top.kind,
    name: top.name,
    uid: top.uid === '' ? null : top.uid,
    labels: top.labels,
    templateLabels: top.object?.template?.templateLabels ?? one.podLabels,
    replicas: {
      desired: top.kind === 'Pod' ? 1 : (top.object?.desired ?? null),
      running: runningPods,
    },
    state: stateOf(one),
    location: null,
    containers: containers.map((container) => ({ ...container, location: null })),
  };
}

/**
 * Of what has run and does not now: what a Job or a pod has run is what it is. The next run of a CronJob and the next pods of all
 * others are started from the template.
 */
function atRest({ top, template, finished }: Gathered): Container[] {
  const runsOnce = top.kind === 'Job' || top.kind === 'Pod' || template === null;
  return runsOnce ? finished.containers() : [];
}

/** The containers of the template that no pod runs as they are written there. */
function notRunning(template: WorkloadObject | null, running: readonly Container[]): Container[] {
  if (!template?.template) return [];
  const known = new Set(running.map(containerKey));
  // A custom resource has its own names for containers: its images are known by themselves.
  const images = new Set(running.map(({ image }) => image));
  const isBuiltIn = podKind(template.apiVersion, template.resource.kind) !== null;
  return template.template.containers.filter((container) =>
    isBuiltIn ? !known.has(containerKey(container)) : !images.has(container.image),
  );
}

function stateOf({ top, activePods }: Gathered): WorkloadState {
  const { object } = top;
  if (activePods > 0) return 'running';
  if (object?.suspended === true) return 'suspended';
  if (top.kind === 'CronJob') return 'scheduled';
  if (object === null || object.finished) return 'scaledToZero';
  return object.desired === null || object.desired === 0 ? 'scaledToZero' : 'running';
}
