import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { afterEach, describe, expect, it } from 'vitest';

import { failed, type Outcome } from '../reasons.ts';
import { keys, noCredentials, type Credential, type Keychain } from './credential.ts';
import { digestOf } from './digest.ts';
import { createDistributionRegistry, type DistributionOptions } from './distribution.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import type { Descriptor, Registry } from './registry.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface Host {
  readonly host: string;
  readonly seen: readonly Seen[];
  /** Paths asked for, in order. */
  paths(): readonly string[];
}

type Handler = (request: IncomingMessage, response: ServerResponse, seen: Seen) => void;

/** A loopback HTTP server that records what it is asked. */
async function serve(handler: Handler): Promise<Host> {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const entry = {
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(entry);
      handler(request, response, entry);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: `127.0.0.1:${String(address.port)}`, seen, paths: () => seen.map(({ url }) => url) };
}

function registryWith(options: Partial<DistributionOptions> = {}): Registry {
  const registry = createDistributionRegistry({
    clock: () => new Date(),
    credentials: noCredentials,
    plainHttp: new Set(),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
    ...options,
  });
  closing.push(() => registry.close());
  return registry;
}

function withCredential(credential: Credential): DistributionOptions['credentials'] {
  return () => keys(credential);
}

const PASSWORD: Credential = {
  kind: 'password',
  username: 'ann',
  password: 's3cret-pass',
  source: '/home/ann/config.json',
};
const BASIC = `Basic ${Buffer.from('ann:s3cret-pass').toString('base64')}`;

const CONFIG = blobOf('{}', 'application/vnd.oci.image.config.v1+json');
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: CONFIG, layers: [] });
const DIGEST = digestOf(Buffer.from(MANIFEST));

function blobOf(text: string, mediaType = 'text/plain'): Descriptor {
  return { mediaType, digest: digestOf(Buffer.from(text)), size: Buffer.byteLength(text) };
}

function sendManifest(response: ServerResponse, text = MANIFEST, type = OCI_MANIFEST): void {
  response.writeHead(200, { 'content-type': type }).end(text);
}

function indexOf(...manifests: readonly Descriptor[]): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

function entry(mark: string): Descriptor {
  return { ...blobOf(mark, OCI_MANIFEST), artifactType: 'application/x' };
}

function sendIndex(
  response: ServerResponse,
  headers: Record<string, string>,
  ...manifests: readonly Descriptor[]
): void {
  response.writeHead(200, { 'content-type': OCI_INDEX, ...headers }).end(indexOf(...manifests));
}

function messageOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? '' : outcome.fault.message;
}

function fault(reason: string): object {
  return { ok: false, fault: { reason } };
}

