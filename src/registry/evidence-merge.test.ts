import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import type { Answer } from './answer.ts';
import { mergeEvidence } from './evidence-merge.ts';
import { openLayout, type Layout } from './layout.ts';
import { writeLayout } from './layout-writer.ts';
import { recordRegistry, type Recording } from './recording.ts';
import type { Registry } from './registry.ts';
import { askAll, serveShop, type ShopRegistry } from './shop-registry.fixture.ts';

const EARLY = new Date('2030-01-01T00:00:00Z');
const LATE = new Date('2030-02-01T00:00:00Z');

let shop: ShopRegistry;
let scratch: string;
let into: string;
let from: string;

beforeAll(async () => {
  shop = await serveShop();
});

afterAll(() => shop.close());

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'merge-'));
  [into, from] = [join(scratch, 'into'), join(scratch, 'from')];
});

afterEach(() => rm(scratch, { recursive: true }));

async function record(at: Date, ask: (registry: Registry) => Promise<unknown>): Promise<Recording> {
  const client = shop.client();
  const recorder = recordRegistry(client, () => at);
  await ask(recorder.registry);
  await client.close();
  return recorder.recorded();
}

async function save(
  directory: string,
  recording: Recording,
  inventory: unknown = null,
  roots = {},
): Promise<void> {
  expect(await writeLayout(directory, recording, inventory, 'test', roots)).toMatchObject({ ok: true });
}

async function opened(directory: string): Promise<Layout> {
  const layout = await openLayout(directory);
  if (!layout.ok) throw new Error(layout.fault.message);
  return layout.value;
}

const everything = (at: Date) => record(at, (registry) => askAll(registry, shop));
const nothing = (at: Date): Recording => ({
  at,
  answers: [],
  accounts: [],
  pods: [],
  revocation: [],
  sboms: [],
  contents: new Map(),
});
const gone = (at: Date): Answer => ({
  question: 'tag',
  repository: `${shop.host}/shop/cart`,
  tag: 'v1',
  at: at.toISOString(),
  reply: { kind: 'absent' },
});

it('takes over everything that was not there', async () => {
  await save(from, await everything(EARLY));
  await save(into, nothing(LATE));
  expect(await mergeEvidence(from, into, 'test')).toMatchObject({ ok: true });
  const [merged, source] = [await opened(into), await opened(from)];
  expect(named(await askAll(merged, shop), into)).toEqual(named(await askAll(source, shop), from));
  expect(merged.savedAt).toEqual(LATE);
});

it('makes a directory that is not there', async () => {
  await save(from, await everything(EARLY), { workloads: ['early'] });
  expect(await mergeEvidence(from, into, 'test')).toMatchObject({ ok: true });
  const merged = await opened(into);
  expect(merged.savedAt).toEqual(EARLY);
  expect(merged.inventory).toEqual({ workloads: ['early'] });
});

it.each([
  ['from', EARLY, LATE],
  ['into', LATE, EARLY],
])('lets the later answer count, which is the one in %s', async (later, intoAt, fromAt) => {
  const cart = `${shop.host}/shop/cart`;
  await save(into, { ...nothing(intoAt), answers: [gone(intoAt)] }, { of: 'into' }, { a: 'into', b: 'into' });
  await save(
    from,
    await record(fromAt, (registry) => registry.tag(cart, 'v1')),
    { of: 'from' },
    { b: 'from', c: 'from' },
  );
  await mergeEvidence(from, into, 'test');
  const merged = await opened(into);
  const tag = await merged.tag(cart, 'v1');
  expect(tag.ok && tag.value?.digest).toBe(later === 'from' ? shop.cart.digest : undefined);
  expect(merged.inventory).toEqual({ of: later });
  expect(merged.savedAt).toEqual(LATE);
  expect(merged.trustRoots).toEqual({ a: 'into', b: later, c: 'from' });
});

it('gives the same, in whatever order', async () => {
  await save(into, await everything(EARLY));
  await save(from, { ...nothing(LATE), answers: [gone(LATE)] });
  const other = join(scratch, 'other');
  await cp(from, other, { recursive: true });
  await mergeEvidence(into, other, 'test');
  await mergeEvidence(from, into, 'test');
  const [one, two] = [await opened(into), await opened(other)];
  expect(named(await askAll(one, shop), into)).toEqual(named(await askAll(two, shop), other));
});

it('copies no damaged blob', async () => {
  await save(from, await everything(EARLY));
  await writeFile(join(from, 'blobs', ...shop.payload.digest.split(':')), '{"critical":{"other":1}}');
  expect(await mergeEvidence(from, into, 'test')).toMatchObject({
    ok: false,
    fault: { message: expect.stringContaining(shop.payload.digest.slice('sha256:'.length)) as unknown },
  });
  expect(await openLayout(into)).toMatchObject({ ok: false });
});

it('wants evidence that says what was asked', async () => {
  expect(await mergeEvidence('testdata/layout', into, 'test')).toMatchObject({
    fault: { reason: 'InputInvalid', message: expect.stringContaining('was not written by') as unknown },
  });
  expect(await mergeEvidence(join(scratch, 'missing'), into, 'test')).toMatchObject({ ok: false });
});

/** Without the name of the directory, which stands in what is not in evidence. */
function named(answers: unknown, directory: string): unknown {
  return JSON.parse(JSON.stringify(answers).replaceAll(directory, 'DIRECTORY'));
}
