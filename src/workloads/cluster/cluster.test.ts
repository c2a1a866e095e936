import { afterEach, describe, expect, it } from 'vitest';
import { type FakeApiServer, status } from '../../cluster/api-server.fixture.ts';
import type { Workload } from '../source.ts';
import {
  cronJob,
  D1,
  D2,
  IMAGE,
  metadata,
  NAMESPACE,
  node,
  ownedBy,
  pod,
  podSpec,
  templated,
  uidOf,
} from './objects.fixture.ts';
import { discoverIn, listPath, serveCluster } from './served-cluster.fixture.ts';

let server: FakeApiServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

async function cluster(...given: Parameters<typeof serveCluster>): Promise<FakeApiServer> {
  server = await serveCluster(...given);
  return server;
}

/** `Deployment/cart running: app v1 1×1111 2×2222` */
function told({ kind, name, state, containers }: Workload): string {
  const images = containers.map(({ name, image, running }) => {
    const runs = (running ?? []).map(
      ({ digest, config, pods }) => `${pods}×${(digest ?? config)?.slice(7, 11) ?? '-'}`,
    );
    return [name, image.split(':')[1] ?? image, ...runs].join(' ');
  });
  return `${kind}/${name} ${state}: ${images.join(', ')}`;
}

const CART = { owner: ownedBy('apps/v1', 'Deployment', 'cart') };
const OF_CART = { owner: ownedBy('apps/v1', 'ReplicaSet', 'cart-1') };
const DEPLOYED = {
  deployments: [templated('Deployment', 'cart')],
  replicasets: [templated('ReplicaSet', 'cart-1', CART)],
};

/** A custom resource without images of its own, that owns a Deployment, a CronJob and old and finished things. */
const OPERATED = { owner: ownedBy('example.com/v1', 'Database', 'main') };

describe('what a custom resource owns that runs no containers of its own', () => {
  it.each<[string, Parameters<typeof serveCluster>[0], string[]]>([
    [
      'a Deployment scaled to zero counts by its own template',
      { deployments: [templated('Deployment', 'db', { ...OPERATED, spec: { replicas: 0 } })] },
      ['Deployment/db scaledToZero: app v1'],
    ],
    [
      'a CronJob between its runs counts by its own template',
      { cronjobs: [{ ...cronJob('backup', OPERATED) }] },
      ['CronJob/backup scheduled: app v1'],
    ],
    [
      'a CronJob does so beside what it ran last',
      {
        cronjobs: [cronJob('backup', OPERATED)],
        jobs: [
          templated('Job', 'backup-1', {
            owner: ownedBy('batch/v1', 'CronJob', 'backup'),
            status: { conditions: [{ type: 'Complete', status: 'True' }] },
          }),
        ],
        pods: [pod('a', { owner: ownedBy('batch/v1', 'Job', 'backup-1'), phase: 'Succeeded' })],
      },
      ['CronJob/backup scheduled: app v1', 'Database/main scaledToZero: app v1 1×1111'],
    ],
    [
      'what runs is told by its pods alone',
      {
        deployments: [templated('Deployment', 'cart', OPERATED)],
        replicasets: DEPLOYED.replicasets,
        pods: [pod('a', OF_CART)],
      },
      ['Database/main running: app v1 1×1111'],
    ],
    [
      'what waits to start others from a new template is told by that too',
      {
        statefulsets: [
          templated('StatefulSet', 'db', { ...OPERATED, image: 'registry.example.com/shop/cart:v2' }),
        ],
        pods: [pod('db-0', { owner: ownedBy('apps/v1', 'StatefulSet', 'db') })],
      },
      ['Database/main running: app v1 1×1111, app v2'],
    ],
    [
      'what is over, and what was replaced, is no workload',
      {
        jobs: [
          templated('Job', 'once', {
            ...OPERATED,
            status: { conditions: [{ type: 'Complete', status: 'True' }] },
          }),
        ],
        replicasets: [templated('ReplicaSet', 'old', { ...OPERATED, spec: { replicas: 0 } })],
      },
      [],
    ],
  ])('%s', async (_name, objects, expected) => {
    const { workloads, gaps } = await discoverIn(await cluster(objects));
    expect(workloads.map(told).toSorted()).toEqual(expected);
    expect(gaps).toEqual([]);
  });
});

