import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Image, pushImage, reference } from '../../testdata/make/build.ts';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { cronJob, job, namespace, pod, tagged, workload } from './cluster-objects.ts';
import { named, reportOf, verdicts } from './cluster-report.ts';
import { sweepOf } from './cluster-sweep.ts';

let bench: ClusterBench;
let signed: Image;
let unsigned: Image;
let manifests: string;

beforeAll(async () => {
  bench = await startClusterBench();
  signed = await pushImage(bench.home('shop/cart'), 'cart');
  unsigned = await pushImage(bench.home('shop/debug'), 'debug');
  await bench.sign(signed);
  const sidecar = { name: 'proxy', image: reference(unsigned, unsigned.digest), restartPolicy: 'Always' };
  const objects = [
    workload('Deployment', 'shop', 'cart', tagged(signed), 2),
    workload('Deployment', 'shop', 'mesh', { ...tagged(signed), spec: { initContainers: [sidecar] } }),
    workload('Deployment', 'shop', 'asleep', tagged(unsigned), 0),
    workload('StatefulSet', 'shop', 'store', tagged(unsigned)),
    workload('DaemonSet', 'shop', 'agent', tagged(signed)),
    workload('ReplicaSet', 'shop', 'old', tagged(signed)),
    job('shop', 'migrate', tagged(signed)),
    cronJob('shop', 'nightly', tagged(unsigned)),
    cronJob('shop', 'paused', tagged(signed), true),
    pod('shop', 'alone', tagged(signed)),
  ];
  await bench.cluster.apply([namespace('shop'), ...objects]);
  manifests = join(bench.workdir, 'manifests');
  mkdirSync(manifests);
  for (const [at, object] of objects.entries())
    writeFileSync(join(manifests, `${at}.json`), JSON.stringify(object));
  await until('all pods of the shop are there', async () => {
    const phases = ['get', 'pods', '-n', 'shop', '-o', 'jsonpath={.items[*].status.phase}'];
    const all = (await bench.cluster.mustKubectl(phases)).split(' ');
    return all.length === 8 && !all.includes('Pending') && all.includes('Succeeded');
  });
});
afterAll(() => bench?.stop());

describe('the same workloads', () => {
  it('are judged alike where they run and in their manifests', async () => {
    const policy = bench.policy();
    const live = reportOf(await bench.supplychain(['audit', '-n', 'shop', '--policy', policy, '-o', 'json']));
    const written = reportOf(
      await bench.supplychain(['audit', '-f', manifests, '--policy', policy, '-o', 'json']),
    );
    expect(named(live)).toHaveLength(10);
    expect(live.coverage).toEqual({ complete: true, gaps: [] });
    expect(verdicts(live)).toEqual(verdicts(written));
    expect(live.verdict.exitCode).toBe(1);
  });
});

