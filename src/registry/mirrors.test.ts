import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { noCredentials } from './credential.ts';
import { digestOf } from './digest.ts';
import { createDistributionRegistry } from './distribution.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import { findMirrors, type Mirror, withMirrors } from './mirrors.ts';

const closing: (() => unknown)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const BLOB = 'evidence';
const blob = { mediaType: 'text/plain', digest: digestOf(Buffer.from(BLOB)), size: BLOB.length };
const config = { ...blob, mediaType: 'application/vnd.oci.image.config.v1+json' };
const manifestOf = (mark: string) =>
  JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [], annotations: { mark } });
const ORIGINAL = manifestOf('original');
const OTHER = manifestOf('other');
const DIGEST = digestOf(Buffer.from(ORIGINAL));
const EVIDENCE_TAG = `${DIGEST.replace(':', '-')}.sig`;

/** What a registry answers by the end of the path; 404 to the rest. A number is a status. */
type Content = Readonly<Record<string, string | number>>;

const WHOLE: Content = {
  'manifests/v1': ORIGINAL,
  [`manifests/${EVIDENCE_TAG}`]: ORIGINAL,
  [`manifests/${DIGEST}`]: ORIGINAL,
  [`blobs/${blob.digest}`]: BLOB,
  [`referrers/${DIGEST}`]: JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }),
};

async function serve(content: Content) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const key = (request.url ?? '').split('/').slice(-2).join('/');
    const answer = content[key] ?? 404;
    if (typeof answer === 'number') response.writeHead(answer, { 'retry-after': '0' }).end();
    else {
      const type = key.startsWith('referrers') ? OCI_INDEX : OCI_MANIFEST;
      response.writeHead(200, { 'content-type': type }).end(answer);
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  closing.push(close);
  return { host: `127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked, close };
}

/** A registry of this content with a mirror of that content. */
async function mirrored(original: Content | null, mirror: Content | null, tags = false) {
  const first = await serve(original ?? {});
  const second = await serve(mirror ?? {});
  if (original === null) first.close();
  if (mirror === null) second.close();
  const distribution = createDistributionRegistry({
    clock: () => new Date(),
    credentials: noCredentials,
    plainHttp: new Set([first.host, second.host]),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 2,
  });
  closing.push(() => distribution.close());
  const registry = withMirrors(distribution, [{ prefix: first.host, mirror: `${second.host}/cache`, tags }]);
  return { registry, repository: `${first.host}/acme/cart`, original: first, mirror: second };
}

const digestIn = (outcome: Awaited<ReturnType<ReturnType<typeof withMirrors>['tag']>>) =>
  outcome.ok ? outcome.value?.digest : outcome.fault.reason;

describe('the mirrors of a repository', () => {
  const mirror = (prefix: string, to: string): Mirror => ({ prefix, mirror: to, tags: false });

  it.each([
    ['ghcr.io/acme/cart', ['m.local/ghcr/acme/cart']],
    ['ghcr.io/big/cart', ['m.local/big/cart', 'n.local/cart']],
    ['ghcr.io/bigger/cart', ['m.local/ghcr/bigger/cart']],
    ['ghcr.io.example.com/acme/cart', []],
    ['docker.io/library/nginx', ['m.local/nginx']],
    ['quay.io/acme/cart', []],
  ])('are those of the longest prefix that ends with a segment: %s', (repository, expected) => {
    const mirrors = [
      mirror('ghcr.io', 'm.local/ghcr'),
      mirror('ghcr.io/big', 'm.local/big'),
      mirror('ghcr.io/big', 'n.local'),
      mirror('docker.io/library/nginx', 'm.local/nginx'),
    ];
    expect(findMirrors(mirrors, repository).map((one) => one.repository)).toEqual(expected);
  });
});

describe('what a digest names', () => {
  it('comes from the mirror, and the registry is not asked', async () => {
    const { registry, repository, original, mirror } = await mirrored(WHOLE, WHOLE);
    expect(digestIn(await registry.manifest(repository, DIGEST))).toBe(DIGEST);
    expect(await registry.blob(repository, blob, 100)).toMatchObject({ ok: true });
    expect(original.asked).toEqual([]);
    expect(mirror.asked).toEqual([
      `/v2/cache/acme/cart/manifests/${DIGEST}`,
      `/v2/cache/acme/cart/blobs/${blob.digest}`,
    ]);
    expect(registry.hosts()).toEqual([mirror.host]);
  });

  it.each<[string, Content | null]>([
    ['has nothing', {}],
    ['is not there', null],
    ['is out of order', { [`manifests/${DIGEST}`]: 500, [`blobs/${blob.digest}`]: 500 }],
    ['has other bytes', { [`manifests/${DIGEST}`]: OTHER, [`blobs/${blob.digest}`]: 'EVIDENCE' }],
  ])('comes from the registry where the mirror %s', async (_, content) => {
    const { registry, repository } = await mirrored(WHOLE, content);
    expect(digestIn(await registry.manifest(repository, DIGEST))).toBe(DIGEST);
    expect(await registry.blob(repository, blob, 100)).toMatchObject({ ok: true });
  });

  it.each<[string, Content | null, string]>([
    ['has nothing', {}, 'does not have it'],
    ['is out of order', { [`manifests/${DIGEST}`]: 500 }, 'failed: '],
    ['has other bytes', { [`manifests/${DIGEST}`]: OTHER }, 'failed: '],
  ])('and neither has is a fault that names both, where the mirror %s', async (_, content, words) => {
    const { registry, repository, original, mirror } = await mirrored(null, content);
    const outcome = await registry.manifest(repository, DIGEST);
    const message = outcome.ok ? '' : outcome.fault.message;
    expect(message).toContain(`http://${original.host}/v2/acme/cart/manifests/${DIGEST}`);
    expect(message).toContain(`its mirror ${mirror.host}/cache/acme/cart ${words}`);
  });

  it('is absent where the registry itself says so', async () => {
    const { registry, repository } = await mirrored({}, {});
    expect(await registry.manifest(repository, DIGEST)).toEqual({ ok: true, value: null });
  });
});

