import type { ImageReference } from '../registry/reference.ts';

/** How far a run is. `waitingFor` are the registries of the images that are being worked on. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly waitingFor: readonly string[];
}

/** Runs the work on an image, and tells of its begin and its end. */
export function trackProgress(total: number, onProgress: ((progress: Progress) => void) | undefined) {
  const underWay = new Set<ImageReference>();
  let done = 0;
  const tell = () => {
    const waitingFor = new Set([...underWay].map(({ registry }) => registry));
    onProgress?.({ done, total, waitingFor: [...waitingFor] });
  };
  return async <T>(reference: ImageReference, work: () => Promise<T>): Promise<T> => {
    underWay.add(reference);
    tell();
    const result = await work();
    underWay.delete(reference);
    done += 1;
    tell();
    return result;
  };
}
