import { createServer } from 'node:http';
import { digestOf } from '../registry/digest.ts';
import { loopbackClient } from '../registry/loopback-client.fixture.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../registry/manifest.ts';
import type { Descriptor, Registry } from '../registry/registry.ts';

/** A registry on loopback with images of which only the layers matter, and the path of every request. */
export interface LayeredRegistry {
  readonly host: string;
  /** Pushes an image of these layers, from the bottom; its bytes follow from what is said of it. */
  push(repository: string, image: LayeredImage): Descriptor;
  pushIndex(repository: string, index: LayeredIndex): Descriptor;
  /** Attaches bytes to a manifest as a referrer. */
  attach(repository: string, subject: Descriptor, mediaType: string, document: unknown): void;
  /** A client with no memory of earlier questions. */
  client(): Registry;
  /** `METHOD path` of every request since the last call. */
  take(): readonly string[];
  close(): Promise<void>;
}

export interface LayeredImage {
  /** What is in each layer: the same text is the same content, whoever packs it. */
  readonly layers: readonly string[];
  /** How the layers are packed: it is in their digests, and in no diff ID. */
  readonly packed?: string;
  readonly architecture?: string;
  readonly tag?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** As the configuration has it; one step for each layer if it is not said. */
  readonly history?: readonly object[];
  /** What stands in the configuration in place of what belongs there. */
  readonly config?: object;
}

interface LayeredIndex {
  readonly children: readonly (Descriptor & { readonly architecture: string })[];
  readonly tag?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The diff ID of a layer with this in it. */
export function diffId(layer: string): string {
  return digestOf(Buffer.from(`content of ${layer}`));
}

/** The digest under which a registry has it. */
export function packedAs(layer: string, packed = 'gzip'): string {
  return digestOf(Buffer.from(`${packed} of ${layer}`));
}

const BASE_NAME = 'org.opencontainers.image.base.name';
const BASE_DIGEST = 'org.opencontainers.image.base.digest';

/** Annotations that name a base image. */
export function basedOn(name: string, { digest }: Pick<Descriptor, 'digest'>): Record<string, string> {
  return { [BASE_NAME]: name, [BASE_DIGEST]: digest };
}

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

export async function serveLayered(): Promise<LayeredRegistry> {
  const served = new Map<string, { readonly type: string; readonly body: string }>();
  const referrers = new Map<string, Descriptor[]>();
  let asked: string[] = [];
  const put = (path: string, type: string, body: string): Descriptor => {
    served.set(`/v2/${path}`, { type, body });
    return { mediaType: type, digest: digestOf(Buffer.from(body)), size: Buffer.byteLength(body) };
  };
  const blob = (repository: string, type: string, body: string): Descriptor =>
    put(`${repository}/blobs/${digestOf(Buffer.from(body))}`, type, body);
  const manifest = (repository: string, type: string, content: object, tag?: string): Descriptor => {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: type, ...content });
    if (tag !== undefined) put(`${repository}/manifests/${tag}`, type, body);
    return put(`${repository}/manifests/${digestOf(Buffer.from(body))}`, type, body);
  };
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(`${request.method} ${url}`);
    const of = /\/referrers\/(.+)$/.exec(url)?.[1];
    const found = served.get(url);
    if (of !== undefined) {
      const manifests = referrers.get(of) ?? [];
      response.writeHead(200, { 'content-type': OCI_INDEX });
      response.end(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
    } else if (found) response.writeHead(200, { 'content-type': found.type }).end(found.body);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    push(repository, image) {
      const { layers, packed, architecture = 'amd64', annotations, labels } = image;
      const config = {
        architecture,
        os: 'linux',
        config: { ...(labels && { Labels: labels }) },
        rootfs: { type: 'layers', diff_ids: layers.map(diffId) },
        history: image.history ?? layers.map((layer) => ({ created_by: `COPY ${layer} /` })),
        ...image.config,
      };
      const content = {
        config: blob(repository, CONFIG, JSON.stringify(config)),
        layers: layers.map((layer) => ({ mediaType: LAYER, digest: packedAs(layer, packed), size: 1 })),
        ...(annotations && { annotations }),
      };
      return manifest(repository, OCI_MANIFEST, content, image.tag);
    },
    pushIndex(repository, { children, tag, annotations }) {
      const manifests = children.map(({ architecture, ...child }) => ({
        ...child,
        platform: { os: 'linux', architecture },
      }));
      return manifest(repository, OCI_INDEX, { manifests, ...(annotations && { annotations }) }, tag);
    },
    attach(repository, subject, mediaType, document) {
      const layer = blob(repository, mediaType, JSON.stringify(document));
      const config = blob(repository, 'application/vnd.oci.empty.v1+json', '{}');
      const artifact = { artifactType: mediaType, config, layers: [layer], subject };
      const described = manifest(repository, OCI_MANIFEST, artifact);
      const listed = { ...described, artifactType: mediaType };
      referrers.set(subject.digest, [...(referrers.get(subject.digest) ?? []), listed]);
    },
    client: () => loopbackClient(host),
    take() {
      const taken = asked;
      asked = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
