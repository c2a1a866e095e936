import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { namespace, workload } from './cluster-objects.ts';

const D1 = `sha256:${'1'.repeat(64)}`;
const D2 = `sha256:${'2'.repeat(64)}`;
const IMAGE = 'registry.example.com/shop/cart';

let bench: ClusterBench;
let kubeconfig: string;

/** The administrator, somebody who may read the namespace shop alone, and a cluster that is down. */
beforeAll(async () => {
  bench = await startClusterBench();
  const { cluster } = bench;
  const running = (digest: string) => ({ image: `${IMAGE}:v1`, imageID: `${IMAGE}@${digest}` });
  const account = { kind: 'ServiceAccount', namespace: 'shop', name: 'reader' };
  await cluster.apply([
    namespace('shop'),
    namespace('hidden'),
    workload('Deployment', 'shop', 'cart', running(D1), 2),
    workload('Deployment', 'hidden', 'vault', running(D1)),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'reader' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { namespace: 'shop', name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [account],
    },
  ]);
  const token = await cluster.mustKubectl(['create', 'token', 'reader', '-n', 'shop']);
  const { admin, ca } = cluster.certificates;
  kubeconfig = join(bench.workdir, 'contexts.json');
  const context = (name: string, of: string, user: string) => ({ name, context: { cluster: of, user } });
  const users = [
    { name: 'admin', user: { 'client-certificate': admin.certificate, 'client-key': admin.key } },
    { name: 'reader', user: { token: token.trim() } },
  ];
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      contexts: [
        context('reader', 'east', 'reader'),
        context('down', 'west', 'admin'),
        context('admin', 'east', 'admin'),
      ],
      clusters: [
        { name: 'east', cluster: { server: cluster.server, 'certificate-authority': ca } },
        { name: 'west', cluster: { server: 'https://127.0.0.1:1' } },
      ],
      users,
      'current-context': 'admin',
    }),
  );
  await until('all pods run', async () => {
    const phases = ['get', 'pods', '-A', '-o', 'jsonpath={.items[*].status.phase}'];
    return (await cluster.mustKubectl(phases)) === 'Running Running Running';
  });
});
afterAll(() => bench?.stop());

const reportSchema = z.object({
  inventory: z.object({ clusters: z.array(z.string()) }),
  hits: z.array(z.object({ cluster: z.string(), namespace: z.string(), name: z.string(), pods: z.number() })),
  coverage: z.object({ gaps: z.array(z.object({ scope: z.string(), name: z.string() })) }),
});

async function sweep(args: readonly string[]) {
  const { code, stdout, stderr } = await bench.supplychain(['sweep', ...args, '-o', 'json'], { kubeconfig });
  if (stdout === '') throw new Error(`no answer, exit ${code}: ${stderr}`);
  return { code, ...reportSchema.parse(JSON.parse(stdout)) };
}

const CART = { cluster: 'east', namespace: 'shop', name: 'cart', pods: 2 };
const DOWN = { scope: 'context', name: 'down' };

describe('one sweep over all contexts', () => {
  it('answers for those that are up, and shows once what two users see', async () => {
    const { code, hits, inventory, coverage } = await sweep(['--all-contexts', '-n', 'shop', '--digest', D1]);
    expect(hits).toEqual([CART]);
    expect(inventory.clusters).toEqual(['east']);
    expect(coverage.gaps).toContainEqual(DOWN);
    expect(code).toBe(1);
  });

  it('shows what one of them may not see', async () => {
    const { hits, coverage } = await sweep(['--all-contexts', '--digest', D1]);
    expect(hits).toEqual([{ cluster: 'east', namespace: 'hidden', name: 'vault', pods: 1 }, CART]);
    expect(coverage.gaps).toContainEqual({ scope: 'kind', name: 'pods' });
  });

  it('is 3 where nothing is found and one is down, and 0 where all is known', async () => {
    const two = await sweep(['--context', 'admin', '--context', 'down', '--digest', D2]);
    expect(two).toMatchObject({ code: 3, hits: [], coverage: { gaps: [DOWN] } });
    const named = await sweep(['--context', 'admin', '--image', 'registry.example.com/shop/other']);
    expect(named).toMatchObject({ code: 0, hits: [] });
  });
});

describe('a cluster that is saved', () => {
  it('is asked again without it', async () => {
    const directory = join(bench.workdir, 'evidence');
    const of = ['--context', 'admin', '--context', 'reader', '-n', 'shop'];
    const saved = await bench.supplychain(['evidence', 'save', directory, ...of], { kubeconfig });
    // Nobody serves these images.
    expect(saved.code).toBe(3);
    const { code, hits, inventory } = await sweep(['--evidence', directory, '--digest', D1]);
    expect({ code, hits, inventory }).toEqual({ code: 1, hits: [CART], inventory: { clusters: ['east'] } });
  });
});
