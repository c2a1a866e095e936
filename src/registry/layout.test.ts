import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { digestOf, parseDigest } from './digest.ts';
import { openLayout } from './layout.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import type { Descriptor, Registry } from './registry.ts';

const REPOSITORY = 'ghcr.io/acme/cart';
const NAME = 'io.containerd.image.name';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'layout-'));
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
});

afterEach(() => rm(directory, { recursive: true }));

function pathOf(digest: string): string {
  const parsed = parseDigest(digest);
  if (parsed === null) throw new Error(digest);
  return join(directory, 'blobs', parsed.algorithm, parsed.hex);
}

async function put(content: unknown, mediaType: string, more: Partial<Descriptor> = {}): Promise<Descriptor> {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const digest = digestOf(bytes);
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
  await writeFile(pathOf(digest), bytes);
  return { mediaType, digest, size: bytes.length, ...more };
}

function named(descriptor: Descriptor, name: string): Descriptor {
  return { ...descriptor, annotations: { [NAME]: name } };
}

async function image(mark: string, more: object = {}): Promise<Descriptor> {
  const config = await put({ mark }, 'application/vnd.oci.image.config.v1+json');
  return put({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [], ...more }, OCI_MANIFEST);
}

async function list(...manifests: readonly Descriptor[]): Promise<void> {
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

async function opened(): Promise<Registry> {
  const layout = await openLayout(directory);
  if (!layout.ok) throw new Error(layout.fault.message);
  return layout.value;
}

describe('what a layout holds', () => {
  it('gives a tag and a digest, under each of several names', async () => {
    const cart = await image('cart');
    await list(
      named(cart, `${REPOSITORY}:v1`),
      named(cart, `${REPOSITORY}:v2`),
      named(cart, `${REPOSITORY}@${cart.digest}`),
      named(cart, 'nginx:1.27'),
    );
    const layout = await opened();
    for (const answer of [
      layout.tag(REPOSITORY, 'v1'),
      layout.tag(REPOSITORY, 'v2'),
      layout.manifest(REPOSITORY, cart.digest),
      layout.tag('docker.io/library/nginx', '1.27'),
    ]) {
      expect(await answer).toMatchObject({
        ok: true,
        value: { digest: cart.digest, content: { kind: 'manifest' } },
      });
    }
    expect(layout.hosts()).toEqual([]);
    await layout.close();
  });

  it('says null for a tag and a manifest that its repository does not list', async () => {
    const [cart, other] = [await image('cart'), await image('other')];
    await list(named(cart, `${REPOSITORY}:v1`), named(other, 'ghcr.io/acme/other:v1'));
    const layout = await opened();
    expect(await layout.tag(REPOSITORY, 'v2')).toEqual({ ok: true, value: null });
    expect(await layout.manifest(REPOSITORY, other.digest)).toEqual({ ok: true, value: null });
  });

  it('finds the children of a listed index, also below a nested one', async () => {
    const leaf = await image('leaf');
    const inner = await put({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [leaf] }, OCI_INDEX);
    const outer = await put({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [inner] }, OCI_INDEX);
    await list(named(outer, `${REPOSITORY}:v1`));
    const layout = await opened();
    expect(await layout.manifest(REPOSITORY, leaf.digest)).toMatchObject({
      ok: true,
      value: { digest: leaf.digest },
    });
  });

  it('lists as referrers what says so itself, once, with type and annotations of the manifest', async () => {
    const [cart, other] = [await image('cart'), await image('other')];
    const signature = await image('signature', {
      subject: cart,
      artifactType: 'application/x',
      annotations: { a: 'b' },
    });
    const foreign = await image('foreign', { subject: other });
    await list(
      named(cart, `${REPOSITORY}:v1`),
      named(signature, `${REPOSITORY}@${signature.digest}`),
      named(signature, `${REPOSITORY}:again`),
      named(foreign, `${REPOSITORY}:foreign`),
    );
    const layout = await opened();
    expect(await layout.referrers(REPOSITORY, cart.digest)).toEqual({
      ok: true,
      value: {
        via: 'api',
        descriptors: [
          {
            mediaType: OCI_MANIFEST,
            digest: signature.digest,
            size: signature.size,
            artifactType: 'application/x',
            annotations: { a: 'b' },
          },
        ],
      },
    });
    expect(await layout.referrers(REPOSITORY, signature.digest)).toMatchObject({
      ok: true,
      value: { descriptors: [] },
    });
  });

  it('lists as referrers what the index of the referrers tag lists, and nothing else of the layout does', async () => {
    const cart = await image('cart');
    const signature = await image('signature', { subject: cart });
    const index = await put({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [signature] }, OCI_INDEX);
    await list(
      named(cart, `${REPOSITORY}:v1`),
      named(index, `${REPOSITORY}:${cart.digest.replace(':', '-')}`),
    );
    const layout = await opened();
    expect(await layout.referrers(REPOSITORY, cart.digest)).toMatchObject({
      ok: true,
      value: { descriptors: [{ digest: signature.digest }] },
    });
  });

  it('reads a blob, and takes the data of a descriptor only if it has the digest', async () => {
    const blob = await put('hello', 'text/plain');
    await list(named(await image('cart'), `${REPOSITORY}:v1`));
    const layout = await opened();
    expect(await layout.blob(REPOSITORY, blob, 100)).toEqual({ ok: true, value: Buffer.from('hello') });
    const elsewhere = { mediaType: 'x/y', digest: digestOf(Buffer.from('data')), size: 4 };
    expect(await layout.blob(REPOSITORY, { ...elsewhere, data: 'ZGF0YQ==' }, 100)).toMatchObject({
      ok: true,
    });
    expect(await layout.blob(REPOSITORY, { ...elsewhere, data: 'ZGF0YX==' }, 100)).toMatchObject({
      ok: true,
    });
    expect(await layout.blob(REPOSITORY, { ...elsewhere, data: 'b3RoZXI=' }, 100)).toMatchObject({
      fault: { reason: 'DigestMismatch' },
    });
  });
});

describe('what a layout cannot say', () => {
  it('names directory and repository where a repository does not occur', async () => {
    await list(named(await image('cart'), `${REPOSITORY}:v1`));
    const layout = await opened();
    const digest = digestOf(Buffer.from(''));
    const blob = { mediaType: 'x/y', digest, size: 0 };
    for (const answer of [
      layout.tag('ghcr.io/acme', 'v1'),
      layout.manifest('ghcr.io/acme', digest),
      layout.referrers('ghcr.io/acme', digest),
      layout.blob('ghcr.io/acme', blob, 9),
    ]) {
      const outcome = await answer;
      expect(outcome).toMatchObject({ ok: false, fault: { reason: 'NotInEvidence' } });
      expect(JSON.stringify(outcome)).toContain(`${directory} holds nothing of ghcr.io/acme`);
    }
  });

  it('names the path of a missing, a truncated and a changed file', async () => {
    const [gone, short, changed] = [await image('gone'), await image('short'), await image('changed')];
    await list(
      named(gone, `${REPOSITORY}:gone`),
      named(short, `${REPOSITORY}:short`),
      named(changed, `${REPOSITORY}:changed`),
    );
    await rm(pathOf(gone.digest));
    await truncate(pathOf(short.digest), 10);
    await writeFile(pathOf(changed.digest), 'x'.repeat(changed.size));
    const layout = await opened();
    for (const [tag, digest, reason] of [
      ['gone', gone.digest, 'EvidenceDamaged'],
      ['short', short.digest, 'DigestMismatch'],
      ['changed', changed.digest, 'DigestMismatch'],
    ] as const) {
      const outcome = await layout.tag(REPOSITORY, tag);
      expect(outcome).toMatchObject({ ok: false, fault: { reason } });
      expect(JSON.stringify(outcome)).toContain(pathOf(digest));
    }
  });

  it('does not say "no referrers" or "no such child" where a listed manifest cannot be read', async () => {
    const [cart, damaged] = [await image('cart'), await put({ manifests: [] }, OCI_INDEX)];
    await list(named(cart, `${REPOSITORY}:v1`), named(damaged, `${REPOSITORY}:damaged`));
    await rm(pathOf(damaged.digest));
    const layout = await opened();
    expect(await layout.referrers(REPOSITORY, cart.digest)).toMatchObject({
      fault: { reason: 'EvidenceDamaged' },
    });
    expect(await layout.manifest(REPOSITORY, digestOf(Buffer.from('x')))).toMatchObject({
      fault: { reason: 'EvidenceDamaged' },
    });
  });

  it.each([
    ['a way out of the directory', 'sha256:../../../../etc/passwd'],
    ['a way out at full length', `sha256:${'../'.repeat(21)}x`],
    ['an algorithm that is a path', `../sha256:${'a'.repeat(64)}`],
    ['an unknown algorithm', `blake3:${'a'.repeat(64)}`],
  ])('makes no path of a digest that is none: %s', async (_, digest) => {
    await list(named(await image('cart'), `${REPOSITORY}:v1`));
    const layout = await opened();
    const outcome = await layout.blob(REPOSITORY, { mediaType: 'x/y', digest, size: 1 }, 100);
    expect(outcome).toMatchObject({ fault: { reason: 'EvidenceUnsupported' } });
    expect(await layout.manifest(REPOSITORY, digest)).toEqual({ ok: true, value: null });
  });

  it('reads no more than the limit, whatever the descriptor says of the size', async () => {
    const blob = await put('x'.repeat(1000), 'text/plain');
    await list(named(await image('cart'), `${REPOSITORY}:v1`));
    const layout = await opened();
    expect(await layout.blob(REPOSITORY, blob, 999)).toMatchObject({ fault: { reason: 'LimitExceeded' } });
    expect(await layout.blob(REPOSITORY, { ...blob, size: 5 }, 999)).toMatchObject({
      fault: { reason: 'LimitExceeded' },
    });
    expect(await layout.blob(REPOSITORY, { ...blob, size: 5 }, 2000)).toMatchObject({
      fault: { reason: 'DigestMismatch' },
    });
  });

  it('does not read from a device or directory in place of a blob', async () => {
    const digest = digestOf(Buffer.from('x'));
    await list(named(await image('cart'), `${REPOSITORY}:v1`));
    await symlink('/dev/zero', pathOf(digest));
    const layout = await opened();
    expect(await layout.blob(REPOSITORY, { mediaType: 'x/y', digest, size: 1 }, 9)).toMatchObject({
      fault: { reason: 'EvidenceDamaged' },
    });
  });
});

describe('what is no layout', () => {
  it.each([
    ['no oci-layout file', { 'oci-layout': null }, 'oci-layout is missing'],
    ['another layout version', { 'oci-layout': '{"imageLayoutVersion":"2.0.0"}' }, 'imageLayoutVersion'],
    ['no index.json', { 'index.json': null }, 'index.json is missing'],
    ['a truncated index.json', { 'index.json': '{"manifests":[' }, 'index.json is not JSON'],
    [
      'an index.json of another shape',
      { 'index.json': '{"manifests":[{"digest":7}]}' },
      'manifests[0].mediaType',
    ],
    [
      'a manifest without a name',
      { 'index.json': entry({}) },
      `manifests[0].annotations["${NAME}"] is missing`,
    ],
    ['a name that is none', { 'index.json': entry({ [NAME]: 'a:b:c' }) }, 'is no image name'],
    [
      'a name without tag and digest',
      { 'index.json': entry({ [NAME]: 'a/b' }) },
      'must have a tag or a digest',
    ],
    [
      'a name with another digest',
      { 'index.json': entry({ [NAME]: `a@sha256:${'0'.repeat(64)}` }) },
      'but the descriptor is',
    ],
  ])('refuses %s and says where', async (_, files, message) => {
    await list();
    for (const [name, text] of Object.entries(files)) {
      if (text === null) await rm(join(directory, name));
      else await writeFile(join(directory, name), text);
    }
    const outcome = await openLayout(directory);
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain(message);
    expect(outcome.ok ? '' : outcome.fault.message).toContain(directory);
  });

  it('refuses one tag with two digests', async () => {
    await list(named(await image('a'), `${REPOSITORY}:v1`), named(await image('b'), `${REPOSITORY}:v1`));
    expect(await openLayout(directory)).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
  });
});

function entry(annotations: Record<string, string>): string {
  const digest = digestOf(Buffer.from('x'));
  return JSON.stringify({ manifests: [{ mediaType: OCI_MANIFEST, digest, size: 1, annotations }] });
}