describe('owners', () => {
  it.each<[string, Parameters<typeof serveCluster>[0], string[]]>([
    ['a pod alone', { pods: [pod('alone')] }, ['Pod/alone running: app v1 1×1111']],
    [
      'a Deployment through its ReplicaSet',
      { ...DEPLOYED, pods: [pod('a', OF_CART), pod('b', OF_CART)] },
      ['Deployment/cart running: app v1 2×1111'],
    ],
    [
      'a Deployment whose pods run two digests',
      { ...DEPLOYED, pods: [pod('a', OF_CART), pod('b', OF_CART), pod('c', { ...OF_CART, imageID: D2 })] },
      ['Deployment/cart running: app v1 2×1111 1×2222'],
    ],
    [
      'a Deployment that is being rolled out',
      {
        deployments: [templated('Deployment', 'cart', { image: 'registry.example.com/shop/cart:v2' })],
        replicasets: DEPLOYED.replicasets,
        pods: [pod('a', OF_CART)],
      },
      ['Deployment/cart running: app v1 1×1111, app v2'],
    ],
    [
      'a Deployment whose pods wait for their image',
      { ...DEPLOYED, pods: [pod('a', { ...OF_CART, imageID: '', phase: 'Pending' })] },
      ['Deployment/cart running: app v1 1×-'],
    ],
    [
      'a Deployment without pods',
      {
        deployments: [templated('Deployment', 'cart', { spec: { replicas: 0 } })],
        replicasets: DEPLOYED.replicasets,
      },
      ['Deployment/cart scaledToZero: app v1'],
    ],
    [
      'a StatefulSet',
      {
        statefulsets: [templated('StatefulSet', 'db')],
        pods: [pod('db-0', { owner: ownedBy('apps/v1', 'StatefulSet', 'db') })],
      },
      ['StatefulSet/db running: app v1 1×1111'],
    ],
    [
      'a CronJob through its Job',
      {
        cronjobs: [cronJob('nightly')],
        jobs: [templated('Job', 'nightly-1', { owner: ownedBy('batch/v1', 'CronJob', 'nightly') })],
        pods: [pod('a', { owner: ownedBy('batch/v1', 'Job', 'nightly-1') })],
      },
      ['CronJob/nightly running: app v1 1×1111'],
    ],
    [
      'a CronJob between its runs, whose next run starts from the template',
      {
        cronjobs: [cronJob('nightly')],
        jobs: [templated('Job', 'nightly-1', { owner: ownedBy('batch/v1', 'CronJob', 'nightly') })],
        pods: [pod('a', { owner: ownedBy('batch/v1', 'Job', 'nightly-1'), phase: 'Succeeded' })],
      },
      ['CronJob/nightly scheduled: app v1'],
    ],
    [
      'a CronJob that is suspended',
      { cronjobs: [cronJob('nightly', { suspend: true })] },
      ['CronJob/nightly suspended: app v1'],
    ],
    [
      'a Job that is done, by what it ran',
      {
        jobs: [templated('Job', 'once', { status: { conditions: [{ type: 'Complete', status: 'True' }] } })],
        pods: [pod('a', { owner: ownedBy('batch/v1', 'Job', 'once'), phase: 'Succeeded' })],
      },
      ['Job/once scaledToZero: app v1 1×1111'],
    ],
    [
      'a custom owner that may not be read, by its reference',
      { pods: [pod('a', { owner: ownedBy('acme.example.com/v1', 'Shop', 'main') })] },
      ['Shop/main running: app v1 1×1111'],
    ],
    [
      'the mirror of a pod by its node',
      {
        nodes: [node('node-1', 'amd64')],
        pods: [
          pod('etcd-node-1', {
            owner: ownedBy('v1', 'Node', 'node-1'),
            annotations: { 'kubernetes.io/config.mirror': 'x' },
          }),
        ],
      },
      ['Node/node-1 running: app v1 1×1111'],
    ],
    [
      "a pod that says it is a node's, and is no mirror",
      { pods: [pod('a', { owner: ownedBy('v1', 'Node', 'node-1') })] },
      ['Pod/a running: app v1 1×1111'],
    ],
    [
      'an owner that is not there',
      { pods: [pod('a', { owner: ownedBy('apps/v1', 'ReplicaSet', 'gone') })] },
      ['Pod/a running: app v1 1×1111'],
    ],
    [
      'an owner of that name with another UID',
      {
        ...DEPLOYED,
        pods: [pod('a', { owner: ownedBy('apps/v1', 'ReplicaSet', 'cart-1', { uid: 'other' }) })],
      },
      ['Deployment/cart running: app v1', 'Pod/a running: app v1 1×1111'],
    ],
    [
      'an owner whose UID is that of another kind',
      {
        ...DEPLOYED,
        pods: [
          pod('a', {
            owner: ownedBy('apps/v1', 'DaemonSet', 'cart-1', { uid: uidOf('ReplicaSet', 'cart-1') }),
          }),
        ],
      },
      ['Deployment/cart running: app v1', 'Pod/a running: app v1 1×1111'],
    ],
    [
      'an owner that is not the controller',
      {
        ...DEPLOYED,
        pods: [pod('a', { owner: ownedBy('apps/v1', 'ReplicaSet', 'cart-1', { controller: false }) })],
      },
      ['Deployment/cart running: app v1', 'Pod/a running: app v1 1×1111'],
    ],
  ])('%s', async (_name, objects, expected) => {
    const { workloads, gaps } = await discoverIn(await cluster(objects));
    expect(workloads.map(told).toSorted()).toEqual(expected.toSorted());
    expect(gaps).toEqual([]);
  });

  it('that own one another in a ring are not followed for ever', async () => {
    const ring = [
      templated('ReplicaSet', 'a', { owner: ownedBy('apps/v1', 'ReplicaSet', 'b') }),
      templated('ReplicaSet', 'b', { owner: ownedBy('apps/v1', 'ReplicaSet', 'a') }),
    ];
    const owner = ownedBy('apps/v1', 'ReplicaSet', 'a');
    const { workloads } = await discoverIn(await cluster({ replicasets: ring, pods: [pod('x', { owner })] }));
    expect(
      workloads.flatMap(({ containers }) => containers.flatMap(({ running = [] }) => running)),
    ).toHaveLength(1);
  });

  it('that are custom resources lead further up, and are read with nothing but their metadata', async () => {
    const served = await cluster({
      pods: [pod('a', { owner: ownedBy('core.strimzi.io/v1', 'StrimziPodSet', 'set') })],
    });
    const resource = (resource: string, kind: string) => ({
      resource,
      responseKind: { kind },
      scope: 'Namespaced',
      verbs: ['list'],
    });
    served.serve('/apis', {
      status: 200,
      body: {
        kind: 'APIGroupDiscoveryList',
        items: [
          {
            metadata: { name: 'core.strimzi.io' },
            versions: [{ version: 'v1', resources: [resource('strimzipodsets', 'StrimziPodSet')] }],
          },
        ],
      },
    });
    served.serve(`/apis/core.strimzi.io/v1/namespaces/${NAMESPACE}/strimzipodsets`, {
      items: [
        {
          metadata: metadata('set', 'StrimziPodSet', {
            owner: ownedBy('kafka.strimzi.io/v1', 'Kafka', 'main'),
          }),
        },
      ],
    });
    const { workloads } = await discoverIn(served);
    expect(workloads.map(told)).toEqual(['Kafka/main running: app v1 1×1111']);
  });
});

