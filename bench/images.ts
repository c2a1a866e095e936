import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type Image, pushImage, pushIndex, reference } from '../testdata/make/build.ts';
import { provenance } from '../testdata/make/predicates.ts';
import { RELEASE, signing } from '../testdata/make/sign.ts';
import { spdx } from './sbom.ts';
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
  await cosign.attest(image, image.digest, RELEASE, { type: 'spdxjson', content: spdx(name) });
  await cosign.attest(image, image.digest, RELEASE, provenance());
}

function signWithKey({ sigstore, workdir }: Bench, image: Image): Promise<void> {
  const key = { kind: 'key', name: 'release' } as const;
  return signing(sigstore, workdir).sign(image, image.digest, key, 'tag', 'none');
}
