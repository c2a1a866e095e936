import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FakeApiServer } from '../src/cluster/api-server.fixture.ts';
import { serveShop, type ShopRegistry } from '../src/registry/shop-registry.fixture.ts';
import { pod } from '../src/workloads/cluster/objects.fixture.ts';
import { listPath, serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { directory, run } from './fake-io.fixture.ts';

let shop: ShopRegistry;
let cluster: FakeApiServer;
let cwd: string;

beforeAll(async () => {
  await import('../src/cluster/identity.ts');
  shop = await serveShop();
  cluster = await serveCluster({ pods: [running('cart')] }, null);
  cwd = directory();
  const saved = await run(['evidence', 'save', 'kept', '-A', ...here()], { cwd });
  if (!/about 1 images in kept/.test(saved.stdout)) throw new Error(saved.stderr);
  // What runs now was not all there when the evidence was saved.
  cluster.serve(listPath('pods', null), { items: [running('cart'), running('old')] });
}, 60_000);

afterAll(async () => {
  await shop.close();
  await cluster.close();
});

const running = (name: string) =>
  pod(name, {
    image: `${shop.host}/shop/${name}:v1`,
    // The node says nothing yet, so that the tag is what will run.
    imageID: name === 'cart' ? `${shop.host}/shop/cart@${shop.cart.digest}` : '',
  });
const here = () => ['--server', cluster.url, '--plain-http', shop.host];

const reportSchema = z.object({
  metadata: z.object({ hosts: z.array(z.string()) }),
  inventory: z.object({ takenAt: z.string(), evidence: z.object({ path: z.string() }).nullable() }),
  hits: z.array(z.object({ name: z.string() })),
  undetermined: z.array(z.object({ name: z.string(), reason: z.string() })),
});

async function unsigned(args: readonly string[]) {
  const before = shop.requests();
  const asked = ['sweep', '--unsigned', '--policy', 'none', ...args, '-o', 'json'];
  const { exitCode, stdout, stderr } = await run(asked, { cwd });
  expect(stderr).toBe('');
  return { exitCode, requests: shop.requests() - before, ...reportSchema.parse(JSON.parse(stdout)) };
}

describe('what runs and was not saved', () => {
  it('is fetched where a cluster is named beside the evidence, and nothing else is', async () => {
    const blobs = () => readdirSync(join(cwd, 'kept', 'blobs', 'sha256'));
    const before = blobs();
    const both = await unsigned([...here(), '--evidence', 'kept']);
    expect([...both.hits, ...both.undetermined].map(({ name }) => name)).toContain('old');
    expect(both.undetermined.map(({ reason }) => reason)).not.toContain('NotIndexed');
    expect(both.inventory.evidence?.path).toBe('kept');
    expect(both.metadata.hosts).toContain(shop.host);
    const live = await unsigned(here());
    expect([both.hits, both.undetermined]).toEqual([live.hits, live.undetermined]);
    expect(both.requests).toBeGreaterThan(0);
    expect(both.requests).toBeLessThan(live.requests);
    expect(blobs()).toEqual(before);
  });

  it('is not known with --offline, and no registry is asked', async () => {
    const { exitCode, undetermined, requests } = await unsigned([
      ...here(),
      '--evidence',
      'kept',
      '--offline',
    ]);
    expect(undetermined).toContainEqual({ name: 'old', reason: 'NotIndexed' });
    expect({ exitCode: exitCode === 0, requests }).toEqual({ exitCode: false, requests: 0 });
  });

  it('is not asked of what was saved alone', async () => {
    const { hits, undetermined, requests } = await unsigned(['--evidence', 'kept']);
    expect([...hits, ...undetermined].map(({ name }) => name)).not.toContain('old');
    expect(requests).toBe(0);
  });
});

describe('a cluster that was saved', () => {
  it('is asked later, and its age is said first', async () => {
    const later = { cwd, clock: () => new Date('2026-01-05T03:04:05Z') };
    const image = `${shop.host}/shop/cart`;
    const { exitCode, stdout } = await run(['sweep', '--evidence', 'kept', '--image', image], later);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^workloads of 2026-01-02T03:04:05\.000Z \(3 days old\) in kept; asked:/);
  });

  it.each([
    [['-A', '-f', 'x.yaml'], '--all-namespaces is of a cluster'],
    [['-A', 'ghcr.io/acme/cart:v1'], '--all-namespaces is of a cluster'],
    [['-A', '--evidence', 'kept'], 'name no images, -f, -k or cluster'],
  ])('is not saved with %j', async (args, message) => {
    const { exitCode, stderr } = await run(['evidence', 'save', 'other', ...args], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
