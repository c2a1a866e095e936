import { z } from 'zod';
import type { ContainerType } from '../source.ts';

/** What the kubelet says of one container. */
export interface ContainerStatus {
  readonly imageID: string;
  /** The image as the runtime calls it. */
  readonly image: string;
  readonly startedAt: string | null;
}

const text = z.string().nullish().catch(null);
const started = z.looseObject({ startedAt: text }).nullish().catch(null);
const statusSchema = z.looseObject({
  name: z.string(),
  imageID: text,
  image: text,
  state: z.looseObject({ running: started, terminated: started }).nullish().catch(null),
  lastState: z.looseObject({ terminated: started }).nullish().catch(null),
  volumeMounts: z.array(z.unknown()).nullish().catch(null),
});
/** core/v1, VolumeMountStatus.volumeStatus, since Kubernetes 1.35. */
const mountSchema = z.looseObject({
  name: z.string(),
  volumeStatus: z.looseObject({ image: z.looseObject({ imageRef: z.string() }) }),
});

export const NO_POD = { phase: '' };

const LISTS: readonly (readonly [list: string, type: ContainerType])[] = [
  ['initContainerStatuses', 'init'],
  ['containerStatuses', 'container'],
  ['ephemeralContainerStatuses', 'ephemeral'],
];

/** The statuses of a pod's containers and image volumes, by `statusKey`. One that is nonsense leaves the others. */
export function readContainers(status: Readonly<Record<string, unknown>>): Map<string, ContainerStatus> {
  const statuses = new Map<string, ContainerStatus>();
  for (const [list, type] of LISTS) {
    const given: unknown = status[list];
    for (const one of Array.isArray(given) ? (given as readonly unknown[]) : []) {
      const parsed = statusSchema.safeParse(one);
      if (!parsed.success) continue;
      const { name, imageID, image, state, lastState, volumeMounts } = parsed.data;
      const startedAt =
        state?.running?.startedAt ?? state?.terminated?.startedAt ?? lastState?.terminated?.startedAt ?? null;
      statuses.set(statusKey(type, name), { imageID: imageID ?? '', image: image ?? '', startedAt });
      for (const mount of volumeMounts ?? []) {
        const mounted = mountSchema.safeParse(mount);
        if (!mounted.success) continue;
        const { imageRef } = mounted.data.volumeStatus.image;
        statuses.set(statusKey('image-volume', mounted.data.name), {
          imageID: imageRef,
          image: '',
          startedAt,
        });
      }
    }
  }
  return statuses;
}

/** Names a container within its pod. */
export function statusKey(type: ContainerType, name: string): string {
  return `${type} ${name}`;
}