describe('what runs', () => {
  it('says digest, platform, pods and since when, by the nodes', async () => {
    const nodes = [node('node-1', 'amd64'), node('node-2', 'arm64')];
    const pods = [
      pod('a', { ...OF_CART, startedAt: '2026-01-02T00:00:00Z' }),
      pod('b', OF_CART),
      pod('c', { ...OF_CART, node: 'node-2' }),
    ];
    const { workloads } = await discoverIn(await cluster({ ...DEPLOYED, nodes, pods }));
    const one = {
      imageID: `registry.example.com/shop/cart@${D1}`,
      digest: D1,
      repository: 'registry.example.com/shop/cart',
      config: null,
    };
    const since = '2026-01-01T00:00:00Z';
    expect(workloads[0]?.containers[0]).toMatchObject({
      image: IMAGE,
      running: [
        { ...one, platform: 'linux/amd64', pods: 2, since },
        { ...one, platform: 'linux/arm64', pods: 1, since },
      ],
    });
    expect(workloads[0]).toMatchObject({
      replicas: { desired: 1, running: 3 },
      uid: uidOf('Deployment', 'cart'),
    });
  });

  it('init, sidecar and ephemeral containers and image volumes have statuses of their own', async () => {
    const status = (name: string, digit: string, more = {}) => ({
      name,
      imageID: `x.example/y@sha256:${digit.repeat(64)}`,
      ...more,
    });
    const spec = {
      initContainers: [
        { name: 'migrate', image: 'a:1' },
        { name: 'proxy', image: 'b:1', restartPolicy: 'Always' },
      ],
      containers: [{ name: 'app', image: 'c:1' }],
      ephemeralContainers: [{ name: 'debug', image: 'd:1' }],
      volumes: [{ name: 'model', image: { reference: 'e:1' } }],
    };
    const mount = {
      name: 'model',
      volumeStatus: { image: { imageRef: `x.example/y@sha256:${'5'.repeat(64)}` } },
    };
    const statuses = {
      initContainerStatuses: [status('migrate', '1'), status('proxy', '2')],
      containerStatuses: [status('app', '3', { volumeMounts: [mount] })],
      ephemeralContainerStatuses: [status('debug', '4')],
    };
    const { workloads } = await discoverIn(await cluster({ pods: [pod('a', { spec, status: statuses })] }));
    expect(workloads.map(told)).toEqual([
      'Pod/a running: migrate 1 1×1111, proxy 1 1×2222, app 1 1×3333, debug 1 1×4444, model 1 1×5555',
    ]);
  });
});