describe('manifests', () => {
  it('asks loopback registries for TLS first and goes on with plain HTTP', async () => {
    const server = await serve((_, response) => sendManifest(response));
    const registry = registryWith();
    const outcome = await registry.tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject({ ok: true, value: { digest: DIGEST, mediaType: OCI_MANIFEST } });
    expect(server.paths()).toEqual(['/v2/acme/cart/manifests/v1']);
    expect(registry.hosts()).toEqual([server.host]);
  });

  it('asks once for the same thing, at the same time and later, and for what a tag points at', async () => {
    const blob = blobOf('hello');
    const server = await serve((_, response, { url }) => {
      if (url.includes('/blobs/')) response.end('hello');
      else if (url.includes('/referrers/')) sendIndex(response, {});
      else sendManifest(response);
    });
    const registry = registryWith();
    const repository = `${server.host}/acme/cart`;
    for (let round = 0; round < 2; round += 1) {
      await Promise.all([registry.tag(repository, 'v1'), registry.tag(repository, 'v1')]);
      await Promise.all([registry.manifest(repository, DIGEST), registry.manifest(repository, DIGEST)]);
      await Promise.all([registry.referrers(repository, DIGEST), registry.referrers(repository, DIGEST)]);
      await Promise.all([registry.blob(repository, blob, 10), registry.blob(repository, blob, 10)]);
    }
    expect(server.paths()).toEqual([
      '/v2/acme/cart/manifests/v1',
      `/v2/acme/cart/referrers/${DIGEST}`,
      `/v2/acme/cart/blobs/${blob.digest}`,
    ]);
  });

  it.each([
    ['no such manifest', { errors: [{ code: 'MANIFEST_UNKNOWN' }] }],
    ['no such repository', { errors: [{ code: 'NAME_UNKNOWN' }] }],
    ['a page of text', 'not found'],
  ])('says null for a 404 with %s', async (_, body) => {
    const server = await serve((_, response) => response.writeHead(404).end(JSON.stringify(body)));
    const registry = registryWith();
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toEqual({ ok: true, value: null });
    expect(await registry.manifest(`${server.host}/acme/cart`, DIGEST)).toEqual({ ok: true, value: null });
  });

  it.each([
    ['other bytes than the digest names', { body: `${MANIFEST} ` }, 'DigestMismatch'],
    ['a page of HTML', { body: '<html>log in</html>', type: 'text/html' }, 'DigestMismatch'],
    ['a truncated body', { body: MANIFEST.slice(0, 20) }, 'DigestMismatch'],
  ])('refuses %s for a digest', async (_, answer: { body: string; type?: string }, reason) => {
    const server = await serve((_, response) => sendManifest(response, answer.body, answer.type));
    expect(await registryWith().manifest(`${server.host}/acme/cart`, DIGEST)).toMatchObject(fault(reason));
  });

  it('refuses a tag whose bytes are not those that the registry announces', async () => {
    const server = await serve((_, response) => {
      response.setHeader('docker-content-digest', digestOf(Buffer.from('other')));
      sendManifest(response);
    });
    expect(await registryWith().tag(`${server.host}/acme/cart`, 'v1')).toMatchObject(fault('DigestMismatch'));
  });

  it('reads an answer that never ends no further than the limit', async () => {
    let stopped = false;
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': OCI_MANIFEST });
      const chunk = Buffer.alloc(256 * 1024, 0x20);
      const more = (): void => {
        if (!stopped) response.write(chunk, () => setImmediate(more));
      };
      response.on('close', () => (stopped = true));
      more();
    });
    const outcome = await registryWith().tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject(fault('LimitExceeded'));
    await expect.poll(() => stopped).toBe(true);
  });

  it.each([
    ['a tag that is a path', 'tag', '../../../etc'],
    ['a digest that is a path', 'manifest', 'sha256:../../etc'],
  ] as const)('asks nothing for %s', async (_, method, name) => {
    const server = await serve((_, response) => sendManifest(response));
    expect(await registryWith()[method](`${server.host}/acme/cart`, name)).toMatchObject({ ok: false });
    expect(server.seen).toEqual([]);
  });

  it('asks nothing for a repository that is a path', async () => {
    expect(await registryWith().tag('ghcr.io/../x', 'v1')).toMatchObject(fault('ImageReferenceInvalid'));
  });
});

describe('blobs', () => {
  it.each([
    ['other bytes', 'olleh', 5, 'DigestMismatch'],
    ['fewer bytes', 'hell', 5, 'DigestMismatch'],
    ['more bytes', 'hello and more', 5, 'DigestMismatch'],
    ['another size than the descriptor says', 'hello', 9, 'DigestMismatch'],
  ])('refuses %s', async (_, body, size, reason) => {
    const server = await serve((_, response) => response.end(body));
    const outcome = await registryWith().blob(`${server.host}/acme/cart`, { ...blobOf('hello'), size }, 100);
    expect(outcome).toMatchObject(fault(reason));
  });

  it('does not ask for a blob over the limit, nor for one that the descriptor carries', async () => {
    const server = await serve((_, response) => response.end('hello'));
    const registry = registryWith();
    const repository = `${server.host}/acme/cart`;
    expect(await registry.blob(repository, blobOf('hello'), 4)).toMatchObject(fault('LimitExceeded'));
    expect(await registry.blob(repository, { ...blobOf('hello'), data: 'aGVsbG8=' }, 9)).toMatchObject({
      ok: true,
    });
    const misjudged = { ...blobOf('hello'), size: 4, data: 'aGVsbG8=' };
    expect(await registry.blob(repository, misjudged, 9)).toMatchObject(fault('DigestMismatch'));
    expect(await registry.blob(repository, { ...blobOf('hello'), data: 'b2xsZWg=' }, 9)).toMatchObject(
      fault('DigestMismatch'),
    );
    expect(server.seen).toEqual([]);
  });

  it('reads no further than one byte behind the promised size', async () => {
    let stopped = false;
    const server = await serve((_, response) => {
      const more = (): void => {
        if (!stopped) response.write('hello', () => setImmediate(more));
      };
      response.on('close', () => (stopped = true));
      more();
    });
    const outcome = await registryWith().blob(`${server.host}/acme/cart`, blobOf('hello'), 1e9);
    expect(outcome).toMatchObject(fault('DigestMismatch'));
    await expect.poll(() => stopped).toBe(true);
  });

  it('says that a missing blob was promised', async () => {
    const server = await serve((_, response) => response.writeHead(404).end());
    const outcome = await registryWith().blob(`${server.host}/acme/cart`, blobOf('hello'), 9);
    expect(outcome).toMatchObject(fault('RegistryError'));
  });
});

