import pLimit from 'p-limit';
import { z } from 'zod';
import { type Cluster, until } from './cluster.ts';
import { preparedState } from './prepared.ts';

/** An image as a workload names it, and what the status of its pods says of it. */
interface RunImage {
  readonly reference: string;
  readonly imageID: string;
}

export interface ManyPods {
  /** A Deployment for each; 2,000 of them with 5 replicas are 10,000 pods. */
  readonly images: readonly RunImage[];
  readonly replicas: number;
}

const NAMESPACES = 200;
const WORKERS = 10;
const REQUESTS = 16;
const LIMIT_MS = 600_000;

/** The state of a cluster in which every image runs, for `startCluster`. The first time takes minutes, later ones nothing. */
export function manyPods(toolsBin: string, many: ManyPods): Promise<string> {
  const name = `${many.images.length}-images-${many.replicas}-replicas`;
  return preparedState(toolsBin, { name, contents: many, fill: (cluster) => fill(cluster, many) });
}

async function fill(cluster: Cluster, { images, replicas }: ManyPods): Promise<void> {
  const limit = pLimit(REQUESTS);
  const post = (path: string, objects: readonly object[]): Promise<unknown> =>
    Promise.all(objects.map((object) => limit(() => cluster.request('POST', path, object))));
  const nodes = Array.from({ length: WORKERS }, (_, at) => ({ metadata: { name: worker(at) } }));
  const namespaces = Array.from({ length: NAMESPACES }, (_, at) => ({ metadata: { name: team(at) } }));
  await post('/api/v1/nodes', nodes);
  await post('/api/v1/namespaces', namespaces);
  await until('every namespace has its service account', async () => {
    const accounts = await itemsOf(cluster, '/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault');
    return accounts.length >= NAMESPACES;
  });
  await Promise.all(
    images.map((image, at) =>
      limit(() =>
        cluster.request(
          'POST',
          `/apis/apps/v1/namespaces/${team(at)}/deployments`,
          deployment(image, at, replicas),
        ),
      ),
    ),
  );
  await until(
    'all pods run',
    async () => {
      const deployments = await itemsOf(cluster, '/apis/apps/v1/deployments');
      const ready = deployments.reduce<number>((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0);
      return ready === images.length * replicas;
    },
    LIMIT_MS,
  );
}

const Items = z.object({
  items: z.array(z.object({ status: z.object({ readyReplicas: z.int().optional() }).optional() })),
});

async function itemsOf(cluster: Cluster, path: string): Promise<z.infer<typeof Items>['items']> {
  return Items.parse(await cluster.request('GET', path)).items;
}

/** Its pods are bound from the start: a scheduler would need longer than everything else. */
function deployment({ reference, imageID }: RunImage, at: number, replicas: number): object {
  const labels = { app: `app-${at}` };
  const template = {
    metadata: { labels, annotations: { 'imageid.test/app': imageID } },
    spec: { nodeName: worker(at), containers: [{ name: 'app', image: reference }] },
  };
  return {
    metadata: { name: `app-${at}`, labels },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}

function worker(at: number): string {
  return `worker-${at % WORKERS}`;
}

function team(at: number): string {
  return `team-${at % NAMESPACES}`;
}
