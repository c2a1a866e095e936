import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pushImage } from '../../testdata/make/build.ts';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { cronJob, custom, definition, job, namespace, pod, tagged, workload } from './cluster-objects.ts';
import { named, reportOf } from './cluster-report.ts';

/** What of a cluster is audited, beside what `kubectl get` says of the same words; and whose the pods are. */

let bench: ClusterBench;

const List = z.object({
  items: z.array(
    z.object({ kind: z.string(), metadata: z.object({ name: z.string(), namespace: z.string() }) }),
  ),
});

async function uidOf(...what: string[]): Promise<string> {
  return bench.cluster.mustKubectl(['get', ...what, '-o', 'jsonpath={.metadata.uid}']);
}

/** What `kubectl get` says is there, as `Kind/name`. */
async function got(words: readonly string[]): Promise<string[]> {
  const text = await bench.cluster.mustKubectl(['get', ...words, '-o', 'json']);
  const parsed: unknown = JSON.parse(text);
  const list = List.safeParse(parsed);
  const items = list.success ? list.data.items : [List.shape.items.element.parse(parsed)];
  return items.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();
}

async function audited(words: readonly string[], exitCode = 0) {
  const flags = ['--policy', 'none', '-o', 'json', '--fail-on', 'never'];
  const finished = await bench.supplychain(['audit', ...words, ...flags]);
  expect(finished.code).toBe(exitCode);
  return reportOf(finished);
}

beforeAll(async () => {
  bench = await startClusterBench();
  const { cluster } = bench;
  const image = await pushImage(bench.home('shop/cart'), 'cart');
  const cart = tagged(image);
  await cluster.apply([
    namespace('shop'),
    namespace('office'),
    definition('shop.example.com', 'Widget', ['wd']),
    definition('argoproj.io', 'Rollout', ['ro']),
  ]);
  await cluster.mustKubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  const gold = { ...cart, labels: { tier: 'gold' } };
  await cluster.apply([
    workload('Deployment', 'shop', 'cart', gold, 2),
    workload('Deployment', 'shop', 'asleep', cart, 0),
    workload('StatefulSet', 'shop', 'store', gold),
    workload('DaemonSet', 'shop', 'agent', cart),
    workload('ReplicaSet', 'shop', 'alone', cart),
    job('shop', 'migrate', cart),
    cronJob('shop', 'nightly', cart),
    cronJob('shop', 'paused', cart, true),
    workload('Deployment', 'office', 'mail', cart),
    custom('shop.example.com', 'Widget', 'gadget', { size: 3 }),
    custom('argoproj.io', 'Rollout', 'canary', {
      template: { spec: { containers: [{ name: 'app', image: cart.image }] } },
    }),
    custom('argoproj.io', 'Rollout', 'nonsense', { template: { spec: { containers: 'none at all' } } }),
    custom('argoproj.io', 'Rollout', 'deep', { template: [[{ spec: 7 }]], replicas: 'many' }),
  ]);
  await cluster.mustKubectl(['create', 'job', '-n', 'shop', '--from=cronjob/nightly', 'nightly-now']);
  const widget = {
    apiVersion: 'shop.example.com/v1',
    kind: 'Widget',
    name: 'gadget',
    uid: await uidOf('widget/gadget', '-n', 'shop'),
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'cart',
    uid: await uidOf('deploy/cart', '-n', 'shop'),
  };
  const staying = pod('shop', 'stale', cart, [
    { ...deployment, uid: 'f0f0f0f0-0000-4000-8000-000000000000', controller: true },
  ]);
  const nodeUid = await uidOf('node/node-amd64');
  const node = { apiVersion: 'v1', kind: 'Node', name: 'node-amd64', uid: nodeUid, controller: true };
  const mirror = { 'kubernetes.io/config.mirror': 'hash', 'kubernetes.io/config.source': 'file' };
  await cluster.apply([
    pod('shop', 'of-widget', cart, [{ ...widget, controller: true }]),
    pod('shop', 'not-controlled', cart, [{ ...deployment, controller: false }]),
    held(staying),
    pod('office', 'static-node-amd64', { ...cart, annotations: mirror, spec: { nodeName: 'node-amd64' } }, [
      node,
    ]),
    pod('office', 'claims-node', cart, [node]),
  ]);
  await until('all pods have begun', async () => {
    const phases = await cluster.mustKubectl([
      'get',
      'pods',
      '-A',
      '-o',
      'jsonpath={range .items[*]}{.status.phase} {end}',
    ]);
    const all = phases.trim().split(' ');
    return (
      all.length === 13 &&
      all.filter((phase) => phase === 'Succeeded').length === 2 &&
      !all.includes('Pending')
    );
  });
});
afterAll(() => bench?.stop());

/** The garbage collector takes away at once what says a false owner; the finalizer keeps it. */
function held(object: object): object {
  const { metadata } = z.looseObject({ metadata: z.looseObject({}) }).parse(object);
  return { ...object, metadata: { ...metadata, finalizers: ['supplychain.test/stays'] } };
}

