import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { getuid } from 'node:process';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { failed, type Outcome } from '../reasons.ts';
import { openBlobCache } from './cache-store.ts';
import { cachedRegistry } from './cached-registry.ts';
import { digestOf } from './digest.ts';
import { openLayout } from './layout.ts';
import type { Registry } from './registry.ts';
import { askAll, serveShop, type ShopRegistry } from './shop-registry.fixture.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const MiB = 1024 * 1024;

let shop: ShopRegistry;
let directory: string;
let refusals: string[];

beforeAll(async () => {
  shop = await serveShop();
});

afterAll(() => shop.close());

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'cache-')), 'registries');
  refusals = [];
});

afterEach(() => rm(join(directory, '..'), { recursive: true }));

/** A run of its own: nothing but the directory is left of it. */
async function run<T>(
  ask: (registry: Registry) => Promise<T>,
  { registry = shop.client(), at = NOW, capacity = MiB } = {},
): Promise<T> {
  const onRefused = (why: string): void => void refusals.push(why);
  const cached = cachedRegistry(registry, openBlobCache(directory, { clock: () => at, capacity, onRefused }));
  const answer = await ask(cached);
  await cached.close();
  return answer;
}

/** What a run asks that wants to know who signed the cart; each answer as far as it was given. */
async function audit(registry: Registry, repository = `${shop.host}/shop/cart`): Promise<unknown[]> {
  const cart = await registry.tag(repository, 'v1');
  const listed = await registry.referrers(repository, shop.cart.digest);
  const signature = await registry.manifest(repository, shop.signature.digest);
  const payload = await registry.blob(repository, shop.payload, 1000);
  return [cart, listed, signature, payload];
}

async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = shop.requests();
  await work();
  return shop.requests() - before;
}

async function cachedFiles(): Promise<string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

async function fileOf(digest: string): Promise<string> {
  const hex = digest.slice('sha256:'.length);
  const file = (await cachedFiles()).find((path) => path.endsWith(hex));
  if (file === undefined) throw new Error(`${digest} is not kept`);
  return file;
}

describe('a second run', () => {
  it('is answered as the first, and asks for the tag and the referrers alone', async () => {
    const first = await run(audit);
    let second: unknown;
    const asked = await requestsOf(async () => {
      second = await run(audit);
    });
    expect(second).toEqual(first);
    // The tag, and the referrers.
    expect(asked).toBe(2);
  });

  it('gives every kind of answer as a registry without a cache', async () => {
    const plain = shop.client();
    const answers = await askAll(plain, shop);
    await plain.close();
    expect(await run((registry) => askAll(registry, shop))).toEqual(answers);
    expect(await run((registry) => askAll(registry, shop))).toEqual(answers);
  });

  it('sees a tag that was moved, and referrers that were taken back', async () => {
    const own = await serveShop();
    const ask = async (registry: Registry) => ({
      tag: await registry.tag(`${own.host}/shop/cart`, 'v1'),
      referrers: await registry.referrers(`${own.host}/shop/cart`, own.cart.digest),
    });
    const before = await run(ask, { registry: own.client() });
    own.change('cart/manifests/v1', 404);
    own.change(
      `cart/referrers/${own.cart.digest}`,
      200,
      JSON.stringify({ schemaVersion: 2, manifests: [] }),
      'application/vnd.oci.image.index.v1+json',
    );
    const after = await run(ask, { registry: own.client() });
    await own.close();
    expect(before.tag).toMatchObject({ value: { digest: own.cart.digest } });
    expect(after.tag).toEqual({ ok: true, value: null });
    expect(after.referrers).toMatchObject({ value: { descriptors: [] } });
  });
});

