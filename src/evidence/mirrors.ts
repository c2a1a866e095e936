import { findMirrors, type Mirror } from '../registry/mirrors.ts';
import type { Collector } from './collector.ts';

/**
 * Looks for evidence in the mirrors of a repository where the repository itself cannot be read whole. What a mirror has vouches for an
 * image as well as what hangs on the image itself, as it is signed; what it lacks says nothing: the faults of the repository stay.
 */
export function fromMirrors(collector: Collector, mirrors: readonly Mirror[]): Collector {
  if (mirrors.length === 0) return collector;
  return {
    ...collector,
    elsewhere: (repository) => findMirrors(mirrors, repository).map((place) => place.repository),
    async collect(registry, repository, digest) {
      const found = await collector.collect(registry, repository, digest);
      const places = found.faults.length === 0 ? [] : findMirrors(mirrors, repository);
      const mirrored = await Promise.all(
        places.map((place) => collector.collect(registry, place.repository, digest)),
      );
      const all = [found, ...mirrored];
      return { evidence: all.flatMap((one) => one.evidence), faults: all.flatMap((one) => one.faults) };
    },
  };
}
