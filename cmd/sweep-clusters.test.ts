import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FakeApiServer, serveApi, status } from '../src/cluster/api-server.fixture.ts';
import { D1, D2, node, ownedBy, pod, templated } from '../src/workloads/cluster/objects.fixture.ts';
import { listPath, serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { directory, run } from './fake-io.fixture.ts';

const servers: FakeApiServer[] = [];

// Of the time of no test: the Kubernetes client is large.
beforeAll(async () => {
  await import('../src/cluster/identity.ts');
  await import('./cluster.ts');
  await import('./sweep.ts');
}, 60_000);

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const CART = {
  deployments: [templated('Deployment', 'cart')],
  replicasets: [templated('ReplicaSet', 'cart-1', { owner: ownedBy('apps/v1', 'Deployment', 'cart') })],
  pods: [pod('a', { owner: ownedBy('apps/v1', 'ReplicaSet', 'cart-1') })],
};

async function cluster(objects: Parameters<typeof serveCluster>[0] = {}): Promise<FakeApiServer> {
  const server = await serveCluster(objects, null);
  servers.push(server);
  return server;
}

/** Nobody listens there. */
const DOWN = 'http://127.0.0.1:1';

/** A kubeconfig with a context for each cluster, as `[context, cluster, address, user]`. */
function kubeconfig(...contexts: readonly (readonly [string, string, string, string])[]): string {
  const unique = <T>(entries: readonly (readonly [string, T])[]) => [...new Map(entries)];
  const config = {
    contexts: contexts.map(([name, cluster, , user]) => ({ name, context: { cluster, user } })),
    clusters: unique(contexts.map(([, name, server]) => [name, server] as const)).map(([name, server]) => ({
      name,
      cluster: { server },
    })),
    users: unique(contexts.map(([, , , user]) => [user, user] as const)).map(([name]) => ({
      name,
      user: { token: name },
    })),
    'current-context': contexts[0]?.[0],
  };
  return join(directory({ config: JSON.stringify(config) }), 'config');
}

const placed = z.object({ cluster: z.string().nullable(), name: z.string() });
const reportSchema = z.object({
  inventory: z.object({ clusters: z.array(z.string()) }),
  summary: z.object({ affected: z.number(), undetermined: z.number(), notAffected: z.number() }),
  hits: z.array(placed),
  coverage: z.object({
    gaps: z.array(
      z.object({
        scope: z.string(),
        name: z.string(),
        cluster: z.string().nullable(),
        reason: z.string(),
      }),
    ),
  }),
  since: z.object({ gone: z.array(z.object({ cluster: z.string(), now: z.string() })) }).nullable(),
});

async function sweep(config: string, args: readonly string[], digest = D1) {
  const asked = ['sweep', '--kubeconfig', config, '--digest', digest, ...args, '-o', 'json'];
  const { exitCode, stdout, stderr } = await run(asked);
  expect(stderr).toBe('');
  return { exitCode, ...reportSchema.parse(JSON.parse(stdout)), stdout };
}

describe('a sweep of several clusters', () => {
  it('names the cluster of each hit, and those that run none', async () => {
    const [east, west, empty] = [await cluster(CART), await cluster(CART), await cluster()];
    const config = kubeconfig(
      ['prod-east', 'east', east.url, 'me'],
      ['prod-west', 'west', west.url, 'me'],
      ['prod-empty', 'empty', empty.url, 'me'],
    );
    const two = await sweep(config, ['--context', 'prod-east', '--context', 'prod-empty']);
    expect(two).toMatchObject({ exitCode: 1, hits: [{ cluster: 'east', name: 'cart' }] });
    expect(two.inventory.clusters).toEqual(['east', 'empty']);
    expect(west.requests).toHaveLength(0);
    const all = await sweep(config, ['--all-contexts']);
    expect(all.hits.map((hit) => hit.cluster)).toEqual(['east', 'west']);
    expect(all.summary.affected).toBe(2);
  });

  it('names it in rows for people and for programs', async () => {
    const [east, west] = [await cluster(CART), await cluster(CART)];
    const config = kubeconfig(['a', 'east', east.url, 'me'], ['b', 'west', west.url, 'me']);
    const csv = await run(['sweep', '--kubeconfig', config, '--all-contexts', '--digest', D1, '-o', 'csv']);
    expect(csv.stdout).toContain('affected,west,shop,Deployment,cart');
    const table = await run(['sweep', '--kubeconfig', config, '--all-contexts', '--digest', D1]);
    expect(table.stdout).toMatch(/^CLUSTER +NAMESPACE/m);
    expect(table.stdout).toContain('2 workloads affected (1 image in 2 namespaces of 2 clusters)');
  });

  it.each<[string, (server: FakeApiServer) => Promise<string> | string, string]>([
    ['is down', () => DOWN, 'ClusterUnreachable'],
    [
      'knows nobody',
      async () => {
        const server = await serveApi({ admits: () => false });
        servers.push(server);
        return server.url;
      },
      'ClusterCredentialsRejected',
    ],
  ])('has one gap for a context that %s, and answers for the others', async (_, address, reason) => {
    const east = await cluster(CART);
    const config = kubeconfig(
      ['first', 'gone', await address(east), 'me'],
      ['second', 'east', east.url, 'me'],
    );
    const found = await sweep(config, ['--all-contexts']);
    const gap = { scope: 'context', name: 'first', cluster: 'gone', reason };
    expect(found).toMatchObject({ exitCode: 1, hits: [{ cluster: 'east' }], coverage: { gaps: [gap] } });
    expect(found.inventory.clusters).toEqual(['east']);
    const none = await sweep(config, ['--context', 'first', '--context', 'second'], D2);
    expect(none).toMatchObject({ exitCode: 3, hits: [], coverage: { gaps: [gap] } });
  });

  it('keeps a kind that may not be read apart from a context that is down', async () => {
    const [east, west] = [await cluster(CART), await cluster(CART)];
    east.serve(listPath('pods', null), { status: 403, body: status(403, 'forbidden') });
    const config = kubeconfig(['a', 'east', east.url, 'me'], ['b', 'west', west.url, 'me']);
    const { coverage, inventory } = await sweep(config, ['--all-contexts']);
    expect(coverage.gaps).toMatchObject([{ scope: 'kind', name: 'pods', cluster: 'east' }]);
    expect(inventory.clusters).toEqual(['east', 'west']);
  });

  it('is 2 for a context that is named and is not there, and answers for the others', async () => {
    const east = await cluster(CART);
    const config = kubeconfig(['a', 'east', east.url, 'me']);
    const found = await sweep(config, ['--context', 'typo', '--context', 'a']);
    expect(found).toMatchObject({
      exitCode: 2,
      hits: [{ cluster: 'east' }],
      coverage: { gaps: [{ scope: 'context', name: 'typo', reason: 'InputInvalid' }] },
    });
    const args = ['sweep', '--kubeconfig', config, '--digest', D1];
    for (const contexts of [['typo'], ['typo', 'other']]) {
      const named = contexts.flatMap((name) => ['--context', name]);
      const { exitCode, stderr, stdout } = await run([...args, ...named]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain('the context "typo" does not exist');
    }
  });

  it('is 3 where a context of the kubeconfig leads nowhere that nobody has named', async () => {
    const east = await cluster();
    const config = kubeconfig(['a', 'east', east.url, 'me'], ['b', '', DOWN, 'me']);
    const { exitCode, coverage } = await sweep(config, ['--all-contexts']);
    expect({ exitCode, ...coverage }).toMatchObject({ exitCode: 3, gaps: [{ scope: 'context', name: 'b' }] });
  });

  it('asks a server once as one user, and shows once what two users see alike', async () => {
    const east = await cluster(CART);
    const config = kubeconfig(
      ['a', 'east', east.url, 'me'],
      ['b', 'east', east.url, 'me'],
      ['c', 'also-east', east.url, 'other'],
    );
    const once = await sweep(config, ['--context', 'a', '--context', 'b', '--context', 'a']);
    expect(once.summary.affected).toBe(1);
    const asked = () => east.requests.filter(({ path }) => path === listPath('pods', null)).length;
    expect(asked()).toBe(1);
    const both = await sweep(config, ['--all-contexts']);
    expect(asked()).toBe(3);
    expect(both.hits).toEqual([{ cluster: 'east', name: 'cart' }]);
    expect(both.inventory.clusters).toEqual(['east']);
  });

  it('knows the platform if one of two users may read the nodes', async () => {
    const east = await cluster({ ...CART, nodes: [node('node-1', 'arm64')] });
    let asked = 0;
    east.serve('/api/v1/nodes', () =>
      asked++ === 0 ? { status: 403, body: status(403, 'forbidden') } : { items: [node('node-1', 'arm64')] },
    );
    const config = kubeconfig(['a', 'east', east.url, 'me'], ['b', 'east', east.url, 'other']);
    const { stdout, hits } = await sweep(config, ['--all-contexts']);
    expect(hits).toEqual([{ cluster: 'east', name: 'cart' }]);
    expect(stdout).toContain('"platform": "linux/arm64"');
  });

  it('shows what either of two users sees', async () => {
    const east = await cluster(CART);
    const pods = [...CART.pods, pod('lone', { imageID: `registry.example.com/shop/cart@${D2}` })];
    let asked = 0;
    east.serve(listPath('pods', null), () => ({ items: asked++ === 0 ? [] : pods }));
    const config = kubeconfig(['a', 'east', east.url, 'me'], ['b', 'east', east.url, 'other']);
    const { hits } = await sweep(config, ['--all-contexts'], D2);
    expect(hits).toEqual([{ cluster: 'east', name: 'lone' }]);
  });

  it.each([
    [['--all-contexts', '--context', 'a'], '--all-contexts asks every context'],
    [['--all-contexts', '--server', DOWN], '--server is of one cluster'],
    [['--context', 'a', '--context', 'b', '--token', 's3cret'], '--token is of one cluster'],
    [['--all-contexts', '-f', '.'], '--kubeconfig is of a cluster; it goes with neither -f'],
    [['--all-contexts', '--kubeconfig', '/nowhere'], 'the kubeconfig /nowhere is not there'],
  ])('refuses %j', async (args, message) => {
    const config = kubeconfig(['a', 'east', DOWN, 'me'], ['b', 'west', DOWN, 'me']);
    const from = args.includes('--kubeconfig') ? [] : ['--kubeconfig', config];
    const { exitCode, stderr } = await run(['sweep', ...from, '--digest', D1, ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it('does not take a hit for gone whose cluster is down now', async () => {
    const [east, west] = [await cluster(CART), await cluster(CART)];
    const before = kubeconfig(['a', 'east', east.url, 'me'], ['b', 'west', west.url, 'me']);
    const then = await sweep(before, ['--all-contexts']);
    const since = join(directory({ 'then.json': then.stdout }), 'then.json');
    east.serve(listPath('deployments', null), { items: [] });
    east.serve(listPath('pods', null), { items: [] });
    const now = kubeconfig(['a', 'east', east.url, 'me'], ['b', 'west', DOWN, 'me']);
    const { since: changes } = await sweep(now, ['--all-contexts', '--since', since]);
    expect(changes?.gone).toEqual([
      { cluster: 'east', now: 'notAffected' },
      { cluster: 'west', now: 'undetermined' },
    ]);
    const narrowed = await sweep(before, ['--all-contexts', '-n', 'other', '--since', since]);
    expect(narrowed.since?.gone.map((one) => one.now)).toEqual(['undetermined', 'undetermined']);
  });
});