describe('faults', () => {
  it.each([
    [401, {}, 'CredentialsRejected'],
    [403, {}, 'AccessDenied'],
    [418, {}, 'RegistryError'],
    [429, { 'retry-after': '0' }, 'RateLimited'],
    [500, { 'retry-after': '0' }, 'RegistryError'],
    [504, { 'retry-after': '0' }, 'TimedOut'],
  ])('reads HTTP %i', async (status, headers, reason) => {
    const server = await serve((_, response) => response.writeHead(status, headers).end());
    expect(await registryWith().tag(`${server.host}/acme/cart`, 'v1')).toMatchObject(fault(reason));
  });

  it("quotes the registry's own words without control characters, and not all of them", async () => {
    const message = `no\u001b[31m\u202e luck\n${'!'.repeat(5000)}`;
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message }] });
    const server = await serve((_, response) => response.writeHead(403).end(body));
    const text = messageOf(await registryWith().tag(`${server.host}/acme/cart`, 'v1'));
    expect(text).toContain('DENIED: no [31m luck !!!');
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.length).toBeLessThan(600);
  });

  it('tries again after a passing failure, as often as the limit says and no more', async () => {
    let failures = 2;
    const server = await serve((_, response) => {
      failures -= 1;
      if (failures >= 0) response.writeHead(503, { 'retry-after': '0' }).end();
      else sendManifest(response);
    });
    const registry = registryWith();
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
    failures = 99;
    expect(await registry.tag(`${server.host}/acme/cart`, 'v2')).toMatchObject(fault('RegistryError'));
    expect(server.paths().filter((path) => path.endsWith('v2'))).toHaveLength(3);
  });

  it.each([
    ['seconds', '3600'],
    ['a date', 'Wed, 21 Oct 2065 07:28:00 GMT'],
  ])('does not come back earlier than asked: %s beyond the limit are told instead', async (_, value) => {
    const server = await serve((_, response) => response.writeHead(429, { 'retry-after': value }).end());
    const outcome = await registryWith().tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject(fault('RateLimited'));
    expect(messageOf(outcome)).toContain(value);
    expect(server.seen).toHaveLength(1);
  });

  it("takes a date in Retry-After relative to the server's own Date", async () => {
    const headers = { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' };
    let asked = 0;
    const server = await serve((_, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, headers).end();
      else sendManifest(response);
    });
    expect(
      await registryWith({ clock: () => new Date(0) }).tag(`${server.host}/acme/cart`, 'v1'),
    ).toMatchObject({ ok: true });
  });

  it('tries again after a reset', async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.resetAndDestroy();
      else sendManifest(response);
    });
    expect(await registryWith().tag(`${server.host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
  });

  it('says that an answer broke off', async () => {
    const server = await serve((request, response) => {
      response.writeHead(200, { 'content-type': OCI_MANIFEST, 'content-length': String(MANIFEST.length) });
      response.write(MANIFEST.slice(0, 20), () => request.socket.destroy());
    });
    const outcome = await registryWith().tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject(fault('RegistryResponseInvalid'));
    expect(server.seen).toHaveLength(3);
  });

  it.each([
    ['before the answer', () => undefined],
    ['within the answer', (response: ServerResponse) => response.writeHead(200).write('{')],
  ])('does not wait for ever for a registry that is silent %s', async (_, begin) => {
    const server = await serve((_, response) => void begin(response));
    const outcome = await registryWith({ requestMs: 100 }).tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject(fault('TimedOut'));
    expect(server.seen).toHaveLength(1);
  });

  it('does not wait for ever for a registry that drips', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': OCI_MANIFEST });
      const dripping = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(dripping));
    });
    const outcome = await registryWith({ transferMs: 200 }).tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject(fault('TimedOut'));
  });

  it.each([
    ['an interruption', undefined, 'Interrupted'],
    ['a deadline', new DOMException('late', 'TimeoutError'), 'TimedOut'],
  ])('ends with %s', async (_, reason, expected) => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(reason));
    const registry = registryWith({ signal: controller.signal });
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject(fault(expected));
  });

  it('says in words why nothing answers', async () => {
    const server = await serve((_, response) => response.end());
    const { host } = server;
    await closing.pop()?.();
    const outcome = await registryWith().tag(`${host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject(fault('RegistryUnreachable'));
    expect(messageOf(outcome)).toContain('the connection was refused');
  });

  it('tells of each request without what may be secret in its address', async () => {
    const requests: unknown[] = [];
    const storage = await serve((_, response) => response.end('hello'));
    const server = await serve((_, response) =>
      response.writeHead(307, { location: `http://${storage.host}/blob?signature=s3cret` }).end(),
    );
    const registry = registryWith({
      onRequest: (method, url, status) => void requests.push([method, url, status]),
    });
    await registry.blob(`${server.host}/acme/cart`, blobOf('hello'), 9);
    expect(requests).toEqual([
      ['GET', `http://${server.host}/v2/acme/cart/blobs/${blobOf('hello').digest}`, 307],
      ['GET', `http://${storage.host}/blob`, 200],
    ]);
    expect(registry.hosts()).toEqual([server.host, storage.host].sort());
  });
});