describe('what is asked for', () => {
  const OBJECTS = {
    ...DEPLOYED,
    statefulsets: [templated('StatefulSet', 'db')],
    pods: [pod('a', OF_CART), pod('db-0', { owner: ownedBy('apps/v1', 'StatefulSet', 'db') }), pod('alone')],
  };

  it.each<[string, string[], string[]]>([
    ['everything', [], ['Deployment/cart', 'Pod/alone', 'StatefulSet/db']],
    ['all', ['all'], ['Deployment/cart', 'Pod/alone', 'StatefulSet/db']],
    ['a kind', ['deployments'], ['Deployment/cart']],
    ['a short name', ['deploy'], ['Deployment/cart']],
    ['a kind with its group', ['deployments.apps'], ['Deployment/cart']],
    ['a kind with version and group', ['deployments.v1.apps'], ['Deployment/cart']],
    ['a kind as manifests write it', ['StatefulSet'], ['StatefulSet/db']],
    ['several kinds', ['deploy,sts'], ['Deployment/cart', 'StatefulSet/db']],
    ['pods, under what owns them', ['po'], ['Deployment/cart', 'Pod/alone', 'StatefulSet/db']],
    ['a kind that stands between', ['rs'], ['Deployment/cart']],
  ])('%s', async (_name, words, expected) => {
    const { workloads, gaps } = await discoverIn(await cluster(OBJECTS), words);
    expect(workloads.map(({ kind, name }) => `${kind}/${name}`).toSorted()).toEqual(expected);
    expect(gaps).toEqual([]);
  });

  it('an object by its name', async () => {
    const served = await cluster(OBJECTS);
    served.serve(`${listPath('deployments')}/cart`, { status: 200, body: DEPLOYED.deployments[0] });
    const { workloads } = await discoverIn(served, ['deployment/cart']);
    expect(workloads.map(told)).toEqual(['Deployment/cart running: app v1 1×1111']);
    const missing = await discoverIn(served, ['deploy', 'cart', 'other']);
    expect(missing.workloads).toHaveLength(1);
    expect(missing.gaps).toMatchObject([
      { reason: 'WorkloadNotFound', wrongInput: true, name: 'deployments.apps/other' },
    ]);
  });

  it('a kind that the cluster does not have', async () => {
    const { workloads, gaps } = await discoverIn(await cluster(OBJECTS), ['frobs']);
    expect(workloads).toEqual([]);
    expect(gaps).toMatchObject([{ reason: 'WorkloadNotFound', wrongInput: true }]);
  });

  it('by labels, which the server compares, of objects or of their pods', async () => {
    const served = await cluster(OBJECTS);
    const matching = (objects: readonly object[]) => (request: { query: URLSearchParams }) => ({
      items: request.query.get('labelSelector') === null ? objects : [objects[0] ?? {}],
    });
    served.serve(listPath('pods'), matching(OBJECTS.pods) as never);
    served.serve(listPath('statefulsets'), (request) => ({
      items: request.query.has('labelSelector') ? [] : OBJECTS.statefulsets,
    }));
    served.serve(listPath('deployments'), (request) => ({
      items: request.query.has('labelSelector') ? [] : DEPLOYED.deployments,
    }));
    served.serve(listPath('replicasets'), (request) => ({
      items: request.query.has('labelSelector') ? [] : DEPLOYED.replicasets,
    }));
    const { workloads } = await discoverIn(served, [], { labelSelector: 'app=cart' });
    expect(workloads.map(told)).toEqual(['Deployment/cart running: app v1 1×1111']);
  });

  it('by labels, of custom resources that run containers too', async () => {
    const served = await cluster();
    const resources = [
      { resource: 'rollouts', responseKind: { kind: 'Rollout' }, scope: 'Namespaced', verbs: ['list'] },
    ];
    served.serve('/apis', {
      status: 200,
      body: {
        kind: 'APIGroupDiscoveryList',
        items: [{ metadata: { name: 'argoproj.io' }, versions: [{ version: 'v1alpha1', resources }] }],
      },
    });
    served.serve(`/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/rollouts`, {
      items: [{ metadata: metadata('cart', 'Rollout'), spec: { template: { spec: podSpec() } } }],
    });
    const { workloads } = await discoverIn(served, [], { labelSelector: 'app=cart' });
    expect(workloads.map(told)).toEqual(['Rollout/cart scaledToZero: app v1']);
  });
});

