import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  attachBundle,
  type AttachedBundle,
  Bundle,
  bundleOf,
  type TagSignature,
} from '../../testdata/make/attached.ts';
import { type Image, pushImage, reference } from '../../testdata/make/build.ts';
import { INDEX, MANIFEST } from '../../testdata/make/client.ts';
import { RELEASE, type Signer, type Witnessed } from '../../testdata/make/sign.ts';
import { githubClaims } from '../sigstore/oidc.ts';
import type { BenchStep, RegistryBench } from './bench.ts';
import { fallbackTag, listReferrer } from './fallback.ts';

type Claims = ReturnType<typeof githubClaims>;

const RELEASE_CLAIMS = githubClaims('acme/shop', 'release.yml', 'refs/tags/v1.0.0');

/** Has a workflow of any repository sign, as an issuer that vouches for it. */
export function signedByWorkflow(
  repository: string,
  workflow: string,
  ref: string,
  issuer?: string,
): BenchStep {
  return (bench, image) => {
    const claims = githubClaims(repository, workflow, ref);
    return cosign(bench, ['sign', reference(image, image.digest)], claims, issuer);
  };
}

/** Attaches any statement about the image, true or not, signed by the release workflow. */
export function stated(statement: (digest: string) => unknown): BenchStep {
  return async (bench, image) => {
    const file = join(bench.workdir, 'statement.json');
    const output = join(bench.workdir, 'statement.sigstore.json');
    writeFileSync(file, JSON.stringify(statement(image.digest)));
    await cosign(bench, ['attest-blob', `--statement=${file}`, `--bundle=${output}`]);
    const bundle = Bundle.parse(json(readFileSync(output)));
    await attachBundle(image, { manifest: BUNDLE_MANIFEST, bundle });
  };
}

/** A manifest as cosign attaches bundles with; what names the bundle and the subject is filled in. */
const BUNDLE_MANIFEST: AttachedBundle['manifest'] = {
  schemaVersion: 2,
  mediaType: MANIFEST,
  artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  config: {
    mediaType: 'application/vnd.oci.empty.v1+json',
    digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    size: 2,
  },
  layers: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', digest: '', size: 0 }],
  annotations: {},
  subject: { digest: '', size: 0 },
};

async function cosign(
  { sigstore }: RegistryBench,
  [command = '', ...what]: readonly string[],
  claims: Claims = RELEASE_CLAIMS,
  issuer?: string,
): Promise<void> {
  const args = [
    command,
    `--identity-token=${sigstore.token(claims, issuer)}`,
    `--signing-config=${sigstore.signingConfigPath}`,
    `--trusted-root=${sigstore.trustedRootPath}`,
    ...what,
  ];
  const { code, stderr } = await sigstore.cosign(args);
  if (code !== 0) throw new Error(`cosign ${command} ${what.join(' ')}: ${stderr}`);
}

/** Points the tag that the image has at another one, which nobody has signed. */
export const tagMoved: BenchStep = async (_, image, name) => {
  await pushImage(image, `${name}-moved`);
};

/** Signs one of the images that an index lists. */
export function signChild(at: number, signer: Signer = RELEASE): BenchStep {
  return ({ signing }, image) => signing.sign(image, image.children[at] ?? '', signer);
}

/** Signs a copy of the image elsewhere, and takes the bundle from there to the image, changed on the way. */
export function withBundle(
  change: (bundle: Bundle) => Bundle,
  { witnessed = 'rekorV2', signer = RELEASE }: { witnessed?: Witnessed; signer?: Signer } = {},
): BenchStep {
  return async (bench, image, name) => {
    const attached = await signedElsewhere(bench, name, signer, witnessed);
    await attachBundle(image, { ...attached, bundle: change(attached.bundle) });
  };
}

