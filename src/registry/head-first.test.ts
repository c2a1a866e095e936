import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { ok } from '../reasons.ts';
import { createAuthorization } from './authorization.ts';
import { noCredentials } from './credential.ts';
import { createHeadFirst } from './head-first.ts';
import { OCI_MANIFEST, parseManifest } from './manifest.ts';
import { createSession } from './session.ts';
import { createTransport } from './transport.ts';
import { createWire } from './wire.ts';

const closing: (() => unknown)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'1'.repeat(64)}`,
  size: 2,
};
const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] }));
const kept = parseManifest(bytes, OCI_MANIFEST, null);
const NGINX = 'docker.io/library/nginx';

/** Docker Hub at a loopback address; what is read there is noted, and is another manifest than the one that was kept. */
async function hub(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const base = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  const clock = () => new Date();
  const limits = { requestMs: 5_000, transferMs: 5_000, concurrencyPerHost: 2 };
  const wire = createWire({ clock, insecure: new Set(), userAgent: 'test', ...limits });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
    return wire.close();
  });
  const transport = createTransport(wire, clock, undefined);
  const authorization = createAuthorization(transport, noCredentials, clock);
  const session = createSession(transport, authorization, (registry) =>
    Promise.resolve(ok({ registry, base, plainLoopback: true })),
  );
  const read: string[] = [];
  const headFirst = createHeadFirst(session, (_, tag) => {
    read.push(tag);
    return Promise.resolve(ok(null));
  });
  return { asked, read, headFirst };
}

const pointingAt = (digest: string) => (_: unknown, response: ServerResponse) =>
  response.writeHead(200, { 'docker-content-digest': digest }).end();

describe('a registry that counts what is read', () => {
  it('is not read for a tag that points at what was read before', async () => {
    const { asked, read, headFirst } = await hub(pointingAt(kept.ok ? kept.value.digest : ''));
    headFirst.keep(NGINX, kept);
    expect(await headFirst.tag(NGINX, '1.27')).toEqual(kept);
    expect(asked).toEqual(['HEAD /v2/library/nginx/manifests/1.27']);
    expect(read).toEqual([]);
  });

  it('is not read for a tag that is not there', async () => {
    const { read, headFirst } = await hub((_, response) => response.writeHead(404).end());
    headFirst.keep(NGINX, kept);
    expect(await headFirst.tag(NGINX, 'x')).toEqual({ ok: true, value: null });
    expect(read).toEqual([]);
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['points elsewhere', pointingAt(`sha256:${'2'.repeat(64)}`)],
    ['does not say where it points', (_, response) => response.writeHead(200).end()],
    ['cannot be asked for so', (_, response) => response.writeHead(405).end()],
    ['is refused', (_, response) => response.writeHead(403).end()],
  ])('is read for a tag that %s', async (_, answer) => {
    const { read, headFirst } = await hub(answer);
    headFirst.keep(NGINX, kept);
    await headFirst.tag(NGINX, '1.27');
    expect(read).toEqual(['1.27']);
  });

  it.each([
    ['where nothing of the repository is known', 'docker.io/library/redis'],
    ['and which does not count', 'ghcr.io/acme/cart'],
  ])('%s is read at once', async (_, repository) => {
    const { asked, read, headFirst } = await hub(pointingAt('x'));
    headFirst.keep(NGINX, kept);
    if (repository.startsWith('ghcr')) headFirst.keep(repository, kept);
    await headFirst.tag(repository, 'v1');
    expect(asked).toEqual([]);
    expect(read).toEqual(['v1']);
  });
});
