import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Outcome } from '../reasons.ts';
import { digestOf } from './digest.ts';
import { openLayout } from './layout.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import { parseReference } from './reference.ts';
import type { Descriptor, Platform } from './registry.ts';
import { resolveImage, type ResolvedImage } from './resolve.ts';

const UNKNOWN = { os: 'unknown', architecture: 'unknown' };
const BUILDKIT = { 'vnd.docker.reference.type': 'attestation-manifest' };
const LINUX = { os: 'linux', architecture: 'amd64' };

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'resolve-'));
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
});

afterEach(() => rm(directory, { recursive: true }));

async function put(content: unknown, mediaType: string): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = digestOf(bytes);
  await writeFile(join(directory, 'blobs', 'sha256', digest.slice('sha256:'.length)), bytes);
  return { mediaType, digest, size: bytes.length };
}

function child(mark: string, platform?: Platform, annotations?: Record<string, string>): Descriptor {
  return { mediaType: OCI_MANIFEST, digest: digestOf(Buffer.from(mark)), size: 1, platform, annotations };
}

async function index(...manifests: readonly Descriptor[]): Promise<Descriptor> {
  return put({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
}

async function single(): Promise<Descriptor> {
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(Buffer.from('{}')),
    size: 2,
  };
  return put({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [] }, OCI_MANIFEST);
}

/** Resolves against a layout that holds `image` as ghcr.io/acme/cart:v1. */
async function resolve(
  image: Descriptor,
  text: string,
  platform: Platform | null = null,
): Promise<Outcome<ResolvedImage>> {
  const named = { ...image, annotations: { 'io.containerd.image.name': 'ghcr.io/acme/cart:v1' } };
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  const layout = await openLayout(directory);
  const reference = parseReference(text);
  if (!layout.ok || !reference.ok) throw new Error(JSON.stringify([layout, reference]));
  return resolveImage(layout.value, reference.value, platform);
}

describe('what a reference resolves to', () => {
  it('is the manifest of its tag, or of its digest', async () => {
    const image = await single();
    for (const text of ['ghcr.io/acme/cart:v1', `ghcr.io/acme/cart@${image.digest}`]) {
      expect(await resolve(image, text)).toMatchObject({
        ok: true,
        value: { digest: image.digest, children: [] },
      });
    }
  });

  it('is what the digest says where a tag stands beside it, even if there is no such tag', async () => {
    const image = await single();
    const outcome = await resolve(image, `ghcr.io/acme/cart:moved@${image.digest}`);
    expect(outcome).toMatchObject({ ok: true, value: { digest: image.digest, reference: { tag: 'moved' } } });
  });

  it.each([
    ['a tag', 'ghcr.io/acme/cart:v2'],
    ['the implied tag', 'ghcr.io/acme/cart'],
    ['a digest', `ghcr.io/acme/cart@${digestOf(Buffer.from('x'))}`],
  ])('is not found where the registry has no such image: %s', async (_, text) => {
    const outcome = await resolve(await single(), text);
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'ImageNotFound' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain(text);
  });

  it('is the fault of the registry where it has one', async () => {
    expect(await resolve(await single(), 'nginx')).toMatchObject({ fault: { reason: 'NotInEvidence' } });
  });
});

describe('the children of an index', () => {
  it('are those that a runtime may start', async () => {
    const image = await index(
      child('amd64', LINUX),
      child('amd64', LINUX),
      child('bare'),
      child('empty', { os: '', architecture: '' }),
      child('attestation', UNKNOWN, BUILDKIT),
      child('unknown', UNKNOWN),
      child('unnamed attestation', undefined, BUILDKIT),
      child('disguised', LINUX, BUILDKIT),
    );
    expect(await resolve(image, 'ghcr.io/acme/cart:v1')).toMatchObject({
      value: {
        children: [
          { digest: child('amd64').digest, platform: LINUX },
          { digest: child('bare').digest, platform: null },
          { digest: child('empty').digest, platform: null },
          { digest: child('disguised').digest, platform: LINUX },
        ],
      },
    });
  });

  const arm = (variant: string): Platform => ({ os: 'linux', architecture: 'arm', variant });
  it.each<[string, Platform, readonly Descriptor[], readonly string[]]>([
    ['the one that fits', LINUX, [child('a', LINUX), child('b', { ...LINUX, os: 'windows' })], ['a']],
    ['none of unknown/unknown', LINUX, [child('a', LINUX), child('b', UNKNOWN, BUILDKIT)], ['a']],
    [
      'all variants where none is wanted',
      { os: 'linux', architecture: 'arm' },
      [child('6', arm('v6')), child('7', arm('v7'))],
      ['6', '7'],
    ],
    [
      'the wanted variant',
      arm('v7'),
      [child('6', arm('v6')), child('7', arm('v7')), child('8', arm('v8'))],
      ['7'],
    ],
    [
      'a lower variant where the wanted one is absent',
      arm('v7'),
      [child('5', arm('v5')), child('6', arm('v6'))],
      ['6'],
    ],
    [
      'arm64 without its variant',
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      [child('a', { os: 'linux', architecture: 'arm64' })],
      ['a'],
    ],
    ['x86_64 for amd64', LINUX, [child('a', { os: 'linux', architecture: 'x86_64' })], ['a']],
    ['one without a platform where none fits', LINUX, [child('a'), child('b', arm('v7'))], ['a']],
    ['none without a platform where one fits', LINUX, [child('a'), child('b', LINUX)], ['b']],
  ])('for a platform are %s', async (_, platform, children, expected) => {
    const outcome = await resolve(await index(...children), 'ghcr.io/acme/cart:v1', platform);
    const digests = outcome.ok ? outcome.value.children.map(({ digest }) => digest) : outcome.fault;
    expect(digests).toEqual(expected.map((mark) => child(mark).digest));
  });

  it.each<[string, Platform, readonly Descriptor[]]>([
    ['another architecture', LINUX, [child('a', arm('v7'))]],
    ['a higher variant', arm('v6'), [child('a', arm('v7'))]],
    ['attestations', LINUX, [child('a', UNKNOWN, BUILDKIT)]],
  ])('for a platform are a fault where there is only %s', async (_, platform, children) => {
    const outcome = await resolve(await index(...children), 'ghcr.io/acme/cart:v1', platform);
    expect(outcome).toMatchObject({ fault: { reason: 'PlatformNotFound' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain('has no image for linux/a');
  });
});