describe("a mirror's word", () => {
  const stale: Content = { ...WHOLE, 'manifests/v1': OTHER, [`manifests/${EVIDENCE_TAG}`]: OTHER };

  it('does not count for what a tag points at', async () => {
    const { registry, repository, mirror } = await mirrored(WHOLE, stale);
    expect(digestIn(await registry.tag(repository, 'v1'))).toBe(DIGEST);
    expect(mirror.asked).toEqual([]);
  });

  it('does not stand in for a registry that is not there', async () => {
    const { registry, repository } = await mirrored(null, stale);
    expect(digestIn(await registry.tag(repository, 'v1'))).toBe('RegistryUnreachable');
    expect(await registry.referrers(repository, DIGEST)).toMatchObject({ ok: false });
  });

  it('counts for what a tag points at where the policy says so', async () => {
    const { registry, repository, original } = await mirrored(WHOLE, stale, true);
    expect(digestIn(await registry.tag(repository, 'v1'))).toBe(digestOf(Buffer.from(OTHER)));
    expect(original.asked).toEqual([]);
  });

  it('never counts for a tag that it lacks', async () => {
    const { registry, repository } = await mirrored(WHOLE, {}, true);
    expect(digestIn(await registry.tag(repository, 'v1'))).toBe(DIGEST);
  });

  it('never counts for evidence', async () => {
    const { registry, repository, mirror } = await mirrored(WHOLE, stale, true);
    expect(digestIn(await registry.tag(repository, EVIDENCE_TAG))).toBe(DIGEST);
    expect(await registry.referrers(repository, DIGEST)).toMatchObject({ ok: true });
    expect(mirror.asked).toEqual([]);
  });
});
