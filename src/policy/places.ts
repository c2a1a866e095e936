import { imagesOf } from '../workloads/running-images.ts';
import type { Container, Workload } from '../workloads/source.ts';

/** Where an image stands. */
export interface Place {
  readonly workload: Workload;
  readonly container: Container;
}

/** Where each image stands, by its name. */
export function placesOf(workloads: readonly Workload[]): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  for (const workload of workloads)
    for (const container of workload.containers)
      for (const key of new Set(imagesOf(container).map(({ key }) => key))) {
        const ofImage = places.get(key) ?? [];
        places.set(key, ofImage);
        ofImage.push({ workload, container });
      }
  return places;
}
