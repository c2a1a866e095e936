import { createServer, type RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';

import { CREDENTIALS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { basicHeader, type Credential, type Keychain, keys } from './credential.ts';
import { createDistributionRegistry } from './distribution.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import type { Registry } from './registry.ts';

const CONFIG = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'1'.repeat(64)}`,
  size: 2,
};
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: CONFIG, layers: [] });

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

function user(name: string): Credential {
  return { kind: 'password', username: name, password: `s3cret-${name}`, source: `the secret of ${name}` };
}

interface Guarded {
  readonly host: string;
  /** Path and user of each request. */
  readonly seen: string[];
}

async function serve(listener: RequestListener): Promise<Guarded> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url?.replace(/\?.*/, '')} ${userOf(request.headers.authorization)}`);
    listener(request, response);
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
  return { host: `127.0.0.1:${address.port}`, seen };
}

function userOf(authorization = ''): string {
  if (!authorization.startsWith('Basic ')) return authorization || 'nobody';
  return Buffer.from(authorization.slice('Basic '.length), 'base64').toString().replace(/:.*/s, '');
}

function registryWith(credentials: Keychain): Registry {
  const registry = createDistributionRegistry({
    clock: () => new Date(),
    credentials,
    plainHttp: new Set(),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
  });
  closing.push(() => registry.close());
  return registry;
}

