import { pullSecretsKey } from '../../pull-secret-ref.ts';
import type { Container, Running } from '../source.ts';
import { readImageId } from './image-id.ts';
import type { Pod } from './pod.ts';
import { statusKey } from './pod-status.ts';

/** What some pods run, by container and reference: the image that is written there, and what the status says runs. */
export interface RunningContainers {
  add(pod: Pod): void;
  containers(): Container[];
}

/**
 * Puts the containers of one workload's pods together. A container of which pods have different images is there once for each, and so
 * is one that pods pull with different secrets.
 */
export function gatherRunning(platformOf: (node: string | null) => string | null): RunningContainers {
  const known = new Map<string, { readonly container: Container; readonly running: Map<string, Running> }>();
  return {
    add(pod) {
      const platform = platformOf(pod.node);
      for (const container of pod.containers) {
        const key = `${containerKey(container)} ${pullSecretsKey(container.pullSecrets)}`;
        const entry = known.get(key) ?? { container, running: new Map<string, Running>() };
        known.set(key, entry);
        // What an argument names is pulled by somebody else, if at all: no status speaks of it.
        if (container.type === 'argument') continue;
        const status = pod.statuses.get(statusKey(container.type, container.name));
        const one = runningOf(
          status?.imageID ?? '',
          status?.image ?? '',
          platform,
          status?.startedAt ?? null,
        );
        const same = JSON.stringify([one.imageID, one.digest, one.platform]);
        const before = entry.running.get(same);
        entry.running.set(same, before ? together(before, one) : one);
      }
    },
    containers: () =>
      [...known.values()].map(({ container, running }) =>
        container.type === 'argument'
          ? container
          : { ...container, running: [...running.values()].toSorted(byPods) },
      ),
  };
}

/** Containers with one key are one and the same, whichever pod they are seen in. */
export function containerKey({ type, name, image }: Container): string {
  return JSON.stringify([type, name, image]);
}

function runningOf(imageID: string, image: string, platform: string | null, since: string | null): Running {
  const read = readImageId(imageID, image);
  return {
    imageID,
    digest: read.kind === 'digest' ? read.digest : null,
    repository: read.kind === 'digest' ? read.repository : null,
    config: read.kind === 'config' ? read.digest : null,
    platform,
    pods: 1,
    since,
  };
}

function together(one: Running, other: Running): Running {
  const since = [one.since, other.since].filter((time) => time !== null).toSorted()[0] ?? null;
  return { ...one, pods: one.pods + other.pods, since };
}

function byPods(a: Running, b: Running): number {
  if (a.pods !== b.pods) return b.pods - a.pods;
  const [left, right] = [a, b].map(({ imageID, platform }) => `${imageID} ${platform ?? ''}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
