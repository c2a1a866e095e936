import { describe, expect, it } from 'vitest';

import { cosignTags } from './cosign-tags.ts';
import { inMemoryRegistry } from './in-memory-registry.fixture.ts';
import { fromMirrors } from './mirrors.ts';

const REPOSITORY = 'ghcr.io/acme/cart';
const MIRRORED = 'mirror.local/ghcr.io/acme/cart';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const TAG = `${DIGEST.replace(':', '-')}.sig`;
const DOWN = { reason: 'RegistryUnreachable', message: 'nobody answers' } as const;
const layers = [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', text: '{}' }];

const collector = fromMirrors(cosignTags, [
  { prefix: 'ghcr.io', mirror: 'mirror.local/ghcr.io', tags: false },
]);

describe('evidence in a mirror', () => {
  it('is found where the registry itself cannot be read, whose faults stay', async () => {
    const registry = inMemoryRegistry();
    registry.push(MIRRORED, { layers, tag: TAG });
    registry.fail(REPOSITORY, DOWN);
    const { evidence, faults } = await collector.collect(registry, REPOSITORY, DIGEST);
    expect(evidence.map(({ location }) => location)).toEqual([`${MIRRORED}:${TAG}`]);
    expect(faults.map(({ location }) => location.split(':')[0])).toEqual([
      REPOSITORY,
      REPOSITORY,
      REPOSITORY,
    ]);
  });

  it('that cannot be read either is named', async () => {
    const registry = inMemoryRegistry();
    registry.fail(REPOSITORY, DOWN);
    registry.fail(MIRRORED, DOWN);
    const { faults } = await collector.collect(registry, REPOSITORY, DIGEST);
    expect(new Set(faults.map(({ location }) => location.split(':')[0]))).toEqual(
      new Set([REPOSITORY, MIRRORED]),
    );
  });

  it('is not looked for where the registry itself says what there is', async () => {
    const registry = inMemoryRegistry();
    registry.push(MIRRORED, { layers, tag: TAG });
    expect(await collector.collect(registry, REPOSITORY, DIGEST)).toEqual({ evidence: [], faults: [] });
    expect(registry.asked.filter((asked) => asked.includes(MIRRORED))).toEqual([]);
  });
});
