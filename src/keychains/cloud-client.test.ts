import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';

import { TOKEN_RESPONSE_BYTES } from '../limits.ts';
import type { Outcome } from '../reasons.ts';
import { createCloudClient } from './cloud-client.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
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
  return `http://127.0.0.1:${address.port}`;
}

function clientWith(log: string[] = []) {
  const client = createCloudClient({
    clock: () => new Date(),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
    requestMs: 2_000,
    transferMs: 2_000,
    onRequest: (method, url, status) => void log.push(`${method} ${url} ${status}`),
    proxies: () => ({ ok: true, value: new URL('http://127.0.0.1:1') }),
  });
  closing.push(() => client.close());
  return client;
}

function messageOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? '' : outcome.fault.message;
}

describe('what clouds are asked', () => {
  it.each([
    'http://sts.eu-west-1.amazonaws.com/',
    'http://10.0.0.1/',
    'http://169.255.169.254/',
    'http://169.254.169.254.evil.example/',
    'http://metadata.google.internal.evil.example/',
    'ftp://169.254.169.254/',
    'file:///etc/passwd',
    'https://s3cret@sts.amazonaws.com/',
    's3cret',
  ])('does not go to %s', async (url) => {
    const client = clientWith();
    const outcome = await client.send({ method: 'POST', url, body: 's3cret' });
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
    expect(client.hosts()).toEqual([]);
    expect(messageOf(outcome)).not.toContain('s3cret@');
  });

  it("goes to the machine's own services directly, and their paths are not logged", async () => {
    const url = await serve((_, response) => response.end('{}'));
    const log: string[] = [];
    const client = clientWith(log);
    expect(await client.send({ method: 'PUT', url: `${url}/s3cret-path` })).toMatchObject({ ok: true });
    expect(log).toEqual([`PUT ${url} 200`]);
    expect(client.hosts()).toEqual([new URL(url).host]);
  });

  it('is not redirected', async () => {
    let asked = false;
    const thief = await serve((_, response) => {
      asked = true;
      response.end('{}');
    });
    const url = await serve((_, response) => response.writeHead(307, { location: thief }).end());
    const outcome = await clientWith().send({ method: 'POST', url, body: 's3cret' });
    expect(outcome).toMatchObject({ ok: true, value: { status: 307 } });
    expect(asked).toBe(false);
  });

  it('is answered with a limit', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(TOKEN_RESPONSE_BYTES + 1)));
    expect(await clientWith().send({ method: 'GET', url })).toMatchObject({
      fault: { reason: 'LimitExceeded' },
    });
  });
});
