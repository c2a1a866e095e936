import { z } from 'zod';
import type { Image } from './build.ts';
import { type Described, digestOf, MANIFEST } from './client.ts';

/** The parts of a bundle that are changed here. */
export const Bundle = z.looseObject({
  verificationMaterial: z.looseObject({
    certificate: z.looseObject({ rawBytes: z.string() }).optional(),
    tlogEntries: z.array(z.looseObject({})).optional(),
    timestampVerificationData: z.looseObject({}).optional(),
  }),
  dsseEnvelope: z.looseObject({ payload: z.base64() }),
});
export type Bundle = z.infer<typeof Bundle>;

const Layer = z.looseObject({
  digest: z.string(),
  size: z.number(),
  annotations: z.record(z.string(), z.string()),
});
const BundleManifest = z.looseObject({
  artifactType: z.string(),
  annotations: z.record(z.string(), z.string()),
  layers: z.array(z.looseObject({ digest: z.string(), size: z.number() })).length(1),
  subject: z.looseObject({ digest: z.string(), size: z.number() }),
});
const TagManifest = z.looseObject({ layers: z.array(Layer).min(1) });

/** A bundle with the manifest that attaches it. */
export interface AttachedBundle {
  readonly manifest: z.infer<typeof BundleManifest>;
  readonly bundle: Bundle;
}

/** The only bundle that refers to an image. */
export async function bundleOf({ client, repository, digest }: Image): Promise<AttachedBundle> {
  const [referrer = '', ...others] = await client.referrers(repository, digest);
  if (others.length > 0) throw new Error(`${repository}@${digest} has several referrers`);
  const manifest = BundleManifest.parse(parse((await client.manifest(repository, referrer)).bytes));
  const bundle = Bundle.parse(parse(await client.blob(repository, manifest.layers[0]?.digest ?? '')));
  return { manifest, bundle };
}

/** Attaches a bundle to an image in cosign's way, with all digests right. */
export async function attachBundle(image: Image, { manifest, bundle }: AttachedBundle): Promise<void> {
  const { client, repository } = image;
  const bytes = Buffer.from(JSON.stringify(bundle));
  const subject = { ...manifest.subject, ...(await subjectOf(image)) };
  const layers = manifest.layers.map((layer) => ({ ...layer, digest: digestOf(bytes), size: bytes.length }));
  await client.pushBlob(repository, bytes);
  await client.pushBlob(repository, Buffer.from('{}'));
  await client.pushManifest(repository, json(MANIFEST, { ...manifest, layers, subject }));
}

/** One layer of a `.sig` tag: the payload and its annotations. */
export interface TagSignature {
  readonly payload: Buffer;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Copies `source`'s signature tag to `target`, each layer changed on the way. */
export async function copySignatureTag(
  source: Image,
  target: Image,
  change: (signature: TagSignature) => TagSignature,
): Promise<void> {
  const tag = (digest: string): string => `${digest.replace(':', '-')}.sig`;
  const stored = await source.client.manifest(source.repository, tag(source.digest));
  const manifest = TagManifest.parse(parse(stored.bytes));
  const config = z.looseObject({ digest: z.string() }).parse(manifest['config']);
  await target.client.pushBlob(target.repository, await source.client.blob(source.repository, config.digest));
  const layers: object[] = [];
  for (const layer of manifest.layers) {
    const old = await source.client.blob(source.repository, layer.digest);
    const { payload, annotations } = change({ payload: old, annotations: layer.annotations });
    await target.client.pushBlob(target.repository, payload);
    layers.push({ ...layer, digest: digestOf(payload), size: payload.length, annotations });
  }
  const changed = json(stored.mediaType, { ...manifest, layers });
  await target.client.pushManifest(target.repository, changed, tag(target.digest));
}

async function subjectOf(image: Image): Promise<Described> {
  const { mediaType, bytes } = await image.client.manifest(image.repository, image.digest);
  return { mediaType, digest: image.digest, size: bytes.length };
}

function json(mediaType: string, value: unknown): { mediaType: string; bytes: Buffer } {
  return { mediaType, bytes: Buffer.from(JSON.stringify(value)) };
}

function parse(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString());
}