describe('what was kept', () => {
  /** A registry that shows this user nothing. */
  const refusing = (): Registry => {
    const refuse = () =>
      Promise.resolve({ ok: false, fault: { reason: 'AccessDenied', message: 'no' } } as const);
    return {
      tag: refuse,
      manifest: refuse,
      referrers: refuse,
      blob: refuse,
      hosts: () => [],
      close: () => Promise.resolve(),
    };
  };

  it('is not given to who may not read the repository now', async () => {
    await run(audit);
    const refused = await run(audit, { registry: refusing() });
    expect(refused).toEqual(
      refused.map(() => ({ ok: false, fault: { reason: 'AccessDenied', message: 'no' } })),
    );
  });

  it('is not given before the registry has named it, although it may be read', async () => {
    await run(audit);
    const repository = `${shop.host}/shop/cart`;
    const asked = await requestsOf(() =>
      run(async (registry) => {
        await registry.blob(repository, shop.payload, 1000);
        await registry.manifest(repository, shop.signature.digest);
      }),
    );
    expect(asked).toBe(2);
  });

  it('is not given to another repository that names the same digest', async () => {
    await run(audit);
    const names = {
      ...refusing(),
      referrers: () =>
        Promise.resolve({ ok: true, value: { via: 'api', descriptors: [shop.signature] } } as const),
    };
    const [, , signature] = await run((registry) => audit(registry, `${shop.host}/shop/other`), {
      registry: names,
    });
    expect(signature).toMatchObject({ fault: { reason: 'AccessDenied' } });
  });

  it('is named in another run anew', async () => {
    await run(audit);
    await run((registry) => registry.referrers(`${shop.host}/shop/cart`, shop.cart.digest));
    const asked = await requestsOf(() =>
      run((registry) => registry.manifest(`${shop.host}/shop/cart`, shop.signature.digest)),
    );
    expect(asked).toBe(1);
  });

  it.each([
    ['other bytes', (path: string) => writeFile(path, '{"critical":{"other":1}}')],
    [
      'other bytes of the same length',
      async (path: string) => writeFile(path, 'x'.repeat((await stat(path)).size)),
    ],
    ['nothing', (path: string) => writeFile(path, '')],
    ['too much', (path: string) => writeFile(path, 'x'.repeat(5 * MiB))],
    ['half of it', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 9))],
  ])('is removed and fetched anew where its file holds %s', async (_, damage) => {
    const first = await run(audit);
    for (const { digest } of [shop.payload, shop.signature]) await damage(await fileOf(digest));
    let second: unknown;
    const asked = await requestsOf(async () => {
      second = await run(audit);
    });
    expect(second).toEqual(first);
    expect(asked).toBe(4);
    expect(digestOf(await readFile(await fileOf(shop.payload.digest)))).toBe(shop.payload.digest);
    expect(await requestsOf(() => run(audit))).toBe(2);
  });

  it('is removed where it is damaged and the registry has it no more', async () => {
    await run(audit);
    const file = await fileOf(shop.payload.digest);
    await writeFile(file, 'damaged');
    const gone: Registry = {
      ...shop.client(),
      blob: () => Promise.resolve({ ok: false, fault: { reason: 'AccessDenied', message: 'no' } }),
    };
    expect((await run(audit, { registry: gone })).at(-1)).toMatchObject({
      fault: { reason: 'AccessDenied' },
    });
    expect(await cachedFiles()).not.toContain(file);
  });
});

