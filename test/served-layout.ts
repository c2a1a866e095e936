import { stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { openLayout } from '../src/registry/layout.ts';
import type { Manifest } from '../src/registry/registry.ts';
import { close, listen } from './sigstore/loopback.ts';

/** A registry on loopback that serves one registry of an image layout. */
export interface ServedLayout {
  readonly host: string;
  /** `METHOD path` of every request since the last call. */
  take(): readonly string[];
  /** Called once, at the next request. */
  onceAsked(then: () => void): void;
  close(): Promise<void>;
}

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const PATH = /^\/v2\/(?<path>[a-z0-9/_-]+)\/(?<kind>manifests|blobs|referrers|tags)\/(?<name>[\w:.-]+)$/;

/** Serves `registry` of the layout in a folder. With a token nobody gets anything without it. */
export async function serveLayout(
  folder: string,
  registry: string,
  tags: ReadonlyMap<string, readonly string[]>,
  password: string | null = null,
): Promise<ServedLayout> {
  const layout = await openLayout(folder);
  if (!layout.ok) throw new Error(layout.fault.message);
  const { value: served } = layout;
  let asked: string[] = [];
  let then: (() => void) | null = null;

  const answer = async (url: string, response: ServerResponse): Promise<void> => {
    const { path = '', kind, name = '' } = PATH.exec(url)?.groups ?? {};
    const repository = `${registry}/${path}`;
    const absent = () => void response.writeHead(404).end();
    const json = (type: string, content: unknown) =>
      void response.writeHead(200, { 'content-type': type }).end(JSON.stringify(content));
    const manifest = ({ mediaType, bytes, digest }: Manifest) =>
      void response.writeHead(200, { 'content-type': mediaType, 'docker-content-digest': digest }).end(bytes);
    if (kind === 'tags') return json('application/json', { name: path, tags: tags.get(repository) ?? [] });
    if (kind === 'referrers') {
      const listed = await served.referrers(repository, name);
      const manifests = listed.ok ? listed.value.descriptors : [];
      return listed.ok ? json(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }) : absent();
    }
    if (kind === 'manifests') {
      const found = await (name.includes(':')
        ? served.manifest(repository, name)
        : served.tag(repository, name));
      return found.ok && found.value !== null ? manifest(found.value) : absent();
    }
    const size = 64 * 1024 * 1024;
    const blob = await served.blob(
      repository,
      { mediaType: '', digest: name, size: await sizeOf(folder, name) },
      size,
    );
    return blob.ok ? void response.writeHead(200).end(blob.value) : absent();
  };

  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    then?.();
    then = null;
    const authorized =
      password === null ||
      request.headers.authorization === `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
    if (authorized) void answer(request.url ?? '', response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="layout"' }).end();
  });
  const url = await listen(server);
  return {
    host: new URL(url).host,
    take: () => {
      const taken = asked;
      asked = [];
      return taken;
    },
    onceAsked: (call) => {
      then = call;
    },
    close: () => close(server),
  };
}

async function sizeOf(folder: string, digest: string): Promise<number> {
  return stat(join(folder, 'blobs', ...digest.split(':'))).then(
    ({ size }) => size,
    () => 0,
  );
}
