import { expect, it } from 'vitest';
import { LARGE_EVIDENCE_BYTES } from '../limits.ts';
import { inMemoryRegistry } from './in-memory-registry.fixture.ts';
import type { Collector, Evidence } from './collector.ts';
import { gather } from './gather.ts';
import { parseReference } from '../registry/reference.ts';

/** How many images are under way when each of these begins, of which every one has this much evidence. */
async function underWay(sizes: readonly number[]): Promise<readonly number[]> {
  const registry = inMemoryRegistry();
  const layer = (text: string) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', text });
  const requests = sizes.map((_size, at) => {
    const repository = `ghcr.io/acme/app-${at}`;
    registry.push(repository, { layers: [layer(`${at}`)], tag: 'v1' });
    const reference = parseReference(`${repository}:v1`);
    if (!reference.ok) throw new Error(reference.message);
    return reference.value;
  });
  let [begun, done] = [0, 0];
  const seen: number[] = [];
  const collector: Collector = {
    name: 'test',
    async collect(_registry, repository, subject) {
      begun += 1;
      seen.push(begun - done);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      done += 1;
      const size = sizes[Number(/\d+$/.exec(repository)?.[0])] ?? 0;
      const piece: Omit<Evidence, 'bytes'> = {
        format: 'sbom',
        digest: '',
        subject,
        location: '',
        annotations: {},
      };
      return { evidence: [{ ...piece, bytes: new Uint8Array(size) }], faults: [] };
    },
  };
  const asked = { registry, collectors: [collector], platform: null, concurrency: 4, timeout: 60_000 };
  await gather(requests, asked);
  return seen;
}

it('after an image with much evidence no other begins beside it, and after those with little all do again', async () => {
  const [small, large] = [10, LARGE_EVIDENCE_BYTES + 1];
  expect(Math.max(...(await underWay(Array.from({ length: 12 }, () => small))).slice(4))).toBe(4);
  expect(Math.max(...(await underWay(Array.from({ length: 12 }, () => large))).slice(4))).toBe(1);
  const mixed = await underWay([large, ...Array.from({ length: 20 }, () => small)]);
  expect(Math.max(...mixed.slice(12))).toBe(4);
});
