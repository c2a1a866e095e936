import type { Collector } from './collector.ts';
import { cosignTags } from './cosign-tags.ts';
import { referrers } from './referrers.ts';

const PLACES: readonly Collector[] = [referrers, cosignTags];

/**
 * What is kept for an image in a repository that is named for it, as cosign does where COSIGN_REPOSITORY is set: tags made from the
 * digest, and bundles whose subject is the digest although the image itself lies elsewhere. All of it is marked with the repository.
 */
export function signatureRepository(repository: string): Collector {
  return {
    name: `signature repository ${repository}`,
    signatureRepository: repository,
    elsewhere: () => [repository],
    async collect(registry, image, digest) {
      // Where the image lies there too, this is what hangs beside it.
      if (image === repository) return { evidence: [], faults: [] };
      const found = await Promise.all(PLACES.map((place) => place.collect(registry, repository, digest)));
      const marked = { signatureRepository: repository };
      return {
        evidence: found.flatMap((one) => one.evidence.map((piece) => ({ ...piece, ...marked }))),
        faults: found.flatMap((one) => one.faults.map((fault) => ({ ...fault, ...marked }))),
      };
    },
  };
}
