import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FakeApiServer, status } from '../src/cluster/api-server.fixture.ts';
import { D1, D2, ownedBy, pod, templated } from '../src/workloads/cluster/objects.fixture.ts';
import { listPath, serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { MANIFESTS, run } from './fake-io.fixture.ts';

let server: FakeApiServer | null = null;

// Of the time of no test: the Kubernetes client is large.
beforeAll(async () => {
  await import('../src/cluster/identity.ts');
  await import('./sweep.ts');
}, 60_000);

afterEach(async () => {
  await server?.close();
  server = null;
});

const OF_CART = { owner: ownedBy('apps/v1', 'ReplicaSet', 'cart-1') };
const CART = {
  deployments: [templated('Deployment', 'cart')],
  replicasets: [templated('ReplicaSet', 'cart-1', { owner: ownedBy('apps/v1', 'Deployment', 'cart') })],
};

const hitSchema = z.object({
  kind: z.string(),
  name: z.string(),
  digest: z.string().nullable(),
  state: z.string(),
  pods: z.number().nullable(),
  since: z.string().nullable(),
  matched: z.array(z.object({ query: z.string(), at: z.string() })),
});
const reportSchema = z.object({
  hits: z.array(hitSchema),
  undetermined: z.array(z.object({ name: z.string(), cause: z.string() })),
  coverage: z.object({ gaps: z.array(z.object({ scope: z.string(), reason: z.string() })) }),
});

async function sweepCluster(objects: Parameters<typeof serveCluster>[0], args: readonly string[]) {
  server = await serveCluster(objects, null);
  const { exitCode, stdout, stderr } = await run(['sweep', '--server', server.url, ...args, '-o', 'json']);
  expect(stderr).toBe('');
  return { exitCode, ...reportSchema.parse(JSON.parse(stdout)) };
}

describe('a sweep of a cluster', () => {
  it('finds in all namespaces what pods run, whatever their reference says, and asks no registry', async () => {
    const startedAt = '2026-01-01T00:00:00Z';
    const pods = [
      pod('a', { ...OF_CART, startedAt }),
      pod('b', { ...OF_CART, startedAt }),
      pod('c', { ...OF_CART, imageID: `registry.example.com/shop/cart@${D2}`, startedAt }),
    ];
    const { exitCode, hits } = await sweepCluster({ ...CART, pods }, ['--digest', D1, '--digest', D2]);
    expect(exitCode).toBe(1);
    const cart = { kind: 'Deployment', name: 'cart', state: 'running', since: startedAt };
    expect(hits).toMatchObject([
      { ...cart, digest: D1, pods: 2, matched: [{ query: 'digest', at: 'running' }] },
      { ...cart, digest: D2, pods: 1, matched: [{ query: 'digest', at: 'running' }] },
    ]);
    expect(server?.requests.some(({ path }) => path === listPath('pods', null))).toBe(true);
  });

  it('knows a loaded image by its name, and by its digest only with its registry', async () => {
    const image = '127.0.0.1:1/shop/cart:v1';
    const pods = [pod('loaded', { image, imageID: D1.replace('sha256:', 'docker://sha256:') })];
    const named = await sweepCluster({ pods }, ['--image', '127.0.0.1:1/**']);
    expect(named.hits).toHaveLength(1);
    await server?.close();
    const digest = await sweepCluster({ pods }, ['--digest', D2]);
    expect(digest).toMatchObject({
      exitCode: 3,
      hits: [],
      undetermined: [{ name: 'loaded', cause: 'RegistryUnreachable' }],
    });
  });

  it('is 3 where a kind may not be read, and 0 where nothing is there', async () => {
    server = await serveCluster({}, null);
    server.serve(listPath('pods', null), { status: 403, body: status(403, 'forbidden') });
    const args = ['sweep', '--server', server.url, '--digest', D1];
    expect((await run(args)).exitCode).toBe(3);
    await server.close();
    server = await serveCluster({}, null);
    const empty = await run(['sweep', '--server', server.url, '--digest', D1]);
    expect(empty).toMatchObject({ exitCode: 0, stderr: 'no workload was found\n' });
    const ci = await run(['sweep', '--server', server.url, '--digest', D1], { env: { CI: '1' } });
    expect(ci.exitCode).toBe(3);
  });

  it('is not one of manifests', async () => {
    const { exitCode, stderr } = await run(['sweep', '-f', MANIFESTS, '--context', 'x', '--digest', D1]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--context is of a cluster; it goes with neither -f nor -k');
  });
});
