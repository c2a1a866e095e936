import { MANIFEST_BYTES } from '../limits.ts';
import { ok } from '../reasons.ts';
import { settledByDescriptor } from './answer.ts';
import type { BlobCache } from './cache-store.ts';
import { parseManifest } from './manifest.ts';
import type { Descriptor, Manifest, Registry } from './registry.ts';

/**
 * A registry whose manifests and blobs are read from disk where an earlier run has kept them. Two rules make that safe:
 *
 * - **What can change is asked anew.** Tags and referrers are never kept, so that no signature which was taken back, and no
 *   attestation which was added, is overlooked.
 * - **Only what an answer of this run names is read from disk**: the registry has to list it, or a manifest that it listed has to, in
 *   the same repository. Who may not read a repository is named nothing of it, whatever an earlier run was allowed to read.
 */
export function cachedRegistry(registry: Registry, cache: BlobCache): Registry {
  /** The media types of what was named, by repository and digest. */
  const named = new Map<string, string>();
  const name = (repository: string, descriptors: readonly Descriptor[]): void => {
    for (const { digest, mediaType } of descriptors) named.set(`${repository}@${digest}`, mediaType);
  };
  const follow = (repository: string, manifest: Manifest): void => {
    const { content } = manifest;
    name(repository, content.kind === 'index' ? content.manifests : [content.config, ...content.layers]);
  };

  return {
    async tag(repository, tag) {
      const outcome = await registry.tag(repository, tag);
      if (outcome.ok && outcome.value !== null) follow(repository, outcome.value);
      return outcome;
    },
    async manifest(repository, digest) {
      const mediaType = named.get(`${repository}@${digest}`);
      const bytes = mediaType === undefined ? null : await cache.read(repository, digest, MANIFEST_BYTES);
      const kept = bytes === null ? null : parseManifest(bytes, mediaType ?? null, digest);
      // What does not fit to what it is called now is for the registry to explain.
      const outcome = kept?.ok === true ? kept : await registry.manifest(repository, digest);
      if (!outcome.ok || outcome.value === null) return outcome;
      follow(repository, outcome.value);
      if (outcome !== kept && outcome.value.mediaType === mediaType)
        cache.keep(repository, digest, outcome.value.bytes);
      return outcome;
    },
    async referrers(repository, digest) {
      const outcome = await registry.referrers(repository, digest);
      if (outcome.ok) name(repository, outcome.value.descriptors);
      return outcome;
    },
    async blob(repository, descriptor, limit) {
      const { digest, size } = descriptor;
      if (!named.has(`${repository}@${digest}`) || settledByDescriptor(descriptor, limit))
        return registry.blob(repository, descriptor, limit);
      const bytes = await cache.read(repository, digest, size);
      if (bytes?.length === size) return ok(bytes);
      const outcome = await registry.blob(repository, descriptor, limit);
      if (outcome.ok) cache.keep(repository, digest, outcome.value);
      return outcome;
    },
    hosts: () => registry.hosts(),
    async close() {
      await registry.close();
      await cache.close();
    },
  };
}