/** A registry that lets in one user by Basic, and answers all others with `status`. */
function basicFor(name: string, status = 401): Promise<Guarded> {
  return serve(({ headers }, response) => {
    const asked = headers.authorization === undefined ? 401 : status;
    if (headers.authorization === basicHeader(name, `s3cret-${name}`))
      response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(MANIFEST);
    else response.writeHead(asked, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
}

function messageOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? '' : outcome.fault.message;
}

describe('several credentials', () => {
  it.each([401, 403])(
    'are tried in their order until one is taken, where others are answered %i',
    async (status) => {
      const { host, seen } = await basicFor('ben', status);
      const registry = registryWith(() => keys(user('ann'), user('ben'), user('cid')));
      expect(await registry.tag(`${host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
      expect(await registry.tag(`${host}/acme/cart`, 'v2')).toMatchObject({ ok: true });
      expect(seen.map((line) => line.split(' ')[1])).toEqual(['nobody', 'ann', 'ben', 'ben']);
    },
  );

  it('are tried in their order by a token service', async () => {
    const server = await serve(({ url = '', headers }, response) => {
      const isBen = headers.authorization === basicHeader('ben', 's3cret-ben');
      if (url.startsWith('/token')) response.writeHead(isBen ? 200 : 401).end('{"token":"t"}');
      else if (headers.authorization === 'Bearer t')
        response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(MANIFEST);
      else
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${server.host}/token"` }).end();
    });
    const registry = registryWith(() => keys(user('ann'), user('ben')));
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
    expect(server.seen.filter((line) => line.startsWith('/token'))).toEqual(['/token ann', '/token ben']);
  });

  it('are tried where a token is given and then refused', async () => {
    const server = await serve(({ url = '', headers }, response) => {
      if (url.startsWith('/token')) response.end(JSON.stringify({ token: userOf(headers.authorization) }));
      else if (headers.authorization === 'Bearer ben')
        response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(MANIFEST);
      else
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${server.host}/token"` }).end();
    });
    const registry = registryWith(() => keys(user('ann'), user('ben')));
    expect(await registry.tag(`${server.host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
  });

  it('that are all refused are all named, without what they say', async () => {
    const { host } = await basicFor('nobody else');
    const registry = registryWith(() => keys(user('ann'), user('ben')));
    for (const tag of ['v1', 'v2']) {
      const outcome = await registry.tag(`${host}/acme/cart`, tag);
      expect(outcome).toMatchObject({ ok: false, fault: { reason: 'CredentialsRejected' } });
      expect(messageOf(outcome)).toContain('the credentials from the secret of ann, then the secret of ben');
      expect(JSON.stringify(outcome)).not.toContain('s3cret');
    }
  });

  it('are not looked for before those ahead are refused', async () => {
    const { host } = await basicFor('ann');
    const keychain: Keychain = async function* () {
      yield ok(user('ann'));
      throw new Error('the next one was looked for');
    };
    expect(await registryWith(keychain).tag(`${host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
  });

  it('are used behind one that cannot be had', async () => {
    const { host } = await basicFor('ben');
    const keychain: Keychain = async function* () {
      yield failed('InputInvalid', 'a file is broken');
      yield ok(user('ben'));
    };
    expect(await registryWith(keychain).tag(`${host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
  });

  it('are not tried for what the accepted one may not do', async () => {
    const { host, seen } = await serve(({ url = '', headers }, response) => {
      if (headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else if (url.includes('/referrers/')) response.writeHead(403).end();
      else response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(MANIFEST);
    });
    const registry = registryWith(() => keys(user('ann'), user('ben')));
    await registry.tag(`${host}/acme/cart`, 'v1');
    expect(await registry.referrers(`${host}/acme/cart`, CONFIG.digest)).toMatchObject({
      fault: { reason: 'AccessDenied' },
    });
    expect(seen.filter((line) => line.endsWith(' ben'))).toEqual([]);
    expect(await registry.tag(`${host}/acme/cart`, 'v2')).toMatchObject({ ok: true });
  });

  it('of one repository say nothing about another', async () => {
    const { host } = await serve(({ url = '', headers }, response) => {
      const name = url.includes('/acme/') ? 'ann' : 'ben';
      const taken = headers.authorization === basicHeader(name, `s3cret-${name}`);
      response
        .writeHead(taken ? 200 : 401, { 'content-type': OCI_INDEX, 'www-authenticate': 'Basic realm="x"' })
        .end(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }));
    });
    const registry = registryWith(() => keys(user('ann'), user('ben')));
    for (const repository of ['acme/cart', 'bank/app', 'acme/cart', 'bank/app'])
      expect(await registry.referrers(`${host}/${repository}`, CONFIG.digest)).toMatchObject({ ok: true });
  });

  it('are tried up to a limit', async () => {
    const { host, seen } = await basicFor('nobody else');
    const many = Array.from({ length: CREDENTIALS + 5 }, (_, at) => user(`user${at}`));
    await registryWith(() => keys(...many)).tag(`${host}/acme/cart`, 'v1');
    expect(new Set(seen).size).toBe(1 + CREDENTIALS);
  });

  it('that say the same are told apart from the end', async () => {
    const { host } = await basicFor('ben');
    const registry = registryWith(() => keys(user('ann'), { ...user('ann'), source: 'again' }, user('ben')));
    expect(await registry.tag(`${host}/acme/cart`, 'v1')).toMatchObject({ ok: true });
  });
});

it('a password is asked for again when it has ended', async () => {
  const { host, seen } = await basicFor('ben');
  let now = new Date('2026-11-22T12:00:00Z');
  let asked = 0;
  const registry = createDistributionRegistry({
    clock: () => now,
    credentials: () => {
      asked += 1;
      const credential = user('ben');
      return keys({
        ...credential,
        kind: 'password',
        username: 'ben',
        password: 's3cret-ben',
        expires: new Date('2026-11-22T13:00:00Z'),
      });
    },
    plainHttp: new Set(),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
  });
  closing.push(() => registry.close());
  await registry.tag(`${host}/acme/cart`, 'v1');
  await registry.tag(`${host}/acme/cart`, 'v2');
  expect(asked).toBe(1);
  now = new Date('2026-11-22T13:00:00Z');
  await registry.tag(`${host}/acme/cart`, 'v3');
  expect(asked).toBe(2);
  expect(seen.at(-1)).toBe('/v2/acme/cart/manifests/v3 ben');
});
