import { gzipSync } from 'node:zlib';
import { type Client, type Described, describe, digestOf, INDEX, MANIFEST } from './client.ts';
import { spdx } from './predicates.ts';

/** An image or index that was pushed. */
export interface Image {
  readonly client: Client;
  /** The registry's host as cosign and users name it. */
  readonly host: string;
  readonly repository: string;
  readonly digest: string;
  /** The digests of the manifests that an index lists. */
  readonly children: readonly string[];
}

/** Where an image goes. */
export type Home = Pick<Image, 'client' | 'host' | 'repository'>;

/** `host/repository@digest` */
export function reference({ host, repository }: Home, digest: string): string {
  return `${host}/${repository}@${digest}`;
}

const CREATED = '2026-01-15T09:00:00Z';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const IN_TOTO = 'application/vnd.in-toto+json';

/** Pushes an image of one file; the same `name` gives the same bytes in every run. */
export async function pushImage(home: Home, name: string, tag = 'v1'): Promise<Image> {
  const described = await pushPlatform(home, name, 'amd64', tag);
  return { ...home, digest: described.digest, children: [] };
}

/** Pushes an index for two platforms; `unsigned` adds the attestation child that BuildKit writes. */
export async function pushIndex(home: Home, name: string, unsigned: boolean): Promise<Image> {
  const children: object[] = [];
  const digests: string[] = [];
  for (const architecture of ['amd64', 'arm64'] as const) {
    const described = await pushPlatform(home, name, architecture);
    children.push({ ...described, platform: { architecture, os: 'linux' } });
    digests.push(described.digest);
  }
  if (unsigned) children.push(await pushBuildKitChild(home, name, digests[0] ?? ''));
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: children };
  const described = await home.client.pushManifest(home.repository, stored(INDEX, index), 'v1');
  return { ...home, digest: described.digest, children: digests };
}

async function pushPlatform(
  home: Home,
  name: string,
  architecture: string,
  tag?: string,
): Promise<Described> {
  const archive = tar('etc/motd', `${name} for ${architecture}\n`);
  const layer = { mediaType: LAYER, bytes: gzipSync(archive) };
  const config = stored(CONFIG, {
    architecture,
    config: { Cmd: [`/${name}`], Labels: { 'org.opencontainers.image.title': name } },
    created: CREATED,
    history: [{ created: CREATED, created_by: 'COPY etc/motd /etc/motd' }],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf(archive)] },
  });
  return pushArtifact(home, { config, layers: [layer] }, tag);
}

/** BuildKit keeps an unsigned statement about a child as a further child, for a platform that cannot run. */
async function pushBuildKitChild(home: Home, name: string, about: string): Promise<object> {
  const predicateType = 'https://spdx.dev/Document';
  const statement = stored(IN_TOTO, {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType,
    subject: [{ name: 'pkg:docker/shop', digest: { sha256: about.replace('sha256:', '') } }],
    predicate: spdx(name).content,
  });
  const config = stored(CONFIG, {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digestOf(statement.bytes)] },
  });
  const annotations = { 'in-toto.io/predicate-type': predicateType };
  const described = await pushArtifact(home, { config, layers: [{ ...statement, annotations }] });
  return {
    ...described,
    annotations: {
      'vnd.docker.reference.digest': about,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
    platform: { architecture: 'unknown', os: 'unknown' },
  };
}

interface Blob {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Pushes blobs and the manifest that holds them together. */
async function pushArtifact(
  { client, repository }: Home,
  parts: { readonly config: Blob; readonly layers: readonly Blob[] },
  tag?: string,
): Promise<Described> {
  const push = async ({ annotations, ...blob }: Blob): Promise<object> => {
    await client.pushBlob(repository, blob.bytes);
    return { ...describe(blob), ...(annotations && { annotations }) };
  };
  const layers: object[] = [];
  for (const layer of parts.layers) layers.push(await push(layer));
  const config = await push(parts.config);
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers };
  return client.pushManifest(repository, stored(MANIFEST, manifest), tag);
}

function stored(mediaType: string, value: unknown): { mediaType: string; bytes: Buffer } {
  return { mediaType, bytes: Buffer.from(JSON.stringify(value)) };
}

/** A tar archive (ustar) of one file, of the same bytes in every run. */
function tar(path: string, text: string): Buffer {
  const data = Buffer.from(text);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  const owner = octal(0, 8) + octal(0, 8);
  const sizes = octal(data.length, 12) + octal(Date.parse(CREATED) / 1000, 12);
  const head = path.padEnd(100, '\0') + octal(0o644, 8) + owner + sizes;
  const tail = `0${'\0'.repeat(100)}ustar\x0000`.padEnd(512 - head.length - 8, '\0');
  const sum = [...Buffer.from(`${head}        ${tail}`)].reduce((total, byte) => total + byte, 0);
  const header = Buffer.from(`${head}${sum.toString(8).padStart(6, '0')}\0 ${tail}`);
  const padding = Buffer.alloc((512 - (data.length % 512)) % 512);
  return Buffer.concat([header, data, padding, Buffer.alloc(1024)]);
}
