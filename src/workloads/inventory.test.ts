import { expect, it } from 'vitest';
import { createInventorySource, inventoryOf } from './inventory.ts';
import { createManifestSource } from './manifests.ts';

const discover = () =>
  createManifestSource({
    paths: ['testdata/manifests', 'testdata/absent.yaml'],
    recursive: false,
    namespace: null,
    stdin: () => {
      throw new Error('nothing is read from standard input');
    },
  }).discover();

it('gives back exactly what was saved, gaps included', async () => {
  const discovery = await discover();
  expect(discovery.gaps).toHaveLength(1);
  const saved: unknown = JSON.parse(JSON.stringify(inventoryOf('manifests', discovery)));
  const source = createInventorySource(saved);
  if ('invalid' in source) throw new Error(source.invalid);
  expect(source.kind).toBe('manifests');
  expect(await source.discover()).toEqual(discovery);
});

it('gives of one namespace its own workloads, and every gap', async () => {
  const discovery = await discover();
  const [first] = discovery.workloads;
  const moved = { ...discovery, workloads: [{ ...first, namespace: 'bank' }, ...discovery.workloads] };
  const inventory: unknown = JSON.parse(JSON.stringify({ source: 'cluster', ...moved }));
  const source = createInventorySource(inventory, 'bank');
  if ('invalid' in source) throw new Error(source.invalid);
  expect(await source.discover()).toEqual({ ...discovery, workloads: moved.workloads.slice(0, 1) });
});

it.each<[string, unknown, string]>([
  ['nothing', null, 'inventory'],
  ['another document', { apiVersion: 'v1' }, 'source'],
  [
    'a gap with a foreign reason',
    {
      source: 'images',
      workloads: [],
      gaps: [{ scope: 'file', name: 'a', cluster: null, wrongInput: true, reason: 'Fine', message: '' }],
    },
    'gaps.0.reason',
  ],
  [
    'a container without an image',
    { source: 'images', workloads: [{ containers: [{ name: 'a' }] }], gaps: [] },
    'workloads.0',
  ],
])('refuses %s', (_what, inventory, field) => {
  const source = createInventorySource(inventory);
  expect('invalid' in source && source.invalid).toContain(field);
});
