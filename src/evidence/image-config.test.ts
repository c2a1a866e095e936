import { describe, expect, it } from 'vitest';
import { IMAGE_CONFIG_BYTES } from '../limits.ts';
import { failed, ok } from '../reasons.ts';
import { digestOf } from '../registry/digest.ts';
import { OCI_INDEX, OCI_MANIFEST, parseManifest } from '../registry/manifest.ts';
import { parseReference } from '../registry/reference.ts';
import type { Descriptor, Manifest, Registry } from '../registry/registry.ts';
import { gather } from './gather.ts';

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const REPOSITORY = 'ghcr.io/acme/app';

function manifest(type: string, content: object): Manifest {
  const parsed = parseManifest(
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, ...content })),
    type,
    null,
  );
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return parsed.value;
}

function imageOf(config: string, mediaType = CONFIG): Manifest {
  const bytes = Buffer.from(config);
  return manifest(OCI_MANIFEST, {
    config: { mediaType, digest: digestOf(bytes), size: bytes.length },
    layers: [],
  });
}

/** A registry in which a tag leads to the first manifest; what is asked of it is counted. */
function serve(manifests: readonly Manifest[], configs: readonly string[]) {
  const asked: string[] = [];
  const blobs = new Map(configs.map((text) => [digestOf(Buffer.from(text)), Buffer.from(text)]));
  const registry: Registry = {
    tag: () => Promise.resolve(ok(manifests[0] ?? null)),
    manifest: (_repository, digest) =>
      Promise.resolve(ok(manifests.find((one) => one.digest === digest) ?? null)),
    referrers: () => Promise.resolve(ok({ via: 'api', descriptors: [] })),
    blob(_repository, { digest }: Descriptor, limit) {
      asked.push(`${digest} ${limit}`);
      const bytes = blobs.get(digest);
      return Promise.resolve(bytes ? ok(bytes) : failed('RegistryError', 'no such blob'));
    },
    hosts: () => [],
    close: () => Promise.resolve(),
  };
  return { registry, asked };
}

async function configsOf(registry: Registry, readConfigs: boolean, tags: readonly string[] = ['v1']) {
  const references = tags.flatMap((tag) => {
    const parsed = parseReference(`${REPOSITORY}:${tag}`);
    return parsed.ok ? [parsed.value] : [];
  });
  const gathered = await gather(references, {
    registry,
    collectors: [],
    platform: null,
    concurrency: 2,
    timeout: 10_000,
    readConfigs,
  });
  const [outcome] = gathered.values();
  if (!outcome?.ok) throw new Error('nothing was found');
  return [outcome.value.root, ...outcome.value.children].map(({ config }) => config);
}

const AMD = '{"architecture":"amd64","os":"linux","created":"2026-01-15T09:00:00Z"}';
const ARM = '{"architecture":"arm64","os":"linux"}';

describe('configuration of an image', () => {
  it('is read where somebody wants to know, within its limit', async () => {
    const { registry, asked } = serve([imageOf(AMD)], [AMD]);
    expect(await configsOf(registry, true)).toEqual([ok({ created: '2026-01-15T09:00:00Z' })]);
    expect(asked).toEqual([`${digestOf(Buffer.from(AMD))} ${IMAGE_CONFIG_BYTES}`]);
  });

  it('is not asked for otherwise', async () => {
    const { registry, asked } = serve([imageOf(AMD)], [AMD]);
    expect(await configsOf(registry, false)).toEqual([undefined]);
    expect(asked).toEqual([]);
  });

  it('is that of each child of an index, and of the index itself there is none', async () => {
    const children = [imageOf(AMD), imageOf(ARM)];
    const index = manifest(OCI_INDEX, {
      manifests: children.map(({ digest, size }, place) => ({
        mediaType: OCI_MANIFEST,
        digest,
        size,
        platform: { os: 'linux', architecture: place === 0 ? 'amd64' : 'arm64' },
      })),
    });
    const { registry } = serve([index, ...children], [AMD, ARM]);
    expect(await configsOf(registry, true)).toEqual([
      undefined,
      ok({ created: '2026-01-15T09:00:00Z' }),
      ok({ created: null }),
    ]);
  });

  it('is read once, however many tags lead to it', async () => {
    const { registry, asked } = serve([imageOf(AMD)], [AMD]);
    await configsOf(registry, true, ['v1', 'v2', 'v3']);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Manifest, string[], string]>([
    ['is not there', imageOf(AMD), [], 'RegistryError'],
    ['is no JSON', imageOf('created'), ['created'], 'AgeUnknown'],
    [
      'says it twice',
      imageOf('{"created":"a","created":"b"}'),
      ['{"created":"a","created":"b"}'],
      'AgeUnknown',
    ],
    ['says no text', imageOf('{"created":1}'), ['{"created":1}'], 'AgeUnknown'],
    ['belongs to an artifact', imageOf(AMD, 'application/vnd.cncf.helm.config.v1+json'), [AMD], 'AgeUnknown'],
  ])('is a fault where it %s', async (_name, served, configs, reason) => {
    expect(await configsOf(serve([served], configs).registry, true)).toMatchObject([
      { ok: false, fault: { reason } },
    ]);
  });
});