describe('words name what kubectl get lists', () => {
  it.each([
    ['deployments', '-n', 'shop'],
    ['deploy', '-n', 'shop'],
    ['deployment.apps', '-n', 'shop'],
    ['deployments.v1.apps', '-n', 'shop'],
    ['Deployment', '-n', 'shop'],
    ['deploy', '-A'],
    ['sts,ds', '-n', 'shop'],
    ['deploy,sts', '-l', 'tier=gold', '-n', 'shop'],
    ['deploy', '-l', 'tier!=gold,app in (asleep,cart)', '-n', 'shop'],
    ['deploy', '--field-selector', 'metadata.name=cart', '-n', 'shop'],
    ['deploy', 'cart', 'asleep', '-n', 'shop'],
    ['deploy/cart', 'sts/store', 'cj/nightly', '-n', 'shop'],
    ['cj', '-n', 'shop'],
    ['rollouts', 'canary', '-n', 'shop'],
    ['ro/canary', '-n', 'shop'],
    ['widgets', '-n', 'shop'],
    ['wd', '-n', 'shop'],
    ['widgets.shop.example.com', '-n', 'shop'],
    ['wd/gadget', '-n', 'shop'],
  ])('%s', async (...words) => {
    expect(named(await audited(words))).toEqual(await got(words));
  });

  it('and pods stand under their owners', async () => {
    const ofCart = await got(['pods', '-l', 'app=cart', '-n', 'shop']);
    expect(ofCart).toHaveLength(2);
    const report = await audited(['pods', '-l', 'app=cart', '-n', 'shop']);
    expect(report.workloads).toMatchObject([{ kind: 'Deployment', name: 'cart', replicas: { running: 2 } }]);
    const [one = ''] = ofCart;
    expect(named(await audited([one.toLowerCase(), '-n', 'shop']))).toEqual(['Deployment/cart']);
    const onNode = ['--field-selector', 'spec.nodeName=node-amd64', '-n', 'office'];
    expect(await got(['pods', ...onNode])).toHaveLength(3);
    expect(named(await audited(onNode))).toEqual(['Deployment/mail', 'Node/node-amd64', 'Pod/claims-node']);
  });

  it('and what is not there is wrong usage, beside which the rest is audited', async () => {
    const missing = await audited(['deploy/cart', 'deploy/nobody', '-n', 'shop'], 2);
    expect(named(missing)).toEqual(['Deployment/cart']);
    expect(missing.coverage.gaps).toMatchObject([
      { reason: 'WorkloadNotFound', name: 'deployments.apps/nobody' },
    ]);
    expect((await audited(['gadgets', '-n', 'shop'], 2)).coverage.gaps).toMatchObject([
      { reason: 'WorkloadNotFound' },
    ]);
    const flags = ['--policy', 'none', '-o', 'json'];
    for (const wrong of [
      ['deploy', '-l', 'a=b=c'],
      ['deploy', '--field-selector', 'spec.nonsense=x'],
    ]) {
      const finished = await bench.supplychain(['audit', ...wrong, '-n', 'shop', ...flags]);
      expect([wrong, finished.code]).toEqual([wrong, 2]);
      expect((await bench.cluster.kubectl(['get', ...wrong, '-n', 'shop'])).code).not.toBe(0);
    }
  });
});

describe('everything in a namespace', () => {
  it('stands once, under its top owner, and in the state that it is in', async () => {
    const report = await audited(['-n', 'shop']);
    const states = Object.fromEntries(
      report.workloads.map(({ kind, name, state, replicas }) => [
        `${kind}/${name}`,
        `${state} ${replicas.running ?? '-'}`,
      ]),
    );
    expect(states).toEqual({
      'Deployment/cart': 'running 2',
      'Deployment/asleep': 'scaledToZero 0',
      'StatefulSet/store': 'running 1',
      'DaemonSet/agent': 'running 1',
      'ReplicaSet/alone': 'running 1',
      'Job/migrate': 'scaledToZero 0',
      'CronJob/nightly': 'scheduled 0',
      'CronJob/paused': 'suspended 0',
      'Rollout/canary': 'scaledToZero 0',
      'Widget/gadget': 'running 1',
      // Neither an owner that is not the controller counts, nor one with another UID.
      'Pod/not-controlled': 'running 1',
      'Pod/stale': 'running 1',
    });
    expect(
      report.workloads.every(({ containers }) => containers.every(({ image }) => image.digest !== null)),
    ).toBe(true);
  });

  it('is audited beside custom resources that are nonsense, and those are named', async () => {
    const { coverage } = await audited(['-n', 'shop']);
    expect(coverage.complete).toBe(false);
    expect(coverage.gaps.map(({ name }) => name).sort()).toEqual([
      'rollouts.argoproj.io/deep in shop',
      'rollouts.argoproj.io/nonsense in shop',
    ]);
  });

  it('and in all of them: mirror pods stand under their node, and no other pod does', async () => {
    const report = await audited(['-A']);
    expect(
      named({ ...report, workloads: report.workloads.filter(({ namespace }) => namespace === 'office') }),
    ).toEqual(['Deployment/mail', 'Node/node-amd64', 'Pod/claims-node']);
  });
});
