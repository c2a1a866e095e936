import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Image, pushImage, reference } from '../../testdata/make/build.ts';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { cronJob, job, namespace, pod, workload } from './cluster-objects.ts';
import { named, reportOf, verdicts } from './cluster-report.ts';

let bench: ClusterBench;
let signed: Image;
let unsigned: Image;
let manifests: string;

/** The tag, and what nodes say when they have pulled it. */
function tagged(image: Image) {
  return {
    image: `${image.host}/${image.repository}:v1`,
    imageID: `${image.host}/${image.repository}@${image.digest}`,
  };
}

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