describe('faults', () => {
  it('a kind that may not be listed is one gap, and the rest is audited', async () => {
    const served = await cluster({ ...DEPLOYED, pods: [pod('a', OF_CART)] });
    served.serve(listPath('cronjobs'), {
      status: 403,
      body: status(403, 'cronjobs.batch is forbidden: User "jo" cannot list'),
    });
    const { workloads, gaps } = await discoverIn(served);
    expect(workloads.map(told)).toEqual(['Deployment/cart running: app v1 1×1111']);
    expect(gaps).toMatchObject([
      { scope: 'kind', name: 'cronjobs.batch', reason: 'Forbidden', wrongInput: false },
    ]);
    expect(gaps[0]?.message).toContain('in the namespace shop');
    expect(gaps[0]?.message).toContain('User "jo" cannot list');
  });

  it('nodes that may not be listed leave the platform open, and are no gap', async () => {
    const served = await cluster({ pods: [pod('a')] });
    served.serve('/api/v1/nodes', { status: 403 });
    const { workloads, gaps } = await discoverIn(served);
    expect(workloads[0]?.containers[0]?.running?.[0]?.platform).toBeNull();
    expect(gaps).toEqual([]);
  });

  it('ReplicaSets that may not be listed are named by the references of their pods, and are a gap', async () => {
    const served = await cluster({ ...DEPLOYED, pods: [pod('a', OF_CART)] });
    served.serve(listPath('replicasets'), { status: 403 });
    const { workloads, gaps } = await discoverIn(served, ['deploy,po']);
    expect(workloads.map(told)).toEqual([
      'ReplicaSet/cart-1 running: app v1 1×1111',
      'Deployment/cart running: app v1',
    ]);
    expect(gaps).toMatchObject([{ name: 'replicasets.apps', reason: 'Forbidden' }]);
  });

  it('credentials that are refused are one gap of the whole cluster', async () => {
    const served = await cluster();
    for (const plural of [
      'pods',
      'deployments',
      'replicasets',
      'statefulsets',
      'daemonsets',
      'jobs',
      'cronjobs',
      'replicationcontrollers',
    ])
      served.serve(listPath(plural), { status: 401, body: status(401, 'Unauthorized') });
    const { workloads, gaps } = await discoverIn(served);
    expect(workloads).toEqual([]);
    expect(gaps).toMatchObject([
      { scope: 'context', reason: 'ClusterCredentialsRejected', wrongInput: false },
    ]);
  });

  it('a server that is not there is one gap of the whole cluster', async () => {
    const served = await cluster();
    await served.close();
    const { workloads, gaps } = await discoverIn(served);
    expect(workloads).toEqual([]);
    expect(gaps).toMatchObject([{ scope: 'context', reason: 'ClusterUnreachable' }]);
    server = null;
  });

  it('a list that breaks off keeps what was there, and says how far it came', async () => {
    const served = await cluster();
    const pods = Array.from({ length: 600 }, (_, index) => pod(`p${index}`));
    served.serve(listPath('pods'), (request) =>
      request.query.has('continue')
        ? { status: 403 }
        : {
            status: 200,
            body: { kind: 'PodList', items: pods.slice(0, 500), metadata: { continue: '500' } },
          },
    );
    const { workloads, gaps } = await discoverIn(served);
    expect(workloads).toHaveLength(500);
    expect(gaps[0]?.message).toContain('beyond the first 500');
  });

  it.each([{}, { login: 'https://login.example.com' }, { kind: 'Status', status: 'Success' }])(
    'an answer that is no list is no empty cluster: %o',
    async (body) => {
      const served = await cluster();
      served.serve(listPath('pods'), { status: 200, body });
      const { gaps } = await discoverIn(served);
      expect(gaps).toMatchObject([{ reason: 'ClusterError', wrongInput: false }]);
    },
  );

  it('a list of nothing, as Go writes it, is an empty one', async () => {
    const served = await cluster();
    served.serve(listPath('pods'), { status: 200, body: { kind: 'PodList', items: null } });
    expect(await discoverIn(served)).toMatchObject({ workloads: [], gaps: [] });
  });

  it('an extension API server that is down takes kinds away that may run containers', async () => {
    const served = await cluster({ pods: [pod('a')] });
    const down = (name: string) => ({
      metadata: { name },
      versions: [{ version: 'v1', freshness: 'Stale', resources: [] }],
    });
    served.serve('/apis', {
      status: 200,
      body: {
        kind: 'APIGroupDiscoveryList',
        items: [down('apps.openshift.io'), down('metrics.k8s.io')],
      },
    });
    const { workloads, gaps } = await discoverIn(served);
    expect(workloads).toHaveLength(1);
    expect(gaps).toMatchObject([{ scope: 'kind', name: 'custom resources', reason: 'ClusterError' }]);
    expect(gaps[0]?.message).toContain('apps.openshift.io/v1');
  });

  it('a custom resource with nonsense in its pod spec is a gap of its own', async () => {
    const served = await cluster({ pods: [pod('a')] });
    const resources = [
      { resource: 'rollouts', responseKind: { kind: 'Rollout' }, scope: 'Namespaced', verbs: ['list'] },
    ];
    served.serve('/apis', {
      status: 200,
      body: {
        kind: 'APIGroupDiscoveryList',
        items: [{ metadata: { name: 'argoproj.io' }, versions: [{ version: 'v1alpha1', resources }] }],
      },
    });
    const deep = JSON.parse('{"a":'.repeat(200) + '1' + '}'.repeat(200)) as object;
    served.serve(`/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/rollouts`, {
      items: [
        {
          metadata: metadata('odd', 'Rollout'),
          spec: { template: { spec: { containers: [{ name: 'app', image: 7 }] } } },
        },
        { metadata: metadata('deep', 'Rollout'), spec: deep },
        { metadata: metadata('good', 'Rollout'), spec: { template: { spec: podSpec() } } },
      ],
    });
    const { workloads, gaps } = await discoverIn(served);
    expect(workloads.map(told).toSorted()).toEqual([
      'Pod/a running: app v1 1×1111',
      'Rollout/good scaledToZero: app v1',
    ]);
    expect(gaps.map(({ name, reason, wrongInput }) => [name, reason, wrongInput])).toEqual([
      ['rollouts.argoproj.io/odd in shop', 'InputInvalid', false],
      ['rollouts.argoproj.io/deep in shop', 'LimitExceeded', false],
    ]);
  });

  it('an object that is none hides no other', async () => {
    const { workloads } = await discoverIn(await cluster({ pods: [{}, { metadata: 7 }, pod('a')] }));
    expect(workloads.map(told)).toEqual(['Pod/a running: app v1 1×1111']);
  });
});

