import type { Fault, Outcome } from '../reasons.ts';
import { subjectOfTag } from './evidence-tags.ts';
import type { Registry } from './registry.ts';

/** Another registry that holds what lies under a prefix, as registries.conf has them. */
export interface Mirror {
  /** A registry, or a namespace or repository in it: `ghcr.io`, `ghcr.io/acme`. */
  readonly prefix: string;
  /** What stands in the prefix's place: `mirror.local/ghcr.io`. */
  readonly mirror: string;
  /** Whether its word counts for what a tag points at; what is named by digest anybody may give. */
  readonly tags: boolean;
}

/** A repository's name in a mirror. */
export interface MirroredRepository {
  readonly repository: string;
  readonly tags: boolean;
}

/** Where else a repository is: the mirrors of the longest prefix that matches on a segment boundary, in their order. */
export function findMirrors(mirrors: readonly Mirror[], repository: string): readonly MirroredRepository[] {
  const matching = mirrors.filter(
    ({ prefix }) => repository === prefix || repository.startsWith(`${prefix}/`),
  );
  const longest = Math.max(...matching.map(({ prefix }) => prefix.length));
  return matching
    .filter(({ prefix }) => prefix.length === longest)
    .map(({ prefix, mirror, tags }) => ({ repository: `${mirror}${repository.slice(prefix.length)}`, tags }));
}

/**
 * Asks mirrors first for what a digest names, since its bytes are hashed whoever gives them, and then the registry itself. What
 * somebody's word decides is asked of the registry alone: what refers to a digest, which tags of evidence there are and, unless the
 * mirror is trusted with that, what a tag points at. That something is not there only the registry itself can say.
 */
export function withMirrors(registry: Registry, mirrors: readonly Mirror[]): Registry {
  if (mirrors.length === 0) return registry;

  const first = async <T>(
    places: readonly MirroredRepository[],
    repository: string,
    ask: (repository: string) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> => {
    const misses: string[] = [];
    for (const place of places) {
      const outcome = await ask(place.repository);
      if (outcome.ok && outcome.value !== null) return outcome;
      misses.push(
        `its mirror ${place.repository} ${outcome.ok ? 'does not have it' : `failed: ${outcome.fault.message}`}`,
      );
    }
    const outcome = await ask(repository);
    return outcome.ok ? outcome : { ok: false, fault: adding(outcome.fault, misses) };
  };

  return {
    ...registry,
    tag(repository, tag) {
      const places = findMirrors(mirrors, repository);
      const trusted = subjectOfTag(tag) === null ? places.filter(({ tags }) => tags) : [];
      return first(trusted, repository, (one) => registry.tag(one, tag));
    },
    manifest: (repository, digest) =>
      first(findMirrors(mirrors, repository), repository, (one) => registry.manifest(one, digest)),
    blob: (repository, descriptor, limit) =>
      first(findMirrors(mirrors, repository), repository, (one) => registry.blob(one, descriptor, limit)),
  };
}

function adding(fault: Fault, misses: readonly string[]): Fault {
  return { ...fault, message: [fault.message, ...misses].join('; ') };
}