/** Attaches a bundle under a manifest that names another subject, in a fallback index that lists it all the same. */
export function listedWithOtherSubject(of: 'this' | 'other'): BenchStep {
  return async (bench, image, name) => {
    const { client, repository } = image;
    const other = await pushImage({ ...image }, `${name}-other`, 'other');
    const { manifest, bundle } = await signedElsewhere(bench, of === 'this' ? name : `${name}-other`);
    await attachBundle(other, { manifest, bundle });
    const [digest = ''] = await client.referrers(repository, other.digest);
    await listReferrer(client, repository, image.digest, await entryOf(image, digest));
  };
}

/** Rewrites each entry of the fallback index. */
export function relisted(change: (entry: Readonly<Record<string, unknown>>) => object): BenchStep {
  return async (_, { client, repository, digest }) => {
    const { bytes } = await client.manifest(repository, fallbackTag(digest));
    const index = z.looseObject({ manifests: z.array(z.record(z.string(), z.unknown())) }).parse(json(bytes));
    const changed = { ...index, manifests: index.manifests.map(change) };
    await client.pushManifest(
      repository,
      { mediaType: INDEX, bytes: Buffer.from(JSON.stringify(changed)) },
      fallbackTag(digest),
    );
  };
}

/** Puts the image itself where the fallback index would be. */
export const fallbackTagTaken: BenchStep = async (_, { client, repository, digest }) => {
  await client.pushManifest(repository, await client.manifest(repository, digest), fallbackTag(digest));
};

/** Puts what stands under one of cosign's tags under the other one. */
export function retagged(from: 'sig' | 'att', to: 'sig' | 'att'): BenchStep {
  return async (_, { client, repository, digest }) => {
    const tag = (suffix: string): string => `${fallbackTag(digest)}.${suffix}`;
    await client.pushManifest(repository, await client.manifest(repository, tag(from)), tag(to));
  };
}

async function entryOf({ client, repository }: Image, digest: string): Promise<object> {
  const { bytes } = await client.manifest(repository, digest);
  const { artifactType } = z.looseObject({ artifactType: z.string() }).parse(json(bytes));
  return { mediaType: MANIFEST, digest, size: bytes.length, artifactType };
}

async function signedElsewhere(
  { signing, scratch }: RegistryBench,
  content: string,
  signer = RELEASE,
  witnessed: Witnessed = 'rekorV2',
): Promise<AttachedBundle> {
  const copy = await pushImage(scratch(`${content}-copy`), content);
  await signing.sign(copy, copy.digest, signer, 'bundle', witnessed);
  return bundleOf(copy);
}

/** A bundle in which what stands at `path` is replaced. */
export function edited(
  path: readonly (string | number)[],
  change: (old: unknown) => unknown,
): (bundle: Bundle) => Bundle {
  return (bundle) => Bundle.parse(editedAt(bundle, path, change));
}

/** The same for the JSON in an annotation of a `.sig` layer. */
export function editedAnnotation(
  annotation: string,
  path: readonly (string | number)[],
  change: (old: unknown) => unknown,
): (signature: TagSignature) => TagSignature {
  return ({ payload, annotations }) => {
    const value = JSON.stringify(editedAt(json(Buffer.from(annotations[annotation] ?? '')), path, change));
    return { payload, annotations: { ...annotations, [annotation]: value } };
  };
}

function editedAt(
  value: unknown,
  [key, ...rest]: readonly (string | number)[],
  change: (old: unknown) => unknown,
): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((one: unknown, at) => (at === key ? editedAt(one, rest, change) : one));
  const record = z.record(z.string(), z.unknown()).parse(value);
  return { ...record, [key]: editedAt(record[key], rest, change) };
}

/** Base64 with the last bit of what it encodes turned over: of a certificate or signature, a bit that is no part of its form. */
export function bitFlipped(text: unknown): string {
  const bytes = Buffer.from(z.base64().parse(text), 'base64');
  const at = bytes.length - 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64');
}

/** Base64 of a text in which one piece stands in another's place. */
export function base64Replaced(from: string, to: string): (text: unknown) => string {
  return (text) => {
    const old = Buffer.from(z.base64().parse(text), 'base64').toString();
    if (!old.includes(from)) throw new Error(`${old} does not have ${from}`);
    return Buffer.from(old.replace(from, to)).toString('base64');
  };
}

function json(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString());
}
