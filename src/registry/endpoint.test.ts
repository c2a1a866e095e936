import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { afterEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../reasons.ts';
import { keys, type Credential } from './credential.ts';
import { createDistributionRegistry, type DistributionOptions } from './distribution.ts';
import type { Endpoint } from './endpoint.ts';
import { OCI_MANIFEST } from './manifest.ts';
import type { Manifest } from './registry.ts';
import { fetchToken } from './token.ts';
import { createTransport } from './transport.ts';
import { createWire } from './wire.ts';

/** Self-signed for 127.0.0.1 and 0.0.0.0; it guards nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIxE+DxDZBj1KQwyA
T3y7wQWajDiVrDFXqXqEq3x/hMuhRANCAATmzd1b+7M9mMZFVxs1l5TQgs3rK219
spfhH+1UJr/GEwDX9sOPpwvLE0UCMhaA3sE3/5il/RaZHNGyEHZHbj/Z
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBVzCB/6ADAgECAgEBMAoGCCqGSM49BAMCMBgxFjAUBgNVBAMMDXJlZ2lzdHJ5
LnRlc3QwIBcNMjQwMTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMBgxFjAUBgNV
BAMMDXJlZ2lzdHJ5LnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATmzd1b
+7M9mMZFVxs1l5TQgs3rK219spfhH+1UJr/GEwDX9sOPpwvLE0UCMhaA3sE3/5il
/RaZHNGyEHZHbj/ZozgwNjAVBgNVHREEDjAMhwR/AAABhwQAAAAAMB0GA1UdDgQW
BBRaV0GZhj/eZVJPPDemloDqwDdBhjAKBggqhkjOPQQDAgNHADBEAiA/NrjLt7Y3
0kuQnLtuf6cYiBTsuWkGOdnMS7MAbQiUBQIgGuCUbSV+rvTs0fBmKbxUi5pkc1FB
oEP2RT2Y8xxXT+k=
-----END CERTIFICATE-----
`;

const CONFIG = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'1'.repeat(64)}`,
  size: 2,
};
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: CONFIG, layers: [] });
const PASSWORD: Credential = { kind: 'password', username: 'ann', password: 's3cret', source: 'x' };

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Serves on all addresses of this machine; gives the port. */
async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return String(address.port);
}

const sendManifest: RequestListener = (_, response) =>
  response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(MANIFEST);

function overTls(listener: RequestListener = sendManifest): Promise<string> {
  return listen(createTlsServer({ key: KEY, cert: CERTIFICATE }, listener));
}

function overPlainHttp(listener: RequestListener = sendManifest): Promise<string> {
  return listen(createPlainServer(listener));
}

async function ask(
  host: string,
  options: Partial<DistributionOptions> = {},
): Promise<Outcome<Manifest | null>> {
  const registry = createDistributionRegistry({
    clock: () => new Date(),
    credentials: () => keys(PASSWORD),
    plainHttp: new Set(),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
    ...options,
  });
  closing.push(() => registry.close());
  return registry.tag(`${host}/acme/cart`, 'v1');
}

function messageOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? '' : outcome.fault.message;
}

// 0.0.0.0 reaches this machine without being a loopback address, so it stands for any other host here.
describe('which scheme a registry is asked with', () => {
  it('is TLS on loopback where the registry speaks it, whoever signed', async () => {
    expect(await ask(`127.0.0.1:${await overTls()}`)).toMatchObject({ ok: true });
  });

  it('is plain HTTP on loopback where it does not', async () => {
    expect(await ask(`localhost:${await overPlainHttp()}`)).toMatchObject({ ok: true });
  });

  it('is TLS and nothing else on any other host', async () => {
    let asked = false;
    const host = `0.0.0.0:${await overPlainHttp(() => (asked = true))}`;
    const outcome = await ask(host);
    expect(outcome).toMatchObject({ fault: { reason: 'RegistryUnreachable' } });
    expect(messageOf(outcome)).toContain(`https://${host}/`);
    expect(asked).toBe(false);
  });

  it('is TLS with a certificate that is trusted', async () => {
    const outcome = await ask(`0.0.0.0:${await overTls()}`);
    expect(outcome).toMatchObject({ fault: { reason: 'RegistryUnreachable' } });
    expect(messageOf(outcome)).toContain('its certificate is self-signed');
  });

  it('is TLS with any certificate where that was asked for, for this host alone', async () => {
    const host = `0.0.0.0:${await overTls()}`;
    expect(await ask(host, { insecure: new Set([host]) })).toMatchObject({ ok: true });
    expect(await ask(host, { insecure: new Set(['other.example']) })).toMatchObject({ ok: false });
  });

  it('is plain HTTP where that was asked for', async () => {
    const host = `0.0.0.0:${await overPlainHttp()}`;
    expect(await ask(host, { plainHttp: new Set([host]) })).toMatchObject({ ok: true });
  });
});

describe('where the password for a token goes', () => {
  /** Every request gets a challenge with this realm, and asking the realm is recorded. */
  function challenger(realm: () => string, asked: string[]): RequestListener {
    return (request, response) => {
      if (request.url?.startsWith('/token') === true) asked.push(request.url);
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm()}"` }).end();
    };
  }

  it('is not a service without TLS, for a registry with plain HTTP on another host', async () => {
    const asked: string[] = [];
    const port = await overPlainHttp(challenger(() => `http://127.0.0.1:${port}/token`, asked));
    const host = `0.0.0.0:${port}`;
    const outcome = await ask(host, { plainHttp: new Set([host]) });
    expect(messageOf(outcome)).toContain('without TLS');
    expect(asked).toEqual([]);
  });

  it('is not a service without TLS, for a registry with TLS', async () => {
    const asked: string[] = [];
    const plain = await overPlainHttp(challenger(() => '', asked));
    const port = await overTls(challenger(() => `http://127.0.0.1:${plain}/token`, asked));
    expect(messageOf(await ask(`127.0.0.1:${port}`))).toContain('without TLS');
    expect(asked).toEqual([]);
  });

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    'is not a service at %s, for a registry on the internet',
    async (address) => {
      const asked: string[] = [];
      const port = await overTls(challenger(() => '', asked));
      const wire = createWire({
        clock: () => new Date(),
        insecure: new Set([`0.0.0.0:${port}`]),
        userAgent: 'test',
        concurrencyPerHost: 1,
        requestMs: 5000,
        transferMs: 5000,
      });
      closing.push(() => wire.close());
      const endpoint: Endpoint = {
        registry: 'registry.example',
        base: new URL('https://registry.example'),
        plainLoopback: false,
      };
      const challenge = {
        scheme: 'bearer',
        parameters: new Map([['realm', `https://${address}:${port}/token`]]),
      };
      const transport = createTransport(wire, () => new Date(), undefined);
      const outcome = await fetchToken(transport, endpoint, challenge, 'repository:a/b:pull', PASSWORD);
      expect(messageOf(outcome)).toContain('nothing is sent there');
      expect(asked).toEqual([]);
    },
  );
});
