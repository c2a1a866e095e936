import { z } from 'zod';
import { NO_POD, readContainers } from './pod-status.ts';
import type { ContainerStatus } from './pod-status.ts';
import { metadataOf, placeOf, seenInCluster, shownName } from './object.ts';
import type { Metadata } from './object.ts';
import { namesOf, pulledWith, secretRefs } from './pull-secrets.ts';
import { PODS } from './resources.ts';
import { field } from '../place.ts';
import { podImages } from '../pod-images.ts';
import type { Container, Gap } from '../source.ts';

/** A pod, reduced to what an audit asks of it. */
export interface Pod extends Metadata {
  readonly node: string | null;
  readonly phase: 'running' | 'pending' | 'finished';
  readonly containers: readonly Container[];
  /** By type and name of the container, or of the image volume. */
  readonly statuses: ReadonlyMap<string, ContainerStatus>;
  readonly gaps: readonly Gap[];
}

const podSchema = z.looseObject({
  spec: z
    .looseObject({ nodeName: z.string().nullish().catch(null), imagePullSecrets: z.unknown().optional() })
    .catch({}),
  status: z.looseObject({ phase: z.string().catch('') }).catch(NO_POD),
});

/** Reads one pod of a list; null for what is no object with a name. */
export function readPod(object: unknown, cluster: string | null): Pod | null {
  const metadata = metadataOf(object);
  const parsed = podSchema.safeParse(object);
  if (metadata === null || !parsed.success) return null;
  const shown = shownName(PODS, metadata);
  const { containers, gaps } = podImages(field(placeOf(object, shown), 'spec'));
  const { phase } = parsed.data.status;
  // A pod that runs has the list that counts: its service account's were copied where it had none of its own.
  const pullSecrets = secretRefs(cluster, metadata.namespace, namesOf(parsed.data.spec.imagePullSecrets));
  return {
    ...metadata,
    node: parsed.data.spec.nodeName ?? null,
    phase:
      phase === 'Succeeded' || phase === 'Failed' ? 'finished' : phase === 'Running' ? 'running' : 'pending',
    containers: containers.map((container) => ({ ...container, location: null, ...pulledWith(pullSecrets) })),
    statuses: readContainers(parsed.data.status),
    gaps: gaps.map((gap) => seenInCluster(gap, shown, cluster)),
  };
}