describe('redirects', () => {
  it('do not take the Authorization along to another host, nor back', async () => {
    let home = '';
    const storage = await serve((_, response, { url }) => {
      if (url === '/detour') response.writeHead(307, { location: `http://${home}/back` }).end();
    });
    const server = await serve((_, response, { url, authorization }) => {
      if (url === '/back') response.end('hello');
      else if (authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else if (url === '/here') response.writeHead(307, { location: `http://${storage.host}/detour` }).end();
      else response.writeHead(307, { location: '/here' }).end();
    });
    home = server.host;
    const registry = registryWith({ credentials: withCredential(PASSWORD) });
    expect(await registry.blob(`${server.host}/acme/cart`, blobOf('hello'), 9)).toMatchObject({ ok: true });
    expect(storage.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(server.seen.map(({ url, authorization }) => [url.slice(0, 5), authorization])).toEqual([
      ['/v2/a', undefined],
      ['/v2/a', BASIC],
      ['/here', BASIC],
      ['/back', undefined],
    ]);
  });

  it('end after the limit', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: '/v2/again' }).end());
    expect(await registryWith().tag(`${server.host}/acme/cart`, 'v1')).toMatchObject(fault('LimitExceeded'));
    expect(server.seen).toHaveLength(6);
  });

  it('do not let a storage that has nothing speak for the registry, but let another registry', async () => {
    const elsewhere = await serve((_, response) => response.writeHead(404).end());
    const server = await serve((_, response, { url }) => {
      const to = url.endsWith('stored') ? '/bucket/object' : url;
      response.writeHead(307, { location: `http://${elsewhere.host}${to}` }).end();
    });
    const registry = registryWith();
    expect(await registry.tag(`${server.host}/acme/cart`, 'stored')).toMatchObject(fault('RegistryError'));
    expect(await registry.tag(`${server.host}/acme/cart`, 'mirrored')).toEqual({ ok: true, value: null });
  });

  it('are not answered with credentials for whoever asks at their end', async () => {
    const storage = await serve((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    const server = await serve((_, response) =>
      response.writeHead(307, { location: `http://${storage.host}/v2/acme/cart/manifests/v1` }).end(),
    );
    const registry = registryWith({ credentials: withCredential(PASSWORD) });
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject(fault('CredentialsRejected'));
    expect(storage.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

describe('tokens', () => {
  const challenge = (realm: string, scope?: string): Record<string, string> => ({
    'www-authenticate': `Bearer realm="${realm}",service="reg"${scope === undefined ? '' : `,scope="${scope}"`}`,
  });

  /** A registry that wants a token of its own realm, and a realm that gives `token-<scope>`. */
  async function guarded(
    answer: (response: ServerResponse, seen: Seen) => void = (response) => sendManifest(response),
  ): Promise<Host> {
    const server = await serve((_, response, seen) => {
      const url = new URL(seen.url, 'http://x');
      if (url.pathname === '/token') {
        response.end(
          JSON.stringify({ token: `token-${url.searchParams.getAll('scope').join('+')}`, expires_in: 300 }),
        );
        return;
      }
      const path = /^\/v2\/(.+)\/(?:manifests|blobs|referrers)\//.exec(url.pathname)?.[1] ?? '';
      const scope = `repository:${path}:pull`;
      if (seen.authorization === `Bearer token-${scope}`) answer(response, seen);
      else response.writeHead(401, challenge(`http://${server.host}/token`, scope)).end();
    });
    return server;
  }

  it('are fetched once for a repository, and for the next without asking to be challenged', async () => {
    const server = await guarded();
    const registry = registryWith();
    await Promise.all(['a', 'b', 'c'].map((tag) => registry.tag(`${server.host}/acme/cart`, tag)));
    expect(await registry.tag(`${server.host}/acme/other`, 'v1')).toMatchObject({ ok: true });
    const tokens = server.paths().filter((path) => path.startsWith('/token'));
    expect(tokens).toEqual([
      '/token?service=reg&scope=repository%3Aacme%2Fcart%3Apull',
      '/token?service=reg&scope=repository%3Aacme%2Fother%3Apull',
    ]);
    const sent = server.seen
      .filter(({ url }) => url.includes('/acme/other/'))
      .map(({ authorization }) => authorization);
    expect(sent).toEqual(['Bearer token-repository:acme/other:pull']);
  });

  it('go to no other registry than the one that they were issued for', async () => {
    const [one, two] = [await guarded(), await guarded()];
    const registry = registryWith({ credentials: withCredential(PASSWORD) });
    await registry.tag(`${one.host}/acme/cart`, 'v1');
    await registry.tag(`${two.host}/acme/cart`, 'v1');
    expect(two.seen[0]?.authorization).toBeUndefined();
    expect(two.paths().filter((path) => path.startsWith('/token'))).toHaveLength(1);
  });

  it('are fetched anew for each registry and repository, though one service gives them for one scope', async () => {
    const service = await serve((_, response) => response.end('{"token":"t"}'));
    const wantToken: Handler = (_, response, { authorization }) => {
      if (authorization === undefined)
        response.writeHead(401, challenge(`http://${service.host}/token`, 'all')).end();
      else sendManifest(response);
    };
    const [one, two] = [await serve(wantToken), await serve(wantToken)];
    const registry = registryWith();
    for (const repository of [`${one.host}/a`, `${one.host}/b`, `${two.host}/a`]) {
      expect(await registry.tag(repository, 'v1')).toMatchObject({ ok: true });
    }
    expect(service.seen).toHaveLength(3);
  });

  it('are fetched with the password, which the registry itself never sees', async () => {
    const server = await guarded();
    const registry = registryWith({ credentials: withCredential(PASSWORD) });
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
    const withPassword = server.seen
      .filter(({ authorization }) => authorization === BASIC)
      .map(({ url }) => url);
    expect(withPassword).toEqual(['/token?service=reg&scope=repository%3Aacme%2Fcart%3Apull']);
  });

  it('are renewed when they have expired, and when the registry no longer takes them', async () => {
    let now = 0;
    const server = await guarded();
    const registry = registryWith({ clock: () => new Date(now) });
    await registry.tag(`${server.host}/acme/cart`, 'a');
    now = 301_000;
    await registry.tag(`${server.host}/acme/cart`, 'b');
    expect(server.paths().filter((path) => path.startsWith('/token'))).toHaveLength(2);

    let issued = 0;
    const forgetful = await serve((_, response, { url, authorization }) => {
      if (url.startsWith('/token'))
        response.end(JSON.stringify({ access_token: `t${String((issued += 1))}` }));
      else if (authorization === `Bearer t${url.endsWith('a') ? '1' : '2'}`) sendManifest(response);
      else response.writeHead(401, challenge(`http://${forgetful.host}/token`)).end();
    });
    expect(await registry.tag(`${forgetful.host}/acme/cart`, 'a')).toMatchObject({ ok: true });
    expect(await registry.tag(`${forgetful.host}/acme/cart`, 'b')).toMatchObject({ ok: true });
  });

  it('that a registry refuses for ever are not fetched for ever', async () => {
    const server = await serve((_, response, { url }) => {
      if (url.startsWith('/token')) response.end('{"token":"t"}');
      else response.writeHead(401, challenge(`http://${server.host}/token`)).end();
    });
    const outcome = await registryWith({ credentials: withCredential(PASSWORD) }).tag(
      `${server.host}/acme/cart`,
      'v1',
    );
    expect(outcome).toMatchObject(fault('CredentialsRejected'));
    expect(messageOf(outcome)).toContain('refused the credentials from /home/ann/config.json');
    expect(server.seen).toHaveLength(3);
  });

  it('are fetched with a refresh token by POST, and by GET where that is not known', async () => {
    for (const status of [200, 404]) {
      const server = await serve((_, response, { url, method }) => {
        if (!url.startsWith('/token'))
          response.writeHead(401, challenge(`http://${server.host}/token`)).end();
        else response.writeHead(method === 'POST' ? status : 200).end('{"token":"t"}');
      });
      const credential: Credential = {
        kind: 'identityToken',
        username: '',
        token: 'refresh-s3cret',
        source: 'x',
      };
      await registryWith({ credentials: withCredential(credential) }).tag(`${server.host}/acme/cart`, 'v1');
      const asked = server.seen.filter(({ url }) => url.startsWith('/token'));
      expect(asked.map(({ method }) => method)).toEqual(status === 200 ? ['POST'] : ['POST', 'GET']);
      expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toMatchObject({
        grant_type: 'refresh_token',
        refresh_token: 'refresh-s3cret',
        service: 'reg',
        scope: 'repository:acme/cart:pull',
      });
    }
  });

  it('that somebody has already are sent as they are', async () => {
    const server = await guarded();
    const token = 'token-repository:acme/cart:pull';
    const registry = registryWith({
      credentials: withCredential({ kind: 'registryToken', token, source: 'x' }),
    });
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
    expect(server.paths().filter((path) => path.startsWith('/token'))).toEqual([]);
  });

  it('do not follow a redirect of the token service', async () => {
    const thief = await serve((_, response) => response.end('{"token":"t"}'));
    const server = await serve((_, response, { url }) => {
      if (url.startsWith('/token')) response.writeHead(307, { location: `http://${thief.host}/token` }).end();
      else response.writeHead(401, challenge(`http://${server.host}/token`)).end();
    });
    for (const credential of [
      PASSWORD,
      { kind: 'identityToken', username: '', token: 'r', source: 'x' } as const,
    ]) {
      const registry = registryWith({ credentials: withCredential(credential) });
      expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject({ ok: false });
    }
    expect(thief.seen).toEqual([]);
  });

  it.each([
    ['without TLS on another host', 'http://auth.example.com/token', 'without TLS'],
    ['with another scheme', 'file:///etc/passwd', 'without TLS'],
    [
      'with credentials in its address',
      'https://a:b@auth.example.com/token',
      'with credentials in its address',
    ],
    ['that is no address', 'nowhere', 'that is no address'],
  ])('are not asked of a service %s', async (_, realm, message) => {
    const server = await serve((_, response) => response.writeHead(401, challenge(realm)).end());
    const registry = registryWith({ credentials: withCredential(PASSWORD) });
    const outcome = await registry.tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject(fault('RegistryResponseInvalid'));
    expect(messageOf(outcome)).toContain(message);
    expect(registry.hosts()).toEqual([server.host]);
  });

  it.each([
    ['no JSON', '<html>'],
    ['no token', '{}'],
    ['a token that would break the header', '{"token":"a\\r\\nx: y"}'],
    ['an answer without end', `{"token":"${'a'.repeat(200_000)}"}`],
  ])('are not taken from %s', async (_, body) => {
    const server = await serve((_, response, { url }) => {
      if (url.startsWith('/token')) response.end(body);
      else response.writeHead(401, challenge(`http://${server.host}/token`)).end();
    });
    const outcome = await registryWith().tag(`${server.host}/acme/cart`, 'v1');
    expect(outcome).toMatchObject({ ok: false });
    expect(['RegistryResponseInvalid', 'LimitExceeded']).toContain(outcome.ok ? '' : outcome.fault.reason);
  });

  it('never show in a message, nor do passwords', async () => {
    const echo = JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'no' }] });
    const server = await serve((_, response, { url }) => {
      if (url.startsWith('/token')) response.end('{"token":"t0ken-s3cret"}');
      else response.writeHead(401, challenge(`http://${server.host}/token?key=s3cret`)).end(echo);
    });
    const outcome = await registryWith({ credentials: withCredential(PASSWORD) }).tag(
      `${server.host}/acme/cart`,
      'v1',
    );
    expect(JSON.stringify(outcome)).not.toMatch(/s3cret/);
  });

  it('are done without where the credentials cannot be had, and that is told if the registry insists', async () => {
    const broken: Keychain = async function* () {
      yield failed('CredentialsRejected', 'docker-credential-x failed');
    };
    const open = await guarded();
    expect(await registryWith({ credentials: broken }).tag(`${open.host}/acme/cart`, 'v1')).toMatchObject({
      ok: true,
    });
    const basic = await serve((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    const bearer = await serve((_, response, { url }) => {
      if (url.startsWith('/token')) response.writeHead(401).end();
      else response.writeHead(401, challenge(`http://${bearer.host}/token`)).end();
    });
    for (const { host } of [basic, bearer]) {
      const outcome = await registryWith({ credentials: broken }).tag(`${host}/acme/cart`, 'v1');
      expect(messageOf(outcome)).toBe('docker-credential-x failed');
    }
  });
});

describe('referrers', () => {
  it('are all pages of the API, each once', async () => {
    const pages = [
      [entry('a'), entry('b')],
      [entry('b'), entry('c')],
    ];
    const server = await serve((_, response, { url }) => {
      const last = url.includes('page=2');
      const link = last ? {} : { link: `</v2/acme/cart/referrers/${DIGEST}?page=2>; rel="next"` };
      sendIndex(response, link, ...(pages[last ? 1 : 0] ?? []));
    });
    expect(await registryWith().referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject({
      ok: true,
      value: { via: 'api', descriptors: [entry('a'), entry('b'), entry('c')] },
    });
  });

  it('whose next page lies on another host are a fault, and the token stays', async () => {
    const thief = await serve((_, response) => sendIndex(response, {}));
    const server = await serve((_, response) =>
      sendIndex(response, { link: `<http://${thief.host}/>; rel=next` }, entry('a')),
    );
    const outcome = await registryWith().referrers(`${server.host}/acme/cart`, DIGEST);
    expect(outcome).toMatchObject(fault('RegistryResponseInvalid'));
    expect(thief.seen).toEqual([]);
  });

  it('whose pages never end are a fault', async () => {
    const server = await serve((_, response, { url }) =>
      sendIndex(response, { link: `<${url}>; rel="next"` }),
    );
    expect(await registryWith().referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject(
      fault('LimitExceeded'),
    );
    expect(server.seen).toHaveLength(100);
  });

  it('that are too many are a fault', async () => {
    const many = Array.from({ length: 1001 }, (_, at) => entry(String(at)));
    const server = await serve((_, response) => sendIndex(response, {}, ...many));
    expect(await registryWith().referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject(
      fault('LimitExceeded'),
    );
  });

  it('that are too many over all pages are a fault', async () => {
    const server = await serve((_, response, { url }) => {
      const page = Number(/page=(\d+)/.exec(url)?.[1] ?? 1);
      const some = Array.from({ length: 400 }, (_, at) => entry(`${String(page)}-${String(at)}`));
      sendIndex(response, page < 3 ? { link: `<?page=${String(page + 1)}>; rel="next"` } : {}, ...some);
    });
    expect(await registryWith().referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject(
      fault('LimitExceeded'),
    );
  });

  it('whose first page another registry answered go on there, without what this one gave', async () => {
    const mirror = await serve((_, response, { url }) => {
      if (url.includes('page=2')) sendIndex(response, {}, entry('b'));
      else sendIndex(response, { link: '<?page=2>; rel="next"' }, entry('a'));
    });
    const server = await serve((_, response, { url, authorization }) => {
      if (authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else response.writeHead(307, { location: `http://${mirror.host}${url}` }).end();
    });
    const registry = registryWith({ credentials: withCredential(PASSWORD) });
    expect(await registry.referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject({
      ok: true,
      value: { via: 'api', descriptors: [entry('a'), entry('b')] },
    });
    expect(mirror.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  it('that were filtered unasked are a fault', async () => {
    const server = await serve((_, response) =>
      sendIndex(response, { 'oci-filters-applied': 'artifactType' }),
    );
    const outcome = await registryWith().referrers(`${server.host}/acme/cart`, DIGEST);
    expect(outcome).toMatchObject(fault('RegistryResponseInvalid'));
  });

  type Answerer = (response: ServerResponse) => void;
  const unknownName = JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN' }] });
  const oddities: readonly (readonly [string, Answerer])[] = [
    ['a plain 404', (response) => response.writeHead(404).end('404 page not found')],
    ['404 NAME_UNKNOWN', (response) => response.writeHead(404).end(unknownName)],
    [
      '303 to the web pages',
      (response) => response.writeHead(303, { location: 'https://github.example/-/v2/packages' }).end(),
    ],
    ['406', (response) => response.writeHead(406).end()],
    ['401 without a challenge', (response) => response.writeHead(401).end()],
    ['200 with a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['200 without a content type', (response) => response.writeHead(200).end('{}')],
  ];
  const tag = `sha256-${DIGEST.slice('sha256:'.length)}`;

  it.each(oddities)('come from the fallback tag where the API answers %s', async (_, answer) => {
    const server = await serve((_, response, { url }) => {
      if (url.includes('/referrers/')) answer(response);
      else sendIndex(response, {}, entry('a'));
    });
    const registry = registryWith();
    expect(await registry.referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject({
      ok: true,
      value: { via: 'tag', descriptors: [entry('a')] },
    });
    expect(server.paths().at(-1)).toBe(`/v2/acme/cart/manifests/${tag}`);
    expect(registry.hosts()).toEqual([server.host]);
  });

  it.each([
    ['a plain 404', { ok: true, value: { via: 'tag', descriptors: [] } }],
    ['404 NAME_UNKNOWN', { ok: true, value: { via: 'api', descriptors: [] } }],
    ['303 to the web pages', { ok: true, value: { via: 'tag', descriptors: [] } }],
    ['406', fault('RegistryError')],
    ['401 without a challenge', fault('CredentialsRejected')],
    ['200 with a page', fault('RegistryResponseInvalid')],
    ['200 without a content type', fault('RegistryResponseInvalid')],
  ])('without API (%s) and without tag are none only if the registry says so', async (name, expected) => {
    const answer = oddities.find(([known]) => known === name)?.[1];
    const server = await serve((_, response, { url }) => {
      if (url.includes('/referrers/')) answer?.(response);
      else response.writeHead(404).end();
    });
    expect(await registryWith().referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject(expected);
  });

  it.each([
    ['403', 403, 'AccessDenied'],
    ['500', 500, 'RegistryError'],
    ['429', 429, 'RateLimited'],
  ])(
    'are not looked for under the tag after %s, which says nothing about the API',
    async (_, status, reason) => {
      const server = await serve((_, response, { url }) => {
        if (url.includes('/referrers/')) response.writeHead(status, { 'retry-after': '0' }).end();
        else sendIndex(response, {});
      });
      expect(await registryWith().referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject(fault(reason));
    },
  );

  it('are unknown where the fallback tag is no index, or cannot be had', async () => {
    for (const status of [200, 403]) {
      const server = await serve((_, response, { url }) => {
        if (url.includes('/referrers/')) response.writeHead(404).end();
        else if (status === 200) sendManifest(response);
        else response.writeHead(status).end();
      });
      const outcome = await registryWith().referrers(`${server.host}/acme/cart`, DIGEST);
      expect(outcome).toMatchObject(fault(status === 200 ? 'RegistryResponseInvalid' : 'AccessDenied'));
    }
  });

  it('broken off between two pages are a fault, not the first page', async () => {
    const server = await serve((_, response, { url }) => {
      if (url.includes('page=2')) response.writeHead(404).end();
      else sendIndex(response, { link: '<?page=2>; rel="next"' }, entry('a'));
    });
    expect(await registryWith().referrers(`${server.host}/acme/cart`, DIGEST)).toMatchObject(
      fault('RegistryError'),
    );
  });
});
