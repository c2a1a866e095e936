import { pullSecretsKey } from '../pull-secret-ref.ts';
import type { Container, Running } from './source.ts';

/** An image that a container runs, or would run. */
export interface ContainerImage {
  /** Names it among the images of a run: `text`, with the secrets that it is pulled with. */
  readonly key: string;
  /** The container's text, with what its pods run of it. */
  readonly text: string;
  /** What the pods run; null for the image that the text means by itself. */
  readonly running: RunningOne | null;
}

export type RunningOne = Pick<Running, 'imageID' | 'digest' | 'repository' | 'config'> & {
  readonly platforms: readonly string[];
  readonly pods: number;
};

/**
 * The images of a container: one for each that its pods run, and the one that its text means where pods are still waiting for it
 * or where there are none. Most pods first.
 */
export function imagesOf(container: Container): readonly ContainerImage[] {
  const pulled = pullSecretsKey(container.pullSecrets);
  return textsOf(container).map((one) => ({
    ...one,
    key: pulled === '' ? one.text : `${one.text} pulled with ${pulled}`,
  }));
}

function textsOf({ image, running }: Container): readonly Omit<ContainerImage, 'key'>[] {
  if (!running || running.length === 0) return [{ text: image, running: null }];
  const groups = Map.groupBy(running, ({ imageID, digest, repository, config }) =>
    imageID === '' ? '' : JSON.stringify([digest ?? config ?? imageID, repository]),
  );
  return [...groups].flatMap(([group, same]): Omit<ContainerImage, 'key'>[] => {
    const [first] = same;
    if (!first || group === '') return [{ text: image, running: null }];
    const known = same.flatMap(({ platform }) => platform ?? []);
    // Where one node is not known, no child of an index can be ruled out.
    const platforms = known.length === same.length ? [...new Set(known)].toSorted() : [];
    const { imageID, digest, repository, config } = first;
    const on = platforms.length === 0 ? '' : ` on ${platforms.join(', ')}`;
    const pods = same.reduce((sum, one) => sum + one.pods, 0);
    return [
      {
        text: `${image} (running ${imageID}${on})`,
        running: { imageID, digest, repository, config, platforms, pods },
      },
    ];
  });
}