describe('every kind of container of a pod', () => {
  it('is judged by what runs of it: init containers, sidecars, ephemeral ones and image volumes', async () => {
    const { cluster } = bench;
    const { imageID } = tagged(signed);
    const other = tagged(unsigned);
    const spec = {
      initContainers: [
        { name: 'prepare', image: other.image },
        { name: 'proxy', image: tagged(signed).image, restartPolicy: 'Always' },
      ],
      volumes: [{ name: 'models', image: { reference: other.image } }],
    };
    const annotations = { 'imageid.test/prepare': other.imageID, 'imageid.test/proxy': imageID };
    await cluster.apply([
      namespace('parts'),
      pod('parts', 'whole', { ...tagged(signed), spec, annotations }),
    ]);
    const path = '/api/v1/namespaces/parts/pods/whole';
    const debug = { name: 'debug', image: other.image };
    await until('it runs', async () => (await phasesIn('parts')) === 'Running');
    await cluster.request('PATCH', `${path}/ephemeralcontainers`, { spec: { ephemeralContainers: [debug] } });
    const running = { running: { startedAt: '2026-01-02T03:04:05Z' } };
    const status = { ...debug, imageID: other.imageID, ready: true, restartCount: 0, state: running };
    await cluster.request('PATCH', `${path}/status`, { status: { ephemeralContainerStatuses: [status] } });

    const flags = ['-n', 'parts', '--policy', bench.policy(), '-o', 'json'];
    const report = reportOf(await bench.supplychain(['audit', ...flags]));
    const seen = report.workloads.flatMap(({ containers }) =>
      containers.map(({ name, type, image, findings }) => [type, name, image.digest, findings[0]?.reason]),
    );
    expect(new Set(seen)).toEqual(
      new Set([
        ['container', 'app', signed.digest, 'SignatureVerified'],
        ['ephemeral', 'debug', unsigned.digest, 'SignatureMissing'],
        ['image-volume', 'models', unsigned.digest, 'SignatureMissing'],
        ['init', 'prepare', unsigned.digest, 'SignatureMissing'],
        ['init', 'proxy', signed.digest, 'SignatureVerified'],
      ]),
    );
    const sweep = sweepOf(
      await bench.supplychain(['sweep', '-n', 'parts', '--digest', unsigned.digest, '-o', 'json']),
    );
    expect(sweep.rows.hits.map(({ container }) => container).sort()).toEqual(['debug', 'models', 'prepare']);
  });
});

describe('a tag that moves while pods run', () => {
  it('leaves the pods of one owner with different digests, each judged, and the old ones adrift', async () => {
    const { cluster } = bench;
    const home = bench.home('shop/moving');
    const old = await pushImage(home, 'old');
    await bench.sign(old);
    await cluster.apply([namespace('drift'), workload('Deployment', 'drift', 'moving', tagged(old), 2)]);
    await until('two pods run', async () => (await phasesIn('drift')) === 'Running Running');
    const fresh = await pushImage(home, 'fresh');
    const [name = ''] = (await cluster.mustKubectl(['get', 'pods', '-n', 'drift', '-o', 'name'])).split('\n');
    const path = `/api/v1/namespaces/drift/${name.replace('pod/', 'pods/')}/status`;
    const { image, imageID } = tagged(fresh);
    const state = { running: { startedAt: '2026-01-02T03:04:05Z' } };
    const status = { name: 'app', image, imageID, ready: true, restartCount: 1, state };
    await cluster.request('PATCH', path, { status: { containerStatuses: [status] } });

    const policy = bench.policy({ drift: 'fail' });
    const live = reportOf(
      await bench.supplychain(['audit', '-n', 'drift', '--policy', policy, '-o', 'json']),
    );
    const [moving] = live.workloads.flatMap(({ containers }) => containers);
    const running = moving?.running.map(({ digest, pods }) => [digest, pods]) ?? [];
    expect(new Set(running)).toEqual(
      new Set([
        [old.digest, 1],
        [fresh.digest, 1],
      ]),
    );
    const said =
      moving?.findings.map(({ status, reason, subject }) => [subject?.digest, `${status} ${reason}`]) ?? [];
    expect(new Set(said)).toEqual(
      new Set([
        [old.digest, 'pass SignatureVerified'],
        [old.digest, 'fail DigestDrift'],
        [fresh.digest, 'fail SignatureMissing'],
        [fresh.digest, 'pass TagAccepted'],
      ]),
    );
    for (const digest of [old.digest, fresh.digest]) {
      const sweep = sweepOf(
        await bench.supplychain(['sweep', '-n', 'drift', '--digest', digest, '-o', 'json']),
      );
      expect(sweep.rows.hits.filter(({ digest: found }) => found === digest)).toHaveLength(1);
    }
  });
});

function phasesIn(where: string): Promise<string> {
  return bench.cluster.mustKubectl(['get', 'pods', '-n', where, '-o', 'jsonpath={.items[*].status.phase}']);
}
