import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

export const TESTDATA = join(import.meta.dirname, '..', '..', 'testdata');
const LAYOUT = join(TESTDATA, 'layout');

const descriptor = z.looseObject({ mediaType: z.string(), digest: z.string(), size: z.number() });
export type Descriptor = z.infer<typeof descriptor>;
const indexSchema = z.object({
  manifests: z.array(descriptor.extend({ annotations: z.record(z.string(), z.string()) })),
});
const manifestSchema = z.looseObject({ subject: descriptor.optional(), layers: z.array(descriptor) });
export type SignatureManifest = z.infer<typeof manifestSchema>;

/** What a registry holds of one repository. */
export interface Content {
  readonly blobs: Map<string, Buffer>;
  /** Media types of those blobs that are manifests. */
  readonly types: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly referrers: Map<string, Descriptor[]>;
}

export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** A signed image of testdata, with all that is attached to it. */
export function signedImage(repository: string): Content {
  const { manifests } = indexSchema.parse(JSON.parse(readFileSync(join(LAYOUT, 'index.json'), 'utf8')));
  const content: Content = { blobs: new Map(), types: new Map(), tags: new Map(), referrers: new Map() };
  for (const { annotations, ...listed } of manifests) {
    const name = annotations['io.containerd.image.name'] ?? '';
    const [, tag] = /^registry\.example\.com\/([^:@]+)(?::([^@]+))?/.exec(name)?.slice(1) ?? [];
    if (
      !name.startsWith(`registry.example.com/${repository}:`) &&
      !name.startsWith(`registry.example.com/${repository}@`)
    )
      continue;
    const bytes = readBlob(listed.digest);
    const { subject, layers } = manifestSchema.parse(JSON.parse(bytes.toString()));
    addManifest(content, bytes, tag);
    for (const layer of layers) content.blobs.set(layer.digest, readBlob(layer.digest));
    if (subject !== undefined) list(content, subject.digest, listed);
  }
  return content;
}

function readBlob(digest: string): Buffer {
  return readFileSync(join(LAYOUT, 'blobs', 'sha256', digest.replace('sha256:', '')));
}

/** Enters a manifest, be it one or not; gives its descriptor. */
function addManifest(content: Content, bytes: Buffer, tag?: string, mediaType = MANIFEST): Descriptor {
  const digest = sha256(bytes);
  content.blobs.set(digest, bytes);
  content.types.set(digest, mediaType);
  if (tag !== undefined) content.tags.set(tag, digest);
  return { mediaType, digest, size: bytes.length };
}

function list(content: Content, subject: string, referrer: Descriptor): void {
  content.referrers.set(subject, [...(content.referrers.get(subject) ?? []), referrer]);
}

/** The answer of the referrers API. */
export function listingOf({ referrers }: Content, digest: string): Buffer {
  return Buffer.from(indexOf(referrers.get(digest) ?? []));
}

/** An index of these descriptors. */
function indexOf(manifests: readonly unknown[]): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
}

/** The digest of the image. */
export function imageOf({ tags }: Content): string {
  const digest = tags.get('v1');
  if (digest === undefined) throw new Error('there is no v1');
  return digest;
}

/** Replaces what refers to the image by one manifest, changed from the signature's own. */
export function reattach(content: Content, change: (manifest: SignatureManifest) => unknown): void {
  replaceReferrers(content, (bytes) => {
    const changed = change(manifestSchema.parse(JSON.parse(bytes.toString())));
    return Buffer.isBuffer(changed)
      ? changed
      : Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed));
  });
}

function replaceReferrers(content: Content, change: (bytes: Buffer) => Buffer): void {
  const image = imageOf(content);
  const old = content.referrers.get(image) ?? [];
  content.referrers.set(
    image,
    old.map(({ digest, artifactType }) => ({
      ...addManifest(content, change(content.blobs.get(digest) ?? Buffer.alloc(0))),
      artifactType,
    })),
  );
}

/** Replaces the image's manifest by another; whatever was attached stays with the old one. */
export function replaceImage(content: Content, bytes: Buffer | string, mediaType = MANIFEST): void {
  addManifest(content, Buffer.from(bytes), 'v1', mediaType);
}

/** Changes the manifest under the tag that cosign keeps signatures under. */
export function resign(content: Content, change: (manifest: SignatureManifest) => unknown): void {
  for (const [tag, digest] of content.tags) {
    if (!tag.endsWith('.sig')) continue;
    const manifest = manifestSchema.parse(JSON.parse((content.blobs.get(digest) ?? '').toString()));
    addManifest(content, Buffer.from(JSON.stringify(change(manifest))), tag);
  }
}
