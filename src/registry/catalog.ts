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

/** What a layout holds, by repository. */
export interface Catalog {
  get(repository: string): Listing | undefined;
}

interface OpenListing {
  readonly tags: Map<string, Descriptor>;
  readonly manifests: Map<string, Descriptor>;
}

/**
 * Sorts the descriptors of an `index.json` by repository. Each must say whose it is: a descriptor without a name could be the
 * signature that is then reported missing, so it is refused rather than skipped.
 */
export function readCatalog(descriptors: readonly Descriptor[], file: string): Outcome<Catalog> {
  if (isOfOneRepository(descriptors)) return readTags(descriptors, file);
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

/** image-spec, annotations.md: a name of letters, digits and some marks; a tag of the distribution specification. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** As oras and Notation write a layout: tags alone, of a repository that is not named. */
function isOfOneRepository(descriptors: readonly Descriptor[]): boolean {
  const names = descriptors.flatMap(({ annotations }) => annotations?.[REFERENCE_NAME] ?? []);
  const unnamed = descriptors.every(({ annotations }) => annotations?.[IMAGE_NAME] === undefined);
  return unnamed && names.length > 0 && names.every((name) => TAG.test(name));
}

/**
 * A layout of one repository, whose name whoever asks first says. It answers for no other: a tag of one repository says nothing of
 * the same tag of another.
 */
function readTags(descriptors: readonly Descriptor[], file: string): Outcome<Catalog> {
  const tags = new Map<string, Descriptor>();
  const manifests = new Map<string, Descriptor>();
  for (const [at, descriptor] of descriptors.entries()) {
    const tag = descriptor.annotations?.[REFERENCE_NAME];
    if (tag !== undefined && (tags.get(tag)?.digest ?? descriptor.digest) !== descriptor.digest)
      return failed('InputInvalid', `${file}: manifests[${String(at)}] has the tag ${tag} of another`);
    if (tag !== undefined) tags.set(tag, descriptor);
    if (!manifests.has(descriptor.digest)) manifests.set(descriptor.digest, descriptor);
  }
  let asked: string | null = null;
  return ok({
    get(repository) {
      asked ??= repository;
      return repository === asked ? { tags, manifests } : undefined;
    },
  });
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
