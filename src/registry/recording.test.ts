import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { recordRegistry } from './recording.ts';
import type { Registry } from './registry.ts';
import { askAll, serveShop, type ShopRegistry } from './shop-registry.fixture.ts';

const AT = new Date('2030-01-01T00:00:00Z');

let shop: ShopRegistry;
let client: Registry;

beforeEach(async () => {
  shop = await serveShop();
  client = shop.client();
});

afterEach(async () => {
  await client.close();
  await shop.close();
});

describe('a recorded registry', () => {
  it('answers as the registry does, and contacts no more hosts', async () => {
    const plain = shop.client();
    const recorder = recordRegistry(client, () => AT);
    expect(await askAll(recorder.registry, shop)).toEqual(await askAll(plain, shop));
    expect(recorder.registry.hosts()).toEqual(plain.hosts());
    await plain.close();
  });

  it('remembers each answer once, with its time', async () => {
    const times = ['2030-01-01T00:00:00Z', '2030-01-01T00:00:01Z', '2030-01-01T00:00:02Z'];
    const recorder = recordRegistry(client, () => new Date(times.shift() ?? '2031-01-01T00:00:00Z'));
    const repository = `${shop.host}/shop/cart`;
    await recorder.registry.tag(repository, 'v1');
    await recorder.registry.tag(repository, 'v1');
    const { at, answers } = recorder.recorded();
    const { digest, mediaType, size } = shop.cart;
    expect(answers).toEqual([
      {
        question: 'tag',
        repository,
        tag: 'v1',
        at: '2030-01-01T00:00:02.000Z',
        reply: { kind: 'found', digest, mediaType, size },
      },
    ]);
    expect(at).toEqual(new Date('2031-01-01T00:00:00Z'));
  });

  it('keeps the bytes that were hashed, of manifests and blobs', async () => {
    const recorder = recordRegistry(client, () => AT);
    await askAll(recorder.registry, shop);
    const { contents } = recorder.recorded();
    expect(contents.get(shop.payload.digest)).toEqual(Buffer.from('{"critical":{}}'));
    expect(Buffer.from(contents.get(shop.cart.digest) ?? []).toString()).toContain('   "schemaVersion": 2');
  });

  it('does not ask the registry for what the descriptor settles, and does not remember it as asked', async () => {
    const recorder = recordRegistry(client, () => AT);
    await recorder.registry.blob(`${shop.host}/shop/cart`, { ...shop.payload, data: 'e30=' }, 1000);
    await recorder.registry.blob(`${shop.host}/shop/cart`, shop.payload, 1);
    expect(recorder.recorded().answers).toEqual([]);
    expect(shop.requests()).toBe(0);
  });

  it('counts an open question as one that had no answer in time', async () => {
    const silent: Registry = { ...client, tag: () => new Promise(() => {}) };
    const recorder = recordRegistry(silent, () => AT);
    void recorder.registry.tag('ghcr.io/acme/cart', 'v1');
    expect(recorder.recorded().answers).toMatchObject([
      {
        tag: 'v1',
        reply: {
          kind: 'fault',
          reason: 'TimedOut',
          message: 'the tag ghcr.io/acme/cart:v1 had no answer when the evidence was saved',
        },
      },
    ]);
  });

  it('gives a recording that later questions do not change', async () => {
    const recorder = recordRegistry(client, () => AT);
    const before = recorder.recorded();
    await askAll(recorder.registry, shop);
    expect([before.answers.length, before.contents.size]).toEqual([0, 0]);
  });
});
