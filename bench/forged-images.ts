import { writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { forge } from '../test/forge/forge.ts';
import { OIDC_ISSUER } from '../test/forge/certificate-authority.ts';
import { key } from '../test/forge/keys.ts';
import { type Image, pushImage } from '../testdata/make/build.ts';
import { type Client, describe, MANIFEST } from '../testdata/make/client.ts';
import { provenance } from '../testdata/make/predicates.ts';
import { SOURCE, SUBJECT } from './policies.ts';
import { spdx } from './sbom.ts';

/** Images that a Sigstore in process vouches for: thousands of them in a minute or two, where cosign would need hours. */
export interface ForgedImages {
  /** `host/repository:tag@digest`, the same in every run. */
  readonly images: readonly ForgedImage[];
  /** Asks for a signature, an SBOM and provenance of every image. */
  readonly policy: string;
}

export interface ForgedImage {
  /** `host/repository:tag` */
  readonly reference: string;
  readonly digest: string;
  /** As containerd has it. */
  readonly imageID: string;
}

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';
const REQUESTS = 8;
/** What Fulcio writes of the workflow that the provenance names, by the number of the extension. */
const RELEASED = {
  8: OIDC_ISSUER,
  9: SUBJECT,
  11: 'github-hosted',
  12: SOURCE,
  14: 'refs/tags/v1.0.0',
  20: 'push',
};

/** Pushes `count` images, each in a repository of its own, with a signature, an SPDX document and SLSA provenance as bundles. */
export async function pushForged(
  client: Client,
  host: string,
  count: number,
  workdir: string,
): Promise<ForgedImages> {
  const sigstore = forge();
  const limit = pLimit(REQUESTS);
  const numbers = Array.from({ length: count }, (_, at) => String(at).padStart(4, '0'));
  const images = numbers.map((number) =>
    limit(async () => {
      const repository = `bench/app-${number}`;
      const image = await pushImage({ client, host, repository }, `app-${number}`);
      const names = [{ kind: 'uri', value: SUBJECT }] as const;
      const certificate = { key: key(`signer ${number}`), names, fulcio: RELEASED };
      const { digest } = image;
      const attested = [
        {},
        { predicateType: 'https://spdx.dev/Document', predicate: spdx(repository) },
        { predicateType: 'https://slsa.dev/provenance/v1', predicate: provenance().content },
      ];
      for (const what of attested)
        await pushReferrer(image, sigstore.bundle({ digest, certificate, ...what }).bytes);
      const name = `${host}/${repository}`;
      return { reference: `${name}:v1`, digest, imageID: `${name}@${digest}` };
    }),
  );
  const made = await Promise.all(images);
  writeFileSync(join(workdir, 'forged-root.json'), sigstore.trustedRoot());
  return { images: made, policy: writePolicy(workdir) };
}

async function pushReferrer({ client, repository, digest }: Image, bundle: Uint8Array): Promise<void> {
  const { bytes, mediaType } = await client.manifest(repository, digest);
  const subject = { mediaType, digest, size: bytes.length };
  const [layer, config] = [Buffer.from(bundle), Buffer.from('{}')];
  for (const blob of [layer, config]) await client.pushBlob(repository, blob);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: describe({ mediaType: EMPTY, bytes: config }),
    layers: [describe({ mediaType: BUNDLE, bytes: layer })],
    subject,
  };
  await client.pushManifest(repository, {
    mediaType: MANIFEST,
    bytes: Buffer.from(JSON.stringify(manifest)),
  });
}

function writePolicy(workdir: string): string {
  const path = join(workdir, 'forged.yaml');
  const spec = {
    trustRoots: [{ name: 'forged', sigstore: { trustedRoot: 'forged-root.json' } }],
    authorities: [{ name: 'ci', keyless: { trustRoot: 'forged', issuer: OIDC_ISSUER, subject: SUBJECT } }],
    rules: [
      {
        name: 'vouched',
        signature: { anyOf: ['ci'] },
        sbom: { signedBy: ['ci'], formats: ['spdx'] },
        slsa: { level: 1, signedBy: ['ci'], sources: ['**'] },
      },
    ],
  };
  const head = {
    apiVersion: 'kubectl-supplychain/v1alpha1',
    kind: 'Policy',
    metadata: { name: 'forged' },
  };
  writeFileSync(path, dump({ ...head, spec }));
  return path;
}
