import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { keys } from './credential.ts';
import { createDistributionRegistry } from './distribution.ts';
import { createEndpoints } from './endpoint.ts';
import { OCI_MANIFEST } from './manifest.ts';

const closing: (() => unknown)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'1'.repeat(64)}`,
  size: 2,
};
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] });
const BASIC = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;

type Handler = (request: IncomingMessage, response: ServerResponse, host: string) => void;

async function askWith(handler: Handler) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
    handler(request, response, request.headers.host ?? '');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const registry = createDistributionRegistry({
    clock: () => new Date(),
    credentials: () => keys({ kind: 'password', username: 'ann', password: 's3cret', source: 'x' }),
    plainHttp: new Set([host]),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 2,
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
    return registry.close();
  });
  return { seen, outcome: await registry.tag(`${host}/acme/cart`, 'v1') };
}

/** Lets in who carries this; the others are told of these challenges. */
function guarded(authorization: string, challenges: (host: string) => readonly string[]): Handler {
  return ({ url, headers }, response, host) => {
    if (url?.startsWith('/token')) response.end('{"access_token":"t0ken"}');
    else if (headers.authorization === authorization)
      response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(MANIFEST);
    else response.writeHead(401, { 'www-authenticate': [...challenges(host)] }).end();
  };
}

describe('a registry that asks who comes', () => {
  const bearer = (host: string) =>
    `Bearer realm="http://${host}/token",service="s, \\"x\\"",scope="repository:acme/cart:pull"`;

  it.each<[string, (host: string) => readonly string[]]>([
    ['in one header', (host) => [`Basic realm="a, b", ${bearer(host)}`]],
    ['in several headers', (host) => ['Basic realm="x"', bearer(host)]],
    ['beside one that is not known', (host) => [`Negotiate, ${bearer(host)}`]],
  ])('in several ways %s gets a token', async (_, challenges) => {
    const { seen, outcome } = await askWith(guarded('Bearer t0ken', challenges));
    expect(outcome).toMatchObject({ ok: true });
    expect(seen).toEqual([
      '/v2/acme/cart/manifests/v1',
      `/token?service=s%2C+%22x%22&scope=repository%3Aacme%2Fcart%3Apull ${BASIC}`,
      '/v2/acme/cart/manifests/v1 Bearer t0ken',
    ]);
  });

  it.each([
    ['by password alone', ['Basic realm="x"']],
    ['by password or in a way that is not known', ['Negotiate', 'Basic realm="x"']],
  ])('%s gets the password', async (_, challenges) => {
    const { seen, outcome } = await askWith(guarded(BASIC, () => challenges));
    expect(outcome).toMatchObject({ ok: true });
    expect(seen).toEqual(['/v2/acme/cart/manifests/v1', `/v2/acme/cart/manifests/v1 ${BASIC}`]);
  });

  it('in ways that are not known is told of, and gets nothing', async () => {
    const { seen, outcome } = await askWith(guarded(BASIC, () => ['Negotiate', 'Digest realm="x"']));
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'CredentialsRejected' } });
    expect(JSON.stringify(outcome)).toContain('wants negotiate, digest');
    expect(seen).toEqual(['/v2/acme/cart/manifests/v1']);
  });
});

describe('what is no manifest of today', () => {
  it.each([
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', { schemaVersion: 1, fsLayers: [] }],
    ['application/json', { schemaVersion: 1, fsLayers: [] }],
  ])('is named, served as %s', async (type, content) => {
    const { outcome } = await askWith((_, response) =>
      response.writeHead(200, { 'content-type': type }).end(JSON.stringify(content)),
    );
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'EvidenceUnsupported' } });
    expect(JSON.stringify(outcome)).toContain('is a Docker schema 1 manifest');
  });
});

it.each([
  ['docker.io', 'https://registry-1.docker.io/'],
  ['ghcr.io', 'https://ghcr.io/'],
  ['registry.local:5000', 'https://registry.local:5000/'],
  ['plain.local', 'http://plain.local/'],
])('%s answers at %s', async (registry, base) => {
  const endpoint = await createEndpoints(new Set(['plain.local']))(registry);
  expect(endpoint.ok && endpoint.value.base.href).toBe(base);
});

it("names the registry's own code", async () => {
  const errors = [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }];
  const { outcome } = await askWith((_, response) =>
    response.writeHead(429, { 'retry-after': '3600' }).end(JSON.stringify({ errors })),
  );
  expect(outcome).toMatchObject({ ok: false, fault: { reason: 'RateLimited' } });
  expect(JSON.stringify(outcome)).toContain('TOOMANYREQUESTS: You have reached your pull rate limit');
});