describe('the directory', () => {
  it("is the user's alone, and an OCI layout for each repository", async () => {
    await run(audit);
    const found = await readdir(directory, { recursive: true, withFileTypes: true });
    for (const one of found) {
      const { mode } = await stat(join(one.parentPath, one.name));
      expect([one.name, (mode & 0o777).toString(8)]).toEqual([one.name, one.isFile() ? '600' : '700']);
    }
    expect(((await stat(directory)).mode & 0o777).toString(8)).toBe('700');
    const layouts = (await readdir(directory)).filter((name) => name !== 'ingest');
    expect(layouts).toEqual([digestOf(Buffer.from(`${shop.host}/shop/cart`)).slice('sha256:'.length)]);
    expect(await openLayout(join(directory, layouts[0]!))).toMatchObject({ ok: true });
    expect(await readdir(join(directory, 'ingest'))).toEqual([]);
  });

  it('loses what was not used for longest when it grows too large', async () => {
    const day = (number: number) => new Date(NOW.getTime() + number * 86_400_000);
    const image = (number: number) => {
      const bytes = Buffer.alloc(100_000, String(number));
      return { bytes, digest: digestOf(bytes) };
    };
    const write = async (number: number) => {
      const cache = openBlobCache(directory, { clock: () => day(number), capacity: 10 * MiB });
      cache.keep(`registry.example.com/app-${number}`, image(number).digest, image(number).bytes);
      await cache.close();
    };
    for (const number of [1, 2, 3, 4]) await write(number);
    // What was written first is used again, and so the second is the oldest.
    const cache = openBlobCache(directory, { clock: () => day(9), capacity: 350_000 });
    expect(await cache.read('registry.example.com/app-1', image(1).digest, MiB)).not.toBeNull();
    cache.keep('registry.example.com/app-5', image(5).digest, image(5).bytes);
    await cache.close();
    const left = new Set((await cachedFiles()).map((path) => basename(path)));
    expect([1, 2, 3, 4, 5].filter((number) => left.has(image(number).digest.slice(7)))).toEqual([1, 4, 5]);
    // Of a repository without blobs nothing is left.
    expect((await readdir(directory)).length).toBe(4);
  });

  it('loses what killed runs left unfinished, and nothing that is being written', async () => {
    await run(audit);
    const ingest = join(directory, 'ingest');
    const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
    for (const [name, hours] of [
      ['old', 2],
      ['new', 0.5],
    ] as const) {
      await writeFile(join(ingest, name), 'half');
      await utimes(join(ingest, name), hoursAgo(hours), hoursAgo(hours));
    }
    await rm(await fileOf(shop.payload.digest));
    await run(audit);
    expect(await readdir(ingest)).toEqual(['new']);
  });

  it('may be written by several runs at the same time', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => run(audit)));
    expect(new Set(runs.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await requestsOf(() => run(audit))).toBe(2);
  });

  it('may vanish while a run writes to it', async () => {
    const cache = openBlobCache(directory, {
      clock: () => NOW,
      capacity: MiB,
      onRefused: (why) => refusals.push(why),
    });
    const bytes = Buffer.from('bytes');
    cache.keep('registry.example.com/app', digestOf(bytes), bytes);
    await new Promise((resolve) => setImmediate(resolve));
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    cache.keep('registry.example.com/app', digestOf(bytes), bytes);
    await cache.close();
    expect(refusals).toEqual([]);
  });

  it.runIf(getuid?.() !== 0)('need not be writable', async () => {
    await chmod(join(directory, '..'), 0o500);
    const plain = shop.client();
    expect(await run(audit)).toEqual(await audit(plain));
    await plain.close();
    expect(refusals).toEqual(['EACCES']);
    await chmod(join(directory, '..'), 0o700);
  });

  it('need not be a directory', async () => {
    await writeFile(directory, '');
    const plain = shop.client();
    expect(await run(audit)).toEqual(await audit(plain));
    await plain.close();
    expect(refusals).toEqual([expect.stringMatching(/^E/)]);
  });
});

describe('two accounts that share the directory', () => {
  it('are shown no more than each is named itself', async () => {
    const repository = `${shop.host}/shop/cart`;
    await run((registry) => audit(registry));
    const cache = openBlobCache(directory, { clock: () => NOW, capacity: MiB });
    const refused = failed('AccessDenied', 'no');
    const refuse = () => Promise.resolve(refused);
    const shut = { ...shop.client(), tag: refuse, manifest: refuse, referrers: refuse, blob: refuse };
    const [one, other] = [cachedRegistry(shop.client(), cache), cachedRegistry(shut, cache)];
    expect((await audit(one)).every((answer) => (answer as Outcome<unknown>).ok)).toBe(true);
    // What the one was named is in memory and on disk by now.
    expect(await other.manifest(repository, shop.signature.digest)).toEqual(refused);
    expect(await other.blob(repository, shop.payload, 1000)).toEqual(refused);
    await one.close();
  });
});
