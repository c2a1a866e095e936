import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Image, pushImage, pushIndex, reference } from '../testdata/make/build.ts';
import { provenance } from '../testdata/make/predicates.ts';
import { type Predicate, RELEASE, signing } from '../testdata/make/sign.ts';
import type { Bench } from './setup.ts';

/** References by digest. Every image has content of its own. */
export interface Images {
  /** Signed without a key; an SBOM of 300 packages and SLSA provenance are attested: three bundles that refer to the image. */
  readonly keyless: readonly string[];
  /** The same, all of them in one repository. */
  readonly shared: readonly string[];
  /** The same for an index of two platforms, all of it attached to the index. */
  readonly index: string;
  /** Signed with the key pair `release`, under cosign's `.sig` tag. */
  readonly keyed: readonly string[];
}

const PACKAGES = 300;
/** How many run cosign at a time. */
const SIGNERS = 2;

/** Pushes `count` images of each kind and has cosign sign them. */
export async function makeImages(bench: Bench, count: number): Promise<Images> {
  const limit = pLimit(SIGNERS);
  const numbers = Array.from({ length: count }, (_, at) => String(at).padStart(3, '0'));
  const of = async (image: Image, work: (image: Image) => Promise<void>): Promise<string> => {
    await work(image);
    return reference(image, image.digest);
  };
  const home = (name: string) => bench.home(`bench/${name}`);
  const keyless = numbers.map((number) => {
    const name = `keyless-${number}`;
    return limit(async () => of(await pushImage(home(name), name), (image) => vouch(bench, image, name)));
  });
  const shared = numbers.map((number) => {
    const name = `shared-${number}`;
    return limit(async () => of(await pushImage(home('shared'), name), (image) => vouch(bench, image, name)));
  });
  const keyed = numbers.map((number) => {
    const name = `keyed-${number}`;
    return limit(async () => of(await pushImage(home(name), name), (image) => signWithKey(bench, image)));
  });
  const index = limit(async () =>
    of(await pushIndex(home('index'), 'index', false), (image) => vouch(bench, image, 'index')),
  );
  return {
    keyless: await Promise.all(keyless),
    shared: await Promise.all(shared),
    keyed: await Promise.all(keyed),
    index: await index,
  };
}

async function vouch({ sigstore, workdir }: Bench, image: Image, name: string): Promise<void> {
  // Predicates are handed to cosign as files: images that are signed at the same time need a directory each.
  const directory = join(workdir, 'predicates', name);
  mkdirSync(directory, { recursive: true });
  const cosign = signing(sigstore, directory);
  await cosign.sign(image, image.digest, RELEASE);
  await cosign.attest(image, image.digest, RELEASE, sbom(name));
  await cosign.attest(image, image.digest, RELEASE, provenance());
}

function signWithKey({ sigstore, workdir }: Bench, image: Image): Promise<void> {
  const key = { kind: 'key', name: 'release' } as const;
  return signing(sigstore, workdir).sign(image, image.digest, key, 'tag', 'none');
}

/** An SBOM as large as that of a service with a few direct dependencies. */
function sbom(name: string): Predicate {
  const titles = Array.from({ length: PACKAGES }, (_, at) => `package-${at}`);
  const packages = titles.map((title, at) => ({
    SPDXID: `SPDXRef-${title}`,
    name: title,
    versionInfo: `1.${at}.0`,
    supplier: 'NOASSERTION',
    downloadLocation: 'NOASSERTION',
    licenseConcluded: 'MIT',
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: `pkg:npm/${title}@1.${at}.0`,
      },
    ],
  }));
  const content = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://sbom.example.com/bench/${name}`,
    creationInfo: {
      created: '2026-01-15T09:00:00Z',
      creators: ['Organization: Acme', 'Tool: acme-sbom-1.0'],
    },
    packages,
    relationships: titles.map((title) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: `SPDXRef-${title}`,
    })),
  };
  return { type: 'spdxjson', content };
}
