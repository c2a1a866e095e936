import { type AttachedBundle, attachBundle, type Bundle, bundleOf } from '../../testdata/make/attached.ts';
import { type Image, pushImage } from '../../testdata/make/build.ts';
import { digestOf, MANIFEST } from '../../testdata/make/client.ts';
import { RELEASE, type Signer, signing, type Witnessed } from '../../testdata/make/sign.ts';
import type { Asked } from './asked.ts';
import type { BenchStep, RegistryBench } from './bench.ts';

/** Steps that keep signatures in other places and forms than cosign does unasked. */

/** The repository in which the signatures of an image are kept where they are kept apart. */
export function signaturesOf({ host, repository }: Pick<Image, 'host' | 'repository'>): string {
  return `${host}/${repository}-signatures`;
}

/** What is asked for, by an authority that names this repository. */
export function keptIn({ authority, flags }: Asked, signatureRepository: string): Asked {
  return { authority: { ...authority, signatureRepository }, flags };
}

/** Has cosign do a step with COSIGN_REPOSITORY set. */
export function apart(step: BenchStep): BenchStep {
  return (bench, image, name) =>
    step(
      withCosign(bench, (args) => args, { COSIGN_REPOSITORY: signaturesOf(image) }),
      image,
      name,
    );
}

/** Has cosign do a step with its experimental referrers: what stands under a tag otherwise refers to the image. */
export function asReferrer(step: BenchStep): BenchStep {
  return (bench, image, name) =>
    step(
      withCosign(bench, (args) => [...args, '--registry-referrers-mode=oci-1-1'], {
        COSIGN_EXPERIMENTAL: '1',
      }),
      image,
      name,
    );
}

function withCosign(
  bench: RegistryBench,
  change: (args: readonly string[]) => readonly string[],
  more: Readonly<Record<string, string>>,
): RegistryBench {
  const cosign: RegistryBench['sigstore']['cosign'] = (args, env) =>
    bench.sigstore.cosign(change(args), { ...env, ...more });
  const sigstore = { ...bench.sigstore, cosign };
  return { ...bench, sigstore, signing: signing(sigstore, bench.workdir) };
}

interface Reattached {
  readonly signer?: Signer;
  readonly witnessed?: Witnessed;
}

/** Signs a copy of the image elsewhere, and attaches what `change` makes of the bundle and its manifest. */
export function reattached(
  change: (attached: AttachedBundle) => AttachedBundle,
  { signer = RELEASE, witnessed = 'rekorV2' }: Reattached = {},
): BenchStep {
  return async (bench, image, name) => {
    const copy = await pushImage(bench.scratch(`${name}-place`), name);
    await bench.signing.sign(copy, copy.digest, signer, 'bundle', witnessed);
    await attachBundle(image, change(await bundleOf(copy)));
  };
}

/** The same bundle under a manifest of this artifact type, with a layer of this media type. */
export function typed(
  artifactType: string,
  mediaType?: string,
): (attached: AttachedBundle) => AttachedBundle {
  return ({ manifest, bundle }) => ({
    manifest: {
      ...manifest,
      artifactType,
      layers: manifest.layers.map((layer) => (mediaType === undefined ? layer : { ...layer, mediaType })),
    },
    bundle,
  });
}

/** The bundle as an earlier version of the format has it: with a chain in place of the certificate. */
export function versioned(version: '0.1' | '0.2'): (attached: AttachedBundle) => AttachedBundle {
  const mediaType = `application/vnd.dev.sigstore.bundle+json;version=${version}`;
  return (attached) => {
    const { manifest, bundle } = typed(mediaType, mediaType)(attached);
    const { certificate, ...material } = bundle.verificationMaterial;
    const verificationMaterial = { ...material, x509CertificateChain: { certificates: [certificate] } };
    return { manifest, bundle: { ...bundle, mediaType, verificationMaterial } };
  };
}

/** The bundle with its bytes, or others, in the descriptor that names it. */
export function embedded(bytesOf: (bundle: Bundle) => Bundle): (attached: AttachedBundle) => AttachedBundle {
  return ({ manifest, bundle }) => {
    const data = Buffer.from(JSON.stringify(bytesOf(bundle))).toString('base64');
    return {
      manifest: { ...manifest, layers: manifest.layers.map((layer) => ({ ...layer, data })) },
      bundle,
    };
  };
}

/** Attaches the envelope of a bundle, or its payload, by itself under in-toto's media type. */
export function bare(what: 'envelope' | 'statement', signer: Signer, witnessed: Witnessed): BenchStep {
  return async (bench, image, name) => {
    const copy = await pushImage(bench.scratch(`${name}-bare`), name);
    await bench.signing.sign(copy, copy.digest, signer, 'bundle', witnessed);
    const { manifest, bundle } = await bundleOf(copy);
    const { dsseEnvelope } = bundle;
    const bytes =
      what === 'envelope'
        ? Buffer.from(JSON.stringify(dsseEnvelope))
        : Buffer.from(dsseEnvelope.payload, 'base64');
    await attach(image, manifest, bytes, 'application/vnd.in-toto+json');
  };
}

/** Attaches a signature in a form that neither program reads. */
export const unreadable: BenchStep = async (_, image) => {
  const config = {
    mediaType: 'application/vnd.oci.empty.v1+json',
    digest: digestOf(Buffer.from('{}')),
    size: 2,
  };
  const type = 'application/vnd.example.signature.v1+pgp';
  const { digest } = image;
  const { mediaType, bytes } = await image.client.manifest(image.repository, digest);
  await attach(
    image,
    {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: type,
      config,
      annotations: {},
      layers: [],
      subject: { mediaType, digest, size: bytes.length },
    },
    Buffer.from('-----BEGIN PGP SIGNATURE-----'),
    type,
  );
};

async function attach(
  { client, repository }: Image,
  manifest: AttachedBundle['manifest'],
  bytes: Buffer,
  type: string,
): Promise<void> {
  const layers = [{ mediaType: type, digest: digestOf(bytes), size: bytes.length }];
  await client.pushBlob(repository, bytes);
  await client.pushBlob(repository, Buffer.from('{}'));
  const changed = { ...manifest, artifactType: type, layers };
  await client.pushManifest(repository, {
    mediaType: MANIFEST,
    bytes: Buffer.from(JSON.stringify(changed)),
  });
}