describe('ten thousand pods', () => {
  it('cost a request for each 500 objects of a kind', async () => {
    const pods = Array.from({ length: 10_000 }, (_, index) =>
      pod(`p${index}`, { owner: ownedBy('apps/v1', 'ReplicaSet', `rs${index % 2_000}`) }),
    );
    const replicasets = Array.from({ length: 2_000 }, (_, index) =>
      templated('ReplicaSet', `rs${index}`, { owner: ownedBy('apps/v1', 'Deployment', `d${index}`) }),
    );
    const deployments = Array.from({ length: 2_000 }, (_, index) => templated('Deployment', `d${index}`));
    const served = await cluster({ pods, replicasets, deployments }, null);
    const { workloads, gaps } = await discoverIn(served, [], { namespace: null });
    expect(gaps).toEqual([]);
    expect(workloads).toHaveLength(2_000);
    expect(workloads.every(({ containers }) => containers[0]?.running?.[0]?.pods === 5)).toBe(true);
    const asked = Map.groupBy(served.requests, ({ path }) => path);
    expect(asked.get(listPath('pods', null))).toHaveLength(20);
    expect(asked.get(listPath('replicasets', null))).toHaveLength(4);
    expect(asked.get(listPath('deployments', null))).toHaveLength(4);
    expect(served.requests).toHaveLength(20 + 4 + 4 + 5 + 2);
  });
});
