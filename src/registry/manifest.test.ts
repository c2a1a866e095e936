import { describe, expect, it } from 'vitest';

import { digestOf } from './digest.ts';
import { artifactTypeOf, OCI_INDEX, OCI_MANIFEST, parseManifest, subjectIs } from './manifest.ts';
import type { Manifest } from './registry.ts';

const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'1'.repeat(64)}`,
  size: 7,
};
const LAYER = {
  mediaType: 'application/vnd.oci.image.layer.v1.tar',
  digest: `sha256:${'2'.repeat(64)}`,
  size: 8,
};
const MANIFEST = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: CONFIG, layers: [LAYER] };
const INDEX = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [CONFIG] };

function bytesOf(content: unknown): Uint8Array {
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}

function read(content: unknown, type: string | null = null): Manifest {
  const outcome = parseManifest(bytesOf(content), type, null);
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value;
}

describe('parseManifest', () => {
  it.each([
    ['an OCI manifest', MANIFEST, OCI_MANIFEST, OCI_MANIFEST, 'manifest'],
    ['an OCI index', INDEX, OCI_INDEX, OCI_INDEX, 'index'],
    [
      'a Docker manifest',
      { ...MANIFEST, mediaType: DOCKER_MANIFEST },
      DOCKER_MANIFEST,
      DOCKER_MANIFEST,
      'manifest',
    ],
    ['a Docker list', { ...INDEX, mediaType: DOCKER_LIST }, DOCKER_LIST, DOCKER_LIST, 'index'],
    [
      'a manifest that does not name itself',
      { ...MANIFEST, mediaType: undefined },
      OCI_MANIFEST,
      OCI_MANIFEST,
      'manifest',
    ],
    ['an index that nobody names', { ...INDEX, mediaType: undefined }, null, OCI_INDEX, 'index'],
    [
      'parameters behind the content type',
      MANIFEST,
      `${OCI_MANIFEST}; charset=utf-8`,
      OCI_MANIFEST,
      'manifest',
    ],
    [
      'a content type that says nothing',
      { ...INDEX, mediaType: DOCKER_LIST },
      'application/json',
      DOCKER_LIST,
      'index',
    ],
    [
      'lists that Go left null',
      { ...MANIFEST, layers: null, annotations: null, subject: null },
      null,
      OCI_MANIFEST,
      'manifest',
    ],
    ['no layers', { ...MANIFEST, layers: [] }, null, OCI_MANIFEST, 'manifest'],
  ])('reads %s', (_, content, type, mediaType, kind) => {
    const bytes = bytesOf(content);
    expect(read(content, type)).toMatchObject({
      mediaType,
      size: bytes.length,
      digest: digestOf(bytes),
      content: { kind },
    });
  });

  it.each([
    ['an index served as a manifest', INDEX, OCI_MANIFEST, 'calls itself'],
    [
      'a Docker manifest served as OCI',
      { ...MANIFEST, mediaType: DOCKER_MANIFEST },
      OCI_MANIFEST,
      'calls itself',
    ],
    ['a page of HTML that is JSON', MANIFEST, 'text/html', 'calls itself'],
    [
      'both an index and a manifest',
      { ...MANIFEST, manifests: [] },
      OCI_MANIFEST,
      'both an index and a manifest',
    ],
    ['an index with a config', { ...INDEX, config: CONFIG }, OCI_INDEX, 'both an index and a manifest'],
    [
      'the fields of an index in a manifest',
      { ...INDEX, mediaType: OCI_MANIFEST },
      OCI_MANIFEST,
      'has the fields of an index',
    ],
    [
      'the fields of a manifest in an index',
      { ...MANIFEST, mediaType: undefined },
      OCI_INDEX,
      'has the fields of a manifest',
    ],
    ['a key in another case', { ...INDEX, Manifests: [LAYER] }, OCI_INDEX, '"Manifests"'],
    ['a member twice', '{"manifests":[],"manifests":[]}', OCI_INDEX, 'twice'],
    ['no JSON', '<html>', OCI_INDEX, 'is not JSON'],
    ['a list', '[]', OCI_INDEX, 'must be an object, not a list'],
    ['nothing known', {}, 'application/json', 'no image manifest or index'],
    [
      'a digest that is none',
      { ...MANIFEST, config: { ...CONFIG, digest: '../../x' } },
      null,
      'config.digest',
    ],
    ['a size that is none', { ...INDEX, manifests: [{ ...CONFIG, size: -1 }] }, null, 'manifests[0].size'],
    ['a config that is missing', { ...MANIFEST, config: undefined }, null, 'config'],
    ['layers that are missing', { ...MANIFEST, layers: undefined }, null, 'layers'],
  ])('refuses %s and says where', (_, content, type, message) => {
    const outcome = parseManifest(bytesOf(content), type, null, { where: 'the manifest X' });
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'RegistryResponseInvalid' } });
    expect(outcome.ok ? '' : outcome.fault.message).toMatch(/^the manifest X /);
    expect(outcome.ok ? '' : outcome.fault.message).toContain(message);
  });

  it.each([
    [
      'Docker schema 1',
      { schemaVersion: 1, fsLayers: [] },
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
    ],
    ['Docker schema 1 that nobody names', { schemaVersion: 1, fsLayers: [] }, 'application/json'],
    [
      'OCI artifact manifests',
      { mediaType: 'application/vnd.oci.artifact.manifest.v1+json', blobs: [] },
      null,
    ],
  ])('says that %s are not supported', (_, content, type) => {
    expect(parseManifest(bytesOf(content), type, null)).toMatchObject({
      fault: { reason: 'EvidenceUnsupported' },
    });
  });

  it.each(['sha256', 'sha384', 'sha512'] as const)('hashes by %s before it reads', (algorithm) => {
    const bytes = bytesOf(MANIFEST);
    const digest = digestOf(bytes, algorithm);
    expect(parseManifest(bytes, null, digest)).toMatchObject({ ok: true, value: { digest } });
    for (const changed of ['no JSON at all', `${JSON.stringify(MANIFEST)} `]) {
      expect(parseManifest(bytesOf(changed), null, digest)).toMatchObject({
        fault: { reason: 'DigestMismatch' },
      });
    }
  });

  it('does not take an algorithm that it cannot compute for verified', () => {
    const outcome = parseManifest(bytesOf(MANIFEST), null, `blake3:${'a'.repeat(64)}`);
    expect(outcome).toMatchObject({ fault: { reason: 'EvidenceUnsupported' } });
  });

  it('has limits', () => {
    const many = { ...INDEX, manifests: Array.from({ length: 501 }, () => CONFIG) };
    expect(parseManifest(bytesOf(many), null, null)).toMatchObject({ fault: { reason: 'LimitExceeded' } });
    expect(parseManifest(bytesOf(many), null, null, { children: 501 })).toMatchObject({ ok: true });
    const long = bytesOf(`${JSON.stringify(INDEX)}${' '.repeat(4 * 1024 * 1024)}`);
    expect(parseManifest(long, null, null)).toMatchObject({ fault: { reason: 'LimitExceeded' } });
    expect(parseManifest(bytesOf('['.repeat(100_000)), null, null)).toMatchObject({
      fault: { reason: 'RegistryResponseInvalid' },
    });
  });
});

it('knows whose a manifest says that it is, and of what type', () => {
  const attached = read({ ...MANIFEST, subject: LAYER, artifactType: 'application/x' });
  expect([subjectIs(attached, LAYER.digest), subjectIs(attached, CONFIG.digest)]).toEqual([true, false]);
  expect(subjectIs(read(MANIFEST), LAYER.digest)).toBe(false);
  expect([attached, read(MANIFEST), read(INDEX)].map(artifactTypeOf)).toEqual([
    'application/x',
    CONFIG.mediaType,
    undefined,
  ]);
});
