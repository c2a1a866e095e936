import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Bytes under a media type, as a registry keeps them. */
export interface Stored {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** What a descriptor says of something stored. */
export interface Described {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A registry on loopback, written to and read back without any tool in between. */
export interface Client {
  pushBlob(repository: string, bytes: Buffer): Promise<void>;
  /** Pushes a manifest by digest, and under a tag if there is one. */
  pushManifest(repository: string, manifest: Stored, tag?: string): Promise<Described>;
  manifest(repository: string, reference: string): Promise<Stored>;
  blob(repository: string, digest: string): Promise<Buffer>;
  tags(repository: string): Promise<readonly string[]>;
  /** The digests of what refers to a manifest; none where the registry has no referrers API. */
  referrers(repository: string, digest: string): Promise<readonly string[]>;
}

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

const Tags = z.object({ tags: z.array(z.string()).nullable() });
const Referrers = z.object({ manifests: z.array(z.object({ digest: z.string() })).nullable() });

export function describe({ mediaType, bytes }: Stored): Described {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function connect(url: string): Client {
  const ask = async (path: string | URL, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(new URL(path, url), init);
    if (response.ok || (response.status === 404 && init.method === undefined)) return response;
    throw new Error(`${init.method ?? 'GET'} ${String(path)}: ${response.status} ${await response.text()}`);
  };
  const read = async (path: string, accept = '*/*'): Promise<Response> => {
    const response = await ask(path, { method: 'GET', headers: { accept } });
    return response;
  };
  return {
    async pushBlob(repository, bytes) {
      const upload = await ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST' });
      const location = new URL(upload.headers.get('location') ?? '', url);
      location.searchParams.set('digest', digestOf(bytes));
      const headers = { 'content-type': 'application/octet-stream' };
      await ask(location, { method: 'PUT', headers, body: new Uint8Array(bytes) });
    },
    async pushManifest(repository, manifest, tag) {
      const described = describe(manifest);
      const headers = { 'content-type': manifest.mediaType };
      const body = new Uint8Array(manifest.bytes);
      const reference = tag ?? described.digest;
      await ask(`/v2/${repository}/manifests/${reference}`, { method: 'PUT', headers, body });
      return described;
    },
    async manifest(repository, reference) {
      const response = await read(`/v2/${repository}/manifests/${reference}`, `${MANIFEST}, ${INDEX}`);
      const mediaType = response.headers.get('content-type') ?? '';
      return { mediaType, bytes: Buffer.from(await response.arrayBuffer()) };
    },
    async blob(repository, digest) {
      return Buffer.from(await (await read(`/v2/${repository}/blobs/${digest}`)).arrayBuffer());
    },
    async tags(repository) {
      const response = await read(`/v2/${repository}/tags/list`);
      return Tags.parse(await response.json()).tags ?? [];
    },
    async referrers(repository, digest) {
      const response = await ask(`/v2/${repository}/referrers/${digest}`);
      if (response.status === 404) return [];
      return (Referrers.parse(await response.json()).manifests ?? []).map((manifest) => manifest.digest);
    },
  };
}
