import { createServer, type ServerResponse } from 'node:http';

import type { Outcome } from '../reasons.ts';
import { digestOf } from './digest.ts';
import { loopbackClient } from './loopback-client.fixture.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import type { Descriptor, Registry } from './registry.ts';

/** A registry on loopback that gives every kind of answer, and the questions that lead to them. */
export interface ShopRegistry {
  readonly host: string;
  readonly cart: Descriptor;
  readonly signature: Descriptor;
  readonly payload: Descriptor;
  /** How many requests came. */
  requests(): number;
  /** Serves something else at this path from now on. */
  change(path: string, status: number, body?: string, type?: string): void;
  /** A client with no memory of earlier questions. */
  client(): Registry;
  close(): Promise<void>;
}

interface Served {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

export async function serveShop(): Promise<ShopRegistry> {
  const served = new Map<string, Served>();
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    send(response, served.get(request.url ?? ''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `127.0.0.1:${String(address.port)}`;

  const serve = (path: string, body: string, type = OCI_MANIFEST, status = 200): Descriptor => {
    served.set(`/v2/shop/${path}`, { status, body, type });
    return { mediaType: type, digest: digestOf(Buffer.from(body)), size: Buffer.byteLength(body) };
  };
  const manifest = (repository: string, content: object, type = OCI_MANIFEST): Descriptor => {
    // Written as no program here would write it, so that only the original bytes have the digest.
    const body = `${JSON.stringify({ schemaVersion: 2, ...content }, null, 3)}\n`;
    return serve(`${repository}/manifests/${digestOf(Buffer.from(body))}`, body, type);
  };
  const tag = (repository: string, name: string, { digest }: Descriptor): void => {
    const target = served.get(`/v2/shop/${repository}/manifests/${digest}`);
    if (target === undefined) throw new Error(digest);
    served.set(`/v2/shop/${repository}/manifests/${name}`, target);
  };
  const blob = (repository: string, body: string, type: string): Descriptor =>
    serve(`${repository}/blobs/${digestOf(Buffer.from(body))}`, body, type);
  const listing = (...manifests: readonly Descriptor[]): string =>
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });

  const config = blob('cart', '{}', 'application/vnd.oci.image.config.v1+json');
  const payload = blob('cart', '{"critical":{}}', 'application/vnd.dev.sigstore.bundle.v0.3+json');
  const cart = manifest('cart', { mediaType: OCI_MANIFEST, config, layers: [] });
  const signature = manifest('cart', { config, layers: [payload], subject: cart, annotations: { a: 'b' } });
  const index = manifest('cart', { manifests: [cart, absent('child')] }, OCI_INDEX);
  tag('cart', 'v1', cart);
  tag('cart', 'all', index);
  serve(`cart/referrers/${cart.digest}`, listing(signature, absent('referrer')), OCI_INDEX);
  serve(`cart/referrers/${index.digest}`, listing(), OCI_INDEX);
  serve(`cart/blobs/${absent('changed').digest}`, 'other bytes', 'text/plain');
  serve(`cart/blobs/${absent('refused').digest}`, '{}', 'application/json', 403);

  const old = manifest('old', { mediaType: OCI_MANIFEST, config, layers: [], annotations: { age: 'old' } });
  tag('old', 'v1', old);
  const fallback = manifest('old', { mediaType: OCI_INDEX, manifests: [signature] }, OCI_INDEX);
  tag('old', old.digest.replace(':', '-'), fallback);
  serve('secret/manifests/v1', '{"errors":[{"code":"DENIED"}]}', 'application/json', 403);
  serve('odd/manifests/v1', '<html>', 'text/html');

  return {
    host,
    cart,
    signature,
    payload,
    requests: () => requests,
    change: (path, status, body = '', type = OCI_MANIFEST) => {
      serve(path, body, type, status);
    },
    client: () => loopbackClient(host),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A descriptor of something that the registry does not have. */
export function absent(mark: string): Descriptor {
  return { mediaType: OCI_MANIFEST, digest: digestOf(Buffer.from(mark)), size: Buffer.byteLength(mark) };
}

/** Every answer of a registry to what the shop can be asked, by question. */
export async function askAll(
  registry: Registry,
  { host, cart, signature, payload }: ShopRegistry,
): Promise<Readonly<Record<string, Outcome<unknown>>>> {
  const shop = `${host}/shop/cart`;
  const all = await registry.tag(shop, 'all');
  const old = await registry.tag(`${host}/shop/old`, 'v1');
  if (!all.ok || all.value === null || !old.ok || old.value === null)
    throw new Error(JSON.stringify([all, old]));
  return {
    index: all,
    'image in a registry without the API': old,
    image: await registry.tag(shop, 'v1'),
    'absent tag': await registry.tag(shop, 'v2'),
    'tag that is none': await registry.tag(shop, '../../v1'),
    'refused tag': await registry.tag(`${host}/shop/secret`, 'v1'),
    'tag of a page': await registry.tag(`${host}/shop/odd`, 'v1'),
    'unreachable registry': await registry.tag('127.0.0.1:1/shop/cart', 'v1'),
    'image by digest': await registry.manifest(shop, cart.digest),
    'absent manifest': await registry.manifest(shop, absent('child').digest),
    'digest that is a path': await registry.manifest(shop, 'sha256:../../../../etc/passwd'),
    signature: await registry.manifest(shop, signature.digest),
    referrers: await registry.referrers(shop, cart.digest),
    'no referrers': await registry.referrers(shop, all.value.digest),
    'referrers by tag': await registry.referrers(`${host}/shop/old`, old.value.digest),
    'referrers that are refused': await registry.referrers('127.0.0.1:1/shop/cart', cart.digest),
    blob: await registry.blob(shop, payload, 1000),
    'blob that is carried': await registry.blob(shop, { ...absent('data'), data: 'ZGF0YQ==' }, 1000),
    'blob over the limit': await registry.blob(shop, payload, 3),
    'blob of another size': await registry.blob(shop, { ...payload, size: payload.size - 1 }, 1000),
    'absent blob': await registry.blob(shop, absent('gone'), 1000),
    'refused blob': await registry.blob(shop, absent('refused'), 1000),
    'changed blob': await registry.blob(shop, { ...absent('changed'), size: 11 }, 1000),
    'blob that is a path': await registry.blob(shop, { ...payload, digest: 'sha256:../../../../x' }, 1000),
  };
}

function send(response: ServerResponse, served: Served | undefined): void {
  if (served === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  else response.writeHead(served.status, { 'content-type': served.type }).end(served.body);
}
