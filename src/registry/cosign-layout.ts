import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import { readLayerFile, readManifestFile } from './blob-file.ts';
import { embeddedBlob } from './embedded.ts';
import { isIndexType } from './manifest.ts';
import { memoise } from './memo.ts';
import type { Descriptor, Manifest, Registry } from './registry.ts';

/** How `cosign save` marks what it wrote (cosign, pkg/oci/layout/index.go). */
const KIND = 'kind';
const MARK = 'dev.cosignproject.cosign/';

/** One image with what `cosign save` keeps of it: signatures and attestations under their tags, and nothing else. */
interface SavedImage {
  readonly image: Descriptor;
  readonly sigs: Descriptor | null;
  readonly atts: Descriptor | null;
}

/** Reads the descriptors of an `index.json` that `cosign save` wrote; null for any other. */
export function savedByCosign(descriptors: readonly Descriptor[]): SavedImage | null {
  const of = (...kinds: readonly string[]) =>
    descriptors.filter(({ annotations }) => kinds.some((kind) => annotations?.[KIND] === MARK + kind));
  const [images, sigs, atts] = [of('image', 'imageIndex'), of('sigs'), of('atts')];
  const [image] = images;
  const known = images.length + sigs.length + atts.length;
  if (!image || images.length > 1 || sigs.length > 1 || atts.length > 1 || known < descriptors.length)
    return null;
  return { image, sigs: sigs[0] ?? null, atts: atts[0] ?? null };
}

/**
 * A directory that `cosign save` wrote as a registry. It does not say which repository the image is from, so it answers for any, by
 * digest. Only what cosign keeps is known to be there or not: the `.sig` and `.att` tags of the image itself. Bundles, SBOM tags and
 * what hangs on the images of an index are not in evidence.
 */
export function cosignRegistry(directory: string, { image, sigs, atts }: SavedImage): Registry {
  const read = memoise((digest: string, mediaType: string) => readManifestFile(directory, digest, mediaType));
  const tags = new Map([
    [tagOf(image, 'sig'), sigs],
    [tagOf(image, 'att'), atts],
  ]);
  const unknown = (what: string): { readonly ok: false; readonly fault: Fault } =>
    failed(
      'NotInEvidence',
      `${directory}, which \`cosign save\` wrote, does not say ${what}`,
      'name the image by its digest; for evidence that cosign does not keep, use `kubectl supplychain evidence save`',
    );
  return {
    async tag(repository, tag) {
      const descriptor = tags.get(tag);
      if (descriptor === undefined) return unknown(`whether there is ${repository}:${tag}`);
      return descriptor ? read(descriptor.digest, descriptor.mediaType) : ok(null);
    },
    async manifest(repository, digest) {
      const found = await manifestIn(image, digest, read);
      if (!found.ok || found.value) return found;
      return unknown(`what ${repository}@${digest} is: it holds ${image.digest}`);
    },
    referrers: (repository, digest) =>
      Promise.resolve(unknown(`which bundles refer to ${repository}@${digest}`)),
    blob: (_repository, descriptor, limit) =>
      Promise.resolve(embeddedBlob(descriptor, limit) ?? readLayerFile(directory, descriptor, limit)),
    hosts: () => [],
    close: () => Promise.resolve(),
  };
}

/** cosign's names for the tags of a digest (cosign, pkg/oci/remote/remote.go, "SignatureTag"). */
function tagOf({ digest }: Descriptor, suffix: string): string {
  return `${digest.replace(':', '-')}.${suffix}`;
}

/** The image, or one of the index that it is. */
async function manifestIn(
  image: Descriptor,
  digest: string,
  read: (digest: string, mediaType: string) => Promise<Outcome<Manifest>>,
): Promise<Outcome<Manifest | null>> {
  if (image.digest === digest) return read(image.digest, image.mediaType);
  if (!isIndexType(image.mediaType)) return ok(null);
  const index = await read(image.digest, image.mediaType);
  if (!index.ok) return index;
  const { content } = index.value;
  const child = content.kind === 'index' ? content.manifests.find((one) => one.digest === digest) : undefined;
  return child ? read(child.digest, child.mediaType) : ok(null);
}
