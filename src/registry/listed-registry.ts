import { REFERRERS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readLayerFile, readManifestFile } from './blob-file.ts';
import type { Catalog, Listing } from './catalog.ts';
import { embeddedBlob } from './embedded.ts';
import { artifactTypeOf, isIndexType, subjectIs } from './manifest.ts';
import { memoise } from './memo.ts';
import { distinct, fallbackTag } from './referrers.ts';
import type { Descriptor, Manifest, Referrers, Registry } from './registry.ts';

/**
 * The registry that a layout is which says nothing of what was asked. A repository that occurs in `index.json` counts as complete: what
 * is not listed there does not exist. One that does not occur is not in evidence.
 */
export function listedRegistry(directory: string, catalog: Catalog): Registry {
  const listed = (repository: string): Outcome<Listing> => {
    const listing = catalog.get(repository);
    if (listing !== undefined) return ok(listing);
    return failed(
      'NotInEvidence',
      `the evidence directory ${directory} holds nothing of ${repository}`,
      `save the evidence of ${repository} as well, or audit with network access`,
    );
  };
  const read = memoise((digest: string, mediaType: string) => readManifestFile(directory, digest, mediaType));
  const reachable = memoise((repository: string) => walkIndexes(listed(repository), read));
  const attached = memoise((repository: string) => readSubjects(listed(repository), read));

  const tagged = async (repository: string, tag: string): Promise<Outcome<Manifest | null>> => {
    const listing = listed(repository);
    if (!listing.ok) return listing;
    const descriptor = listing.value.tags.get(tag);
    return descriptor === undefined ? ok(null) : read(descriptor.digest, descriptor.mediaType);
  };

  return {
    tag: tagged,
    async manifest(repository, digest) {
      const listing = listed(repository);
      if (!listing.ok) return listing;
      const direct = listing.value.manifests.get(digest);
      if (direct !== undefined) return read(direct.digest, direct.mediaType);
      const children = await reachable(repository);
      if (!children.ok) return children;
      const child = children.value.get(digest);
      return child === undefined ? ok(null) : read(child.digest, child.mediaType);
    },
    async referrers(repository, digest) {
      const subjects = await attached(repository);
      if (!subjects.ok) return subjects;
      // A copy of a registry without the referrers API may list the index of the referrers tag, and not what that lists.
      const index = await tagged(repository, fallbackTag(digest));
      if (!index.ok) return index;
      const content = index.value?.content;
      const direct = subjects.value.filter((manifest) => subjectIs(manifest, digest)).map(describe);
      const descriptors = distinct([...(content?.kind === 'index' ? content.manifests : []), ...direct]);
      if (descriptors.length > REFERRERS) {
        return failed(
          'LimitExceeded',
          `${directory} lists ${String(descriptors.length)} referrers of ${repository}@${digest}; at most ${String(REFERRERS)} are read`,
        );
      }
      return ok<Referrers>({ via: 'api', descriptors });
    },
    async blob(repository, descriptor, limit) {
      const listing = listed(repository);
      if (!listing.ok) return listing;
      const embedded = embeddedBlob(descriptor, limit);
      return embedded ?? readLayerFile(directory, descriptor, limit);
    },
    hosts: () => [],
    close: () => Promise.resolve(),
  };
}

type ReadManifest = (digest: string, mediaType: string) => Promise<Outcome<Manifest>>;

/** All descriptors below the listed indexes of a repository. */
async function walkIndexes(
  listing: Outcome<Listing>,
  read: ReadManifest,
): Promise<Outcome<ReadonlyMap<string, Descriptor>>> {
  if (!listing.ok) return listing;
  const found = new Map<string, Descriptor>();
  const pending = [...listing.value.manifests.values()];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!isIndexType(next.mediaType)) continue;
    const manifest = await read(next.digest, next.mediaType);
    if (!manifest.ok) return manifest;
    const { content } = manifest.value;
    for (const child of content.kind === 'index' ? content.manifests : []) {
      if (found.has(child.digest)) continue;
      found.set(child.digest, child);
      pending.push(child);
    }
  }
  return ok(found);
}

/** The listed manifests of a repository that have a subject. One that cannot be read could have any, so it fails them all. */
async function readSubjects(
  listing: Outcome<Listing>,
  read: ReadManifest,
): Promise<Outcome<readonly Manifest[]>> {
  if (!listing.ok) return listing;
  const attached: Manifest[] = [];
  for (const descriptor of listing.value.manifests.values()) {
    const manifest = await read(descriptor.digest, descriptor.mediaType);
    if (!manifest.ok) return manifest;
    if (manifest.value.content.subject !== undefined) attached.push(manifest.value);
  }
  return ok(attached);
}

/** A manifest as the referrers API lists it (distribution-spec, "Listing Referrers"). */
function describe(manifest: Manifest): Descriptor {
  const { digest, mediaType, size, content } = manifest;
  return {
    digest,
    mediaType,
    size,
    artifactType: artifactTypeOf(manifest),
    annotations: content.annotations,
  };
}
