import { join } from 'node:path';

import { LAYOUT_INDEX_BYTES, MANIFEST_BYTES, REFERRERS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBlobFile } from './blob-file.ts';
import { readBoundedFile } from './bounded-file.ts';
import { readCatalog, type Catalog, type Listing } from './catalog.ts';
import { layoutSchema, readJson } from './document.ts';
import { embeddedBlob, wrongSize } from './embedded.ts';
import { artifactTypeOf, isIndexType, parseManifest, subjectIs } from './manifest.ts';
import { memoise } from './memo.ts';
import type { Descriptor, Manifest, Referrers, Registry } from './registry.ts';

/**
 * Opens an OCI image layout on disk (image-spec, image-layout.md) as a registry that needs no network. A repository that occurs in
 * `index.json` counts as complete: what is not listed there does not exist. One that does not occur is not in evidence.
 */
export async function openLayout(directory: string): Promise<Outcome<Registry>> {
  const marker = await readMarker(directory);
  if (!marker.ok) return marker;
  const file = join(directory, 'index.json');
  const index = await readBoundedFile(file, LAYOUT_INDEX_BYTES);
  if (!index.ok) return noLayout(directory, index.message);
  const catalog = readCatalog(index.bytes, file);
  return catalog.ok ? ok(layoutRegistry(directory, catalog.value)) : catalog;
}

async function readMarker(directory: string): Promise<Outcome<null>> {
  const file = join(directory, 'oci-layout');
  const read = await readBoundedFile(file, MANIFEST_BYTES);
  if (!read.ok) return noLayout(directory, read.message);
  const layout = readJson(read.bytes, layoutSchema);
  return layout.ok ? ok(null) : noLayout(directory, `${file} ${layout.message}`);
}

function noLayout(directory: string, why: string): Outcome<never> {
  return failed(
    'InputInvalid',
    `${directory} is no OCI image layout: ${why}`,
    'name the directory that `evidence save` wrote',
  );
}

function layoutRegistry(directory: string, catalog: Catalog): Registry {
  const listed = (repository: string): Outcome<Listing> => {
    const listing = catalog.get(repository);
    if (listing !== undefined) return ok(listing);
    return failed(
      'NotInEvidence',
      `the evidence directory ${directory} holds nothing of ${repository}`,
      `save the evidence of ${repository} as well, or audit with network access`,
    );
  };
  const read = memoise((digest: string, mediaType: string) => readManifest(directory, digest, mediaType));
  const reachable = memoise((repository: string) => walkIndexes(listed(repository), read));
  const attached = memoise((repository: string) => readSubjects(listed(repository), read));

  return {
    async tag(repository, tag) {
      const listing = listed(repository);
      if (!listing.ok) return listing;
      const descriptor = listing.value.tags.get(tag);
      return descriptor === undefined ? ok(null) : read(descriptor.digest, descriptor.mediaType);
    },
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
      const descriptors = subjects.value.filter((manifest) => subjectIs(manifest, digest)).map(describe);
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
      return embedded ?? readBlob(directory, descriptor, limit);
    },
    hosts: () => [],
    close: () => Promise.resolve(),
  };
}

type ReadManifest = (digest: string, mediaType: string) => Promise<Outcome<Manifest>>;

async function readManifest(
  directory: string,
  digest: string,
  mediaType: string,
): Promise<Outcome<Manifest>> {
  const bytes = await readBlobFile(directory, digest, MANIFEST_BYTES);
  if (!bytes.ok) return bytes;
  return parseManifest(bytes.value, mediaType, digest, { where: `the manifest ${digest} in ${directory}` });
}

async function readBlob(
  directory: string,
  descriptor: Descriptor,
  limit: number,
): Promise<Outcome<Uint8Array>> {
  const bytes = await readBlobFile(directory, descriptor.digest, limit);
  if (!bytes.ok || bytes.value.length === descriptor.size) return bytes;
  return wrongSize(`the blob ${descriptor.digest} in ${directory}`, descriptor.size);
}

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
