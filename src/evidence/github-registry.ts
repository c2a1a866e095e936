import { failed, type Fault, ok } from '../reasons.ts';
import { digestOf } from '../registry/digest.ts';
import { memoise } from '../registry/memo.ts';
import type { Descriptor, Referrers, Registry } from '../registry/registry.ts';
import type { Wire } from '../registry/wire.ts';
import type { GitHubApi, ListedBundle } from './github-api.ts';

/** The media type of what GitHub keeps. */
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * A registry that answers for GitHub's API too: the bundles that GitHub keeps for a digest are the referrers of the digest in a
 * repository under `place`, the API's host and path. So what GitHub answered is saved, and given again, as what registries answer is.
 */
export function withGitHub(
  registry: Registry,
  place: string,
  api: GitHubApi,
  wire: Pick<Wire, 'hosts' | 'close'>,
): Registry {
  const kept = new Map<string, Uint8Array | Fault>();
  const ownerOf = (repository: string): string | null =>
    repository.startsWith(`${place}/`) ? repository.slice(place.length + 1) : null;

  const list = memoise(async (owner: string, digest: string) => {
    const listed = await api.list(owner, digest);
    if (!listed.ok) return listed;
    return ok<Referrers>({ via: 'api', descriptors: listed.value.map((one) => describe(one, kept)) });
  });

  return {
    ...registry,
    async referrers(repository, digest) {
      const owner = ownerOf(repository);
      return owner === null ? registry.referrers(repository, digest) : list(owner, digest);
    },
    async blob(repository, descriptor, limit) {
      if (ownerOf(repository) === null) return registry.blob(repository, descriptor, limit);
      const found = kept.get(descriptor.digest);
      if (found === undefined)
        return failed('RegistryError', `${repository} has listed no bundle ${descriptor.digest}`);
      return found instanceof Uint8Array ? ok(found) : { ok: false, fault: found };
    },
    hosts: () => [...new Set([...registry.hosts(), ...wire.hosts()])].sort(),
    close: async () => {
      await Promise.all([registry.close(), wire.close()]);
    },
  };
}

/** A bundle that could not be had goes by the digest of its address, and has no bytes: its own digest is not known. */
function describe({ address, bundle }: ListedBundle, kept: Map<string, Uint8Array | Fault>): Descriptor {
  const bytes = bundle.ok ? bundle.value : Buffer.from(address);
  const digest = digestOf(bytes);
  kept.set(digest, bundle.ok ? bundle.value : bundle.fault);
  return { mediaType: BUNDLE, digest, size: bundle.ok ? bytes.length : 0 };
}
