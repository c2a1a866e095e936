import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type FakeApiServer, serveApi } from '../src/cluster/api-server.fixture.ts';
import { application, POD } from '../src/workloads/argocd/operation.fixture.ts';
import { type ServedLayout, serveLayout } from '../test/served-layout.ts';
import { directory, LAYOUT, type Ran, run } from './fake-io.fixture.ts';

const expectedSchema = z.array(z.object({ image: z.string(), digest: z.string().nullable() }));
const EXPECTED = expectedSchema.parse(JSON.parse(readFileSync('testdata/expected.json', 'utf8')));

/** Where the registry of the bench is. */
let host = '';

/** An image of the test data in the registry of the bench, with its digest. */
export function pinned(name: string): string {
  const found = EXPECTED.find(({ image }) => image === `registry.example.com/shop/${name}:v1`);
  return `${tagged(name)}@${found?.digest}`;
}

export function tagged(name: string): string {
  return `${host}/shop/${name}:v1`;
}

export const TOKEN = 'a.b.c';

/** A Deployment named as its image, as Argo CD renders it. */
export function deployment(name: string, image: string): unknown {
  const containers = [{ name: 'app', image }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { template: { metadata: { labels: { app: name } }, spec: { containers } } },
  };
}

/** A hook, by default the gate itself. */
export function hook(more: { name?: string; wave?: number; image?: string } = {}): unknown {
  const { name, wave = -100, image = pinned('cart') } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? { generateName: 'gate-' } : { name }),
      annotations: { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': String(wave) },
    },
    spec: { containers: [{ name: 'gate', image }] },
  };
}

/** What a gate has around it: Argo CD's API on loopback, a registry with the images of the test data, and a policy. */
export interface GateBench {
  readonly argo: FakeApiServer;
  /** What Argo CD renders from now on. */
  renders(objects: readonly unknown[]): void;
  /** What Argo CD says of the Application, time after time; the last for ever. */
  says(...applications: readonly unknown[]): void;
  /** Runs presync as the pod of the hook, with what was typed beside the usual. */
  presync(
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
    io?: Parameters<typeof run>[1],
  ): Promise<Ran>;
  /** The termination message of the last run. */
  message(): string;
  close(): Promise<void>;
}

export const APPLICATION = '/api/v1/applications/shop';

export async function startGateBench(): Promise<GateBench> {
  const argo = await serveApi({ admits: ({ headers }) => headers.authorization === `Bearer ${TOKEN}` });
  const registry: ServedLayout = await serveLayout(LAYOUT, 'registry.example.com', new Map());
  host = registry.host;
  const policy = readFileSync('testdata/policy.yaml', 'utf8')
    .replaceAll('./', `${resolve('testdata')}/`)
    .replaceAll('registry.example.com', registry.host)
    .replace('pinned: true\n', '');
  const folder = directory({
    'policy.yaml': policy,
    'unpinned.yaml': `apiVersion: kubectl-supplychain/v1alpha1
kind: Policy
metadata: { name: unpinned }
spec: { rules: [{ name: tags-may-move, match: { images: ["**"] }, tags: { pinned: false } }] }
`,
  });
  const log = `${folder}/termination-log`;
  return {
    argo,
    renders: (objects) =>
      argo.serve(`${APPLICATION}/manifests`, {
        status: 200,
        body: { manifests: objects.map((object) => JSON.stringify(object)) },
      }),
    says: (...applications) => {
      let asked = 0;
      argo.serve(APPLICATION, () => ({
        status: 200,
        body: applications[Math.min(asked++, applications.length - 1)],
      }));
    },
    presync: (args = [], env = {}, io = {}) =>
      run(
        [
          'presync',
          ...(args.some((one) => one.startsWith('--policy')) ? [] : ['--policy', 'policy.yaml']),
          '--plain-http',
          registry.host,
          '--cache-dir',
          'none',
          '--offline',
          ...args,
        ],
        {
          cwd: folder,
          env: {
            POD_NAME: POD.name,
            POD_NAMESPACE: POD.namespace,
            ARGOCD_TRACKING_ID: 'shop:/Pod:shop/gate',
            ARGOCD_SERVER: argo.url,
            ARGOCD_AUTH_TOKEN: TOKEN,
            TERMINATION_LOG: log,
            ...env,
          },
          clock: () => new Date(),
          ...io,
        },
      ),
    message: () => readFileSync(log, 'utf8'),
    async close() {
      await argo.close();
      await registry.close();
    },
  };
}

/** Says that the sync runs, and renders these beside the gate. */
export function syncing(bench: GateBench, objects: readonly unknown[]): void {
  bench.says(application());
  bench.renders([hook(), ...objects]);
}
