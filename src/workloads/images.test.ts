import { expect, it } from 'vitest';
import { createImageSource } from './images.ts';

it('makes a workload of each reference, in the order given', async () => {
  const source = createImageSource(['nginx', 'ghcr.io/acme/app@sha256:00']);
  const { workloads, gaps } = await source.discover();
  expect(source.kind).toBe('images');
  expect(gaps).toEqual([]);
  expect(workloads.map(({ kind, name }) => [kind, name])).toEqual([
    ['Image', 'nginx'],
    ['Image', 'ghcr.io/acme/app@sha256:00'],
  ]);
});

it('claims nothing that a bare reference does not say', async () => {
  const { workloads } = await createImageSource(['nginx']).discover();
  expect(workloads[0]).toMatchObject({
    namespace: null,
    templateLabels: null,
    location: null,
    apiVersion: '',
  });
  expect(workloads[0]?.containers).toEqual([
    { name: 'image', type: 'container', image: 'nginx', field: '', location: null },
  ]);
});
