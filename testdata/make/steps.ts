import { z } from 'zod';
import {
  attachBundle,
  type AttachedBundle,
  type Bundle,
  bundleOf,
  copySignatureTag,
  type TagSignature,
} from './attached.ts';
import { type Home, type Image, pushImage } from './build.ts';
import { type Format, type Predicate, RELEASE, type Signer, type Signing, type Witnessed } from './sign.ts';

const SIGNATURE = 'https://sigstore.dev/cosign/sign/v1';

/** What images are made with. */
export interface Bench {
  readonly signing: Signing;
  /** A repository of that name that is not exported. */
  readonly scratch: (name: string) => Home;
}

/** Something that is done to an image after it was pushed. */
export type Step = (bench: Bench, image: Image, name: string) => Promise<void>;

export function sign(signer: Signer, format?: Format, witnessed?: Witnessed): Step {
  return ({ signing }, image) => signing.sign(image, image.digest, signer, format, witnessed);
}

/** Signs what an index lists instead of the index. */
export function signChildren(signer: Signer): Step {
  return async ({ signing }, image) => {
    for (const child of image.children) await signing.sign(image, child, signer);
  };
}

export function attest(
  predicate: (name: string) => Predicate,
  signer = RELEASE,
  format?: Format,
  witnessed?: Witnessed,
): Step {
  return ({ signing }, image, name) =>
    signing.attest(image, image.digest, signer, predicate(name), format, witnessed);
}

/** Two genuine signatures of the release workflow to take apart: one of this image, one of its predecessor. */
export interface Genuine {
  readonly own: AttachedBundle;
  readonly other: AttachedBundle;
  readonly digest: string;
  readonly otherDigest: string;
}

/** Attaches what `forge` makes of genuine bundles, as somebody who can push and not sign would. */
export function forgeBundle(forge: (genuine: Genuine) => AttachedBundle): Step {
  return async (bench, image, name) => {
    const own = await signedCopy(bench, name, name, 'bundle');
    const other = await signedCopy(bench, `${name}-old`, `${name}-old`, 'bundle');
    if (own.digest !== image.digest) throw new Error(`${name} is not reproducible`);
    const bundles = { own: await bundleOf(own), other: await bundleOf(other) };
    await attachBundle(image, forge({ ...bundles, digest: own.digest, otherDigest: other.digest }));
  };
}

/** Attests, and attaches the bundle under a manifest whose annotation says that it is a signature. */
export function mislabelled(predicate: (name: string) => Predicate): Step {
  return async ({ signing, scratch }, image, name) => {
    const copy = await pushImage(scratch(name), name);
    await signing.attest(copy, copy.digest, RELEASE, predicate(name));
    const { manifest, bundle } = await bundleOf(copy);
    const annotations = { ...manifest.annotations, 'dev.sigstore.bundle.predicateType': SIGNATURE };
    await attachBundle(image, { manifest: { ...manifest, annotations }, bundle });
  };
}

/** Copies the `.sig` tag of this image or of its predecessor, changed by `forge`. */
export function forgeTag(
  of: 'own' | 'other',
  forge: (signature: TagSignature, digests: { digest: string; otherDigest: string }) => TagSignature,
): Step {
  return async (bench, image, name) => {
    const content = of === 'own' ? name : `${name}-old`;
    const source = await signedCopy(bench, `${name}-tag`, content, 'tag');
    const digests = { digest: image.digest, otherDigest: source.digest };
    await copySignatureTag(source, image, (signature) => forge(signature, digests));
  };
}

async function signedCopy(
  { signing, scratch }: Bench,
  name: string,
  content: string,
  format: Format,
): Promise<Image> {
  const image = await pushImage(scratch(name), content);
  await signing.sign(image, image.digest, RELEASE, format, format === 'tag' ? 'rekorV1' : 'rekorV2');
  return image;
}

/** The other image's bundle, as if it were about this one. */
export function moved({ other }: Genuine): AttachedBundle {
  return other;
}

/** The other image's statement with this image's digest written into it. */
export function readdressed({ other, digest, otherDigest }: Genuine): AttachedBundle {
  const payload = replaceDigest(
    Buffer.from(other.bundle.dsseEnvelope.payload, 'base64'),
    otherDigest,
    digest,
  );
  const dsseEnvelope = { ...other.bundle.dsseEnvelope, payload: payload.toString('base64') };
  return { ...other, bundle: { ...other.bundle, dsseEnvelope } };
}

/** This image's bundle with the other bundle's log entry, which is genuine. */
export function withOtherLogEntry({ own, other }: Genuine): AttachedBundle {
  const { tlogEntries } = other.bundle.verificationMaterial;
  return changed(own, { tlogEntries });
}

/** This image's bundle with the certificate that the same identity got for the other signature. */
export function withOtherCertificate({ own, other }: Genuine): AttachedBundle {
  const { certificate } = other.bundle.verificationMaterial;
  return changed(own, { certificate });
}

/** This image's bundle without one piece of what testifies to its time. */
export function without(
  piece: 'tlogEntries' | 'timestampVerificationData',
): (genuine: Genuine) => AttachedBundle {
  return ({ own }) => changed(own, { [piece]: undefined });
}

function changed(own: AttachedBundle, material: Partial<Bundle['verificationMaterial']>): AttachedBundle {
  const verificationMaterial = { ...own.bundle.verificationMaterial, ...material };
  return { ...own, bundle: { ...own.bundle, verificationMaterial } };
}

/** A signed payload in which one digest stands in another's place. */
export function replaceDigest(payload: Buffer, from: string, to: string): Buffer {
  const hex = (digest: string): string => digest.replace('sha256:', '');
  return Buffer.from(payload.toString().replace(hex(from), hex(to)));
}

const BUNDLE = 'dev.sigstore.cosign/bundle';
const LogAnnotation = z.looseObject({ Payload: z.looseObject({ integratedTime: z.number() }) });

/** A log entry whose time was moved by a minute. */
export function redated({ payload, annotations }: TagSignature): TagSignature {
  const entry = LogAnnotation.parse(JSON.parse(annotations[BUNDLE] ?? ''));
  const Payload = { ...entry.Payload, integratedTime: entry.Payload.integratedTime + 60 };
  return { payload, annotations: { ...annotations, [BUNDLE]: JSON.stringify({ ...entry, Payload }) } };
}
