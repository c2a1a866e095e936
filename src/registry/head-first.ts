import { ok, type Outcome } from '../reasons.ts';
import { MANIFEST_MEDIA_TYPES } from './manifest.ts';
import { parseRepository } from './reference.ts';
import type { Manifest } from './registry.ts';
import type { Session } from './session.ts';

/** Docker Hub counts the manifests that are read, a hundred in six hours without credentials, and not what is asked by HEAD. */
const COUNTING = new Set(['docker.io']);

type FetchTag = (repository: string, tag: string) => Promise<Outcome<Manifest | null>>;

export interface HeadFirst {
  /** Asks for a tag, by HEAD first where reading is counted and may be spared. */
  readonly tag: FetchTag;
  /** Remembers a manifest, which a tag may turn out to point at. */
  keep(repository: string, outcome: Outcome<Manifest | null>): void;
}

/** Spares what a registry counts: a tag that is not there, or that points at what was read before, is not read. */
export function createHeadFirst(session: Session, fetchTag: FetchTag): HeadFirst {
  const kept = new Map<string, Map<string, Manifest>>();
  return {
    async tag(repository, tag) {
      const manifests = kept.get(repository);
      const pointed = manifests === undefined ? undefined : await askDigest(session, repository, tag);
      if (pointed === null) return ok(null);
      const manifest = pointed === undefined ? undefined : manifests?.get(pointed);
      return manifest === undefined ? fetchTag(repository, tag) : ok(manifest);
    },
    keep(repository, outcome) {
      if (!outcome.ok || outcome.value === null) return;
      if (!COUNTING.has(parseRepository(repository)?.registry ?? '')) return;
      const manifests = kept.get(repository) ?? new Map<string, Manifest>();
      kept.set(repository, manifests.set(outcome.value.digest, outcome.value));
    },
  };
}

/** What a tag points at, by the registry's word, as in an answer to GET; `null` where there is no such tag, nothing where it does not say. */
async function askDigest(
  session: Session,
  repository: string,
  tag: string,
): Promise<string | null | undefined> {
  const accept = MANIFEST_MEDIA_TYPES.join(', ');
  const answer = await session.get({
    method: 'HEAD',
    repository,
    target: `manifests/${tag}`,
    accept,
    limit: 0,
  });
  if (!answer.ok || !answer.value.speaksForRegistry) return undefined;
  if (answer.value.status === 404) return null;
  return answer.value.status === 200 ? answer.value.headers.get('docker-content-digest')?.[0] : undefined;
}
