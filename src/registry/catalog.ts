import { failed, ok, type Outcome } from '../reasons.ts';
import { parseReference } from './reference.ts';
import type { Descriptor } from './registry.ts';

/** Where containerd, BuildKit and `docker save` write the full name of an image in an OCI layout. */
export const IMAGE_NAME = 'io.containerd.image.name';
/** image-spec, annotations.md: where skopeo and oras look for the name of a manifest in an OCI layout. */
export const REFERENCE_NAME = 'org.opencontainers.image.ref.name';

/** What an OCI layout holds of one repository. */
export interface Listing {
  readonly tags: ReadonlyMap<string, Descriptor>;
  readonly manifests: ReadonlyMap<string, Descriptor>;
}

export type Catalog = ReadonlyMap<string, Listing>;

interface OpenListing {
  readonly tags: Map<string, Descriptor>;
  readonly manifests: Map<string, Descriptor>;
}

/**
 * Sorts the descriptors of an `index.json` by repository. Each must say whose it is: a descriptor without a name could be the
 * signature that is then reported missing, so it is refused rather than skipped.
 */
export function readCatalog(descriptors: readonly Descriptor[], file: string): Outcome<Catalog> {
  const catalog = new Map<string, OpenListing>();
  for (const [at, descriptor] of descriptors.entries()) {
    const problem = enter(catalog, descriptor);
    if (problem !== null) {
      return failed(
        'InputInvalid',
        `${file}: manifests[${String(at)}].annotations["${IMAGE_NAME}"] ${problem}`,
        'write the directory with `evidence save`, or with a tool that names each manifest registry/path:tag or registry/path@digest',
      );
    }
  }
  return ok(catalog);
}

/** Enters one descriptor under its name; gives what is wrong with the name, or `null`. */
function enter(catalog: Map<string, OpenListing>, descriptor: Descriptor): string | null {
  const name = descriptor.annotations?.[IMAGE_NAME];
  if (name === undefined) return 'is missing';
  const parsed = parseReference(name);
  if (!parsed.ok) return `is no image name: ${parsed.message.replace(/\.$/, '')}`;
  const { repository, tag, digest } = parsed.value;
  if (tag === null && digest === null) return `must have a tag or a digest, and is ${JSON.stringify(name)}`;
  if (digest !== null && digest !== descriptor.digest)
    return `names ${digest}, but the descriptor is ${descriptor.digest}`;

  const listing: OpenListing = catalog.get(repository) ?? { tags: new Map(), manifests: new Map() };
  catalog.set(repository, listing);
  if (tag !== null) {
    const other = listing.tags.get(tag);
    if (other !== undefined && other.digest !== descriptor.digest)
      return `names ${JSON.stringify(name)} twice`;
    listing.tags.set(tag, descriptor);
  }
  if (!listing.manifests.has(descriptor.digest)) listing.manifests.set(descriptor.digest, descriptor);
  return null;
}
