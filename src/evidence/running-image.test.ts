import { describe, expect, it } from 'vitest';
import { failed, ok, type Outcome } from '../reasons.ts';
import { digestOf } from '../registry/digest.ts';
import { OCI_INDEX, OCI_MANIFEST, parseManifest } from '../registry/manifest.ts';
import { parseReference } from '../registry/reference.ts';
import type { Manifest, Registry } from '../registry/registry.ts';
import { gather } from './gather.ts';
import { inMemoryRegistry } from './in-memory-registry.fixture.ts';
import type { RunningImage } from './running-image.ts';

const REPOSITORY = 'ghcr.io/acme/cart';
const CONFIG = (name: string) => digestOf(Buffer.from(name));

function parsed(content: object, type: string): Manifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, ...content }));
  const manifest = parseManifest(bytes, type, null);
  if (!manifest.ok) throw new Error(manifest.fault.message);
  return manifest.value;
}

function image(name: string): Manifest {
  const mediaType = 'application/vnd.oci.image.config.v1+json';
  return parsed({ config: { mediaType, digest: CONFIG(name), size: 2 }, layers: [] }, OCI_MANIFEST);
}

const AMD64 = image('amd64');
const ARM64 = image('arm64');
const INDEX = parsed(
  {
    manifests: [[AMD64, 'amd64'] as const, [ARM64, 'arm64'] as const].map(
      ([{ digest, mediaType, size }, architecture]) => ({
        digest,
        mediaType,
        size,
        platform: { os: 'linux', architecture },
      }),
    ),
  },
  OCI_INDEX,
);

/** Of an index with two children, tagged v1. */
function registry(tag: Outcome<Manifest | null> = ok(INDEX)): Registry {
  const all = [INDEX, AMD64, ARM64];
  return {
    ...inMemoryRegistry(),
    tag: () => Promise.resolve(tag),
    manifest: (_repository, digest) => Promise.resolve(ok(all.find((one) => one.digest === digest) ?? null)),
  };
}

async function gathered(running: Partial<RunningImage>, of: Registry = registry()) {
  const reference = parseReference(`${REPOSITORY}:v1`);
  if (!reference.ok) throw new Error(reference.message);
  const known = {
    imageID: 'id',
    digest: null,
    repository: REPOSITORY,
    config: null,
    platforms: [],
    ...running,
  };
  const options = { registry: of, collectors: [], platform: null, concurrency: 1, timeout: 5_000 };
  const [outcome] = (await gather([{ ...reference.value, running: known }], options)).values();
  if (!outcome?.ok) return outcome?.fault.reason;
  const { resolved, root, children } = outcome.value;
  const name = (digest: string) =>
    digest === INDEX.digest ? 'index' : digest === AMD64.digest ? 'amd64' : 'arm64';
  return {
    runs: name(resolved.digest),
    root: name(root.digest),
    children: children.map(({ digest }) => name(digest)),
    faults: root.faults.map(({ reason }) => reason),
  };
}

const LINUX = (architecture: string) => ({ os: 'linux', architecture });

describe('a running image', () => {
  it.each<[string, Partial<RunningImage>, Registry, unknown]>([
    [
      'an index for the node',
      { digest: INDEX.digest, platforms: [LINUX('arm64')] },
      registry(),
      { runs: 'index', root: 'index', children: ['arm64'], faults: [] },
    ],
    [
      'an index for nodes that are not known',
      { digest: INDEX.digest },
      registry(),
      { runs: 'index', root: 'index', children: ['amd64', 'arm64'], faults: [] },
    ],
    [
      'an index that has nothing for the node',
      { digest: INDEX.digest, platforms: [LINUX('s390x')] },
      registry(),
      { runs: 'index', root: 'index', children: ['amd64', 'arm64'], faults: [] },
    ],
    [
      'a child, under the index that the tag leads to',
      { digest: ARM64.digest },
      registry(),
      { runs: 'arm64', root: 'index', children: ['arm64'], faults: [] },
    ],
    [
      'a child whose index the tag no longer leads to',
      { digest: ARM64.digest },
      registry(ok(null)),
      { runs: 'arm64', root: 'arm64', children: [], faults: [] },
    ],
    [
      'a child whose index may have been missed',
      { digest: ARM64.digest },
      registry(failed('RateLimited', 'later')),
      { runs: 'arm64', root: 'arm64', children: [], faults: ['RateLimited'] },
    ],
    [
      'a configuration',
      { config: CONFIG('arm64') },
      registry(),
      { runs: 'arm64', root: 'index', children: ['arm64'], faults: [] },
    ],
    ['a configuration of no child', { config: CONFIG('other') }, registry(), 'DigestNotResolvable'],
    [
      'a configuration, where the tag cannot be asked for',
      { config: CONFIG('arm64') },
      registry(failed('RateLimited', 'later')),
      'RateLimited',
    ],
    [
      'a digest that the registry does not have',
      { digest: CONFIG('none') },
      registry(),
      'DigestNotResolvable',
    ],
    ['nothing that is known', {}, registry(), 'DigestNotResolvable'],
  ])('%s', async (_name, running, of, expected) => {
    expect(await gathered(running, of)).toEqual(expected);
  });
});
