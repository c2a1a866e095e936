import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREATED_BY_CHARACTERS } from '../limits.ts';
import { readLayers } from './image-layers.ts';
import { type LayeredImage, type LayeredRegistry, serveLayered } from './layered-registry.fixture.ts';

let served: LayeredRegistry;
beforeEach(async () => {
  served = await serveLayered();
});
afterEach(() => served.close());

async function layersOf(image: LayeredImage) {
  const { digest } = served.push('app', image);
  const registry = served.client();
  const read = await readLayers(registry, `${served.host}/app`, digest);
  await registry.close();
  return read;
}

async function stepsOf(history: readonly object[], layers = ['a', 'b']) {
  const read = await layersOf({ layers, history });
  return read.ok ? read.value.layers.map(({ createdBy }) => createdBy) : read.fault.message;
}

describe('what created a layer', () => {
  it('is told without the steps that left none', async () => {
    const empty = { created_by: 'ENV A=b', empty_layer: true };
    expect(await stepsOf([{ created_by: 'ADD a' }, empty, { created_by: ' COPY b ', comment: 'x' }])).toEqual(
      ['ADD a', 'COPY b'],
    );
    expect(await stepsOf([{ created_by: 'ADD a', empty_layer: false }, {}])).toEqual(['ADD a', null]);
  });

  it('is not guessed where steps and layers are not as many', async () => {
    expect(await stepsOf([{ created_by: 'ADD a' }])).toEqual([null, null]);
    expect(await stepsOf([{}, {}, { created_by: 'ADD a' }])).toEqual([null, null]);
  });

  it.each([
    ['|1 TOKEN=secret /bin/sh -c make # buildkit', '/bin/sh -c make # buildkit'],
    ['RUN |2 A=1 TOKEN=a secret /bin/bash -o pipefail -c make', 'RUN /bin/bash -o pipefail -c make'],
    ['RUN |1 TOKEN=/bin/sh=secret cmd /S /C make', 'RUN …'],
    ['RUN /bin/sh -c echo |1 wc', 'RUN /bin/sh -c echo |1 wc'],
    ['x'.repeat(CREATED_BY_CHARACTERS + 1), `${'x'.repeat(CREATED_BY_CHARACTERS - 1)}…`],
  ])('is shown without arguments of the build, and in short: %s', async (step, shown) => {
    expect(await stepsOf([{ created_by: step }], ['a'])).toEqual([shown]);
  });
});

describe('the layers of an image', () => {
  it.each<[string, object, string]>([
    ['has another number of them than its manifest', { rootfs: { diff_ids: [] } }, 'has 0 layers'],
    ['names what is no digest', { rootfs: { diff_ids: ['a', 'b'] } }, 'does not say which layers'],
    ['names no platform', { architecture: 1 }, 'does not say which layers'],
  ])('are not known where its configuration %s', async (_what, config, message) => {
    const read = await layersOf({ layers: ['a', 'b'], config });
    expect(read).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining(message) as unknown },
    });
  });
});
