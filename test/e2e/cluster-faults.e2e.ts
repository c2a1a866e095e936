import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pushImage } from '../../testdata/make/build.ts';
import { until } from '../cluster/cluster.ts';
import { startCuttingProxy } from '../cluster/cutting-proxy.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { cronJob, namespace, pod, tagged, workload } from './cluster-objects.ts';
import { named, reportOf } from './cluster-report.ts';

/** What goes wrong between a user and a cluster: it is named, the rest is audited, and the exit code says so. */

const MANY = 600;
const JSON_REPORT = ['--policy', 'none', '-o', 'json', '--fail-on', 'unknown'];

let bench: ClusterBench;
let token: string;

/** A kubeconfig of somebody with a token, who may come through another door. */
function kubeconfig(name: string, bearer: string, server?: string): string {
  return bench.cluster.kubeconfigOf(name, { token: bearer }, server === undefined ? {} : { server });
}

async function audit(words: readonly string[], options: Parameters<ClusterBench['supplychain']>[1] = {}) {
  return bench.supplychain(['audit', ...words, ...JSON_REPORT], options);
}

beforeAll(async () => {
  bench = await startClusterBench();
  const { cluster } = bench;
  const cart = tagged(await pushImage(bench.home('shop/cart'), 'cart'));
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'reader', namespace: 'shop' },
  };
  const role = (kinds: readonly string[]) => ({ apiGroups: ['*'], resources: kinds, verbs: ['get', 'list'] });
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace: 'shop' }];
  const bound = (to: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to });
  const huge = { 'example.com/noise': 'x'.repeat(250_000) };
  await cluster.apply([
    namespace('shop'),
    namespace('office'),
    account,
    {
      ...rbac,
      kind: 'ClusterRole',
      metadata: { name: 'all-but-jobs' },
      rules: [
        role([
          'pods',
          'replicationcontrollers',
          'serviceaccounts',
          'nodes',
          'deployments',
          'replicasets',
          'statefulsets',
          'daemonsets',
        ]),
      ],
    },
    { ...rbac, kind: 'ClusterRole', metadata: { name: 'jobs' }, rules: [role(['jobs', 'cronjobs'])] },
    {
      ...rbac,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all-but-jobs' },
      roleRef: bound('all-but-jobs'),
      subjects,
    },
    {
      ...rbac,
      kind: 'RoleBinding',
      metadata: { name: 'jobs', namespace: 'shop' },
      roleRef: bound('jobs'),
      subjects,
    },
    workload('Deployment', 'shop', 'cart', cart),
    pod('office', 'noisy', { ...cart, annotations: huge }),
  ]);
  const jobs = Array.from({ length: MANY }, (_, at) => cronJob('shop', `nightly-${at}`, cart, true));
  await Promise.all(
    jobs.map((object) => cluster.request('POST', '/apis/batch/v1/namespaces/shop/cronjobs', object)),
  );
  await until('the pods run', async () => {
    const phases = ['get', 'pods', '-A', '-o', 'jsonpath={.items[*].status.phase}'];
    return (await cluster.mustKubectl(phases)) === 'Running Running';
  });
  token = (await cluster.mustKubectl(['create', 'token', 'reader', '-n', 'shop'])).trim();
});
afterAll(() => bench?.stop());

describe('wrong usage is 2', () => {
  it.each<[string, string[], Record<string, string>, string]>([
    ['no kubeconfig', [], { KUBECONFIG: '' }, 'no cluster is named'],
    ['a kubeconfig that is not there', ['--kubeconfig', '/nowhere/config'], {}, '/nowhere/config'],
    ['an unknown context', ['--context', 'nowhere'], {}, 'the context "nowhere" does not exist'],
    ['an unknown cluster', ['--cluster', 'nowhere'], {}, 'the cluster "nowhere" does not exist'],
    ['an unknown user', ['--user', 'nobody'], {}, 'the user "nobody" does not exist'],
    ['-A with a name', ['deploy/cart', '-A'], {}, '-A'],
  ])('%s', async (_, words, env, said) => {
    const { code, stdout, stderr } = await audit(words, { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });
});

describe('credentials that are refused are 3', () => {
  it('of an account that is gone', async () => {
    const { cluster } = bench;
    await cluster.mustKubectl(['create', 'serviceaccount', 'leaver', '-n', 'shop']);
    const bearer = (await cluster.mustKubectl(['create', 'token', 'leaver', '-n', 'shop'])).trim();
    await cluster.mustKubectl(['delete', 'serviceaccount', 'leaver', '-n', 'shop']);
    const config = kubeconfig('leaver', bearer);
    await until('the token is refused', async () =>
      (await cluster.kubectl(['get', 'pods'], { kubeconfig: config })).stderr.includes('Unauthorized'),
    );
    const finished = await audit(['-A'], { kubeconfig: config });
    expect(finished.code).toBe(3);
    expect(reportOf(finished).coverage.gaps).toMatchObject([
      { scope: 'context', name: 'test', reason: 'ClusterCredentialsRejected' },
    ]);
    expect(finished.stdout + finished.stderr).not.toContain(bearer);
  });

  it('of nobody', async () => {
    const finished = await audit(['-A'], { kubeconfig: kubeconfig('nobody', 'no-token-of-anybody') });
    expect(finished.code).toBe(3);
    expect(reportOf(finished).coverage.gaps).toMatchObject([{ reason: 'ClusterCredentialsRejected' }]);
  });
});

describe('what may not be read is a gap, and the rest is audited', () => {
  it('a kind', async () => {
    const report = reportOf(await audit(['-A'], { kubeconfig: kubeconfig('reader', token) }));
    expect(named(report)).toEqual(['Deployment/cart', 'Pod/noisy']);
    expect(report.coverage.gaps.map(({ scope, name, reason }) => [scope, name, reason])).toEqual([
      ['kind', 'cronjobs.batch', 'Forbidden'],
      ['kind', 'jobs.batch', 'Forbidden'],
    ]);
    expect(report.verdict.exitCode).toBe(3);
  });

  it('and not in the namespace where it may be read', async () => {
    const report = reportOf(await audit(['-n', 'shop'], { kubeconfig: kubeconfig('reader', token) }));
    expect(report.coverage.complete).toBe(true);
    expect(report.workloads).toHaveLength(MANY + 1);
  });
});

/** A door that does something at the second page of the CronJobs, once. */
async function atSecondPage(then: 'cut' | (() => Promise<void>), times: number) {
  let left = times;
  const asked: string[] = [];
  const proxy = await startCuttingProxy(bench.cluster, (path) => {
    if (!path.includes('/cronjobs?')) return 'pass';
    asked.push(path.includes('continue=') ? 'next page' : 'first page');
    if (!path.includes('continue=') || left === 0) return 'pass';
    left -= 1;
    return then;
  });
  return { ...proxy, asked };
}

describe('a list of several pages', () => {
  it('goes on after a connection was cut once', async () => {
    const proxy = await atSecondPage('cut', 1);
    const report = reportOf(
      await audit(['-n', 'shop'], { kubeconfig: kubeconfig('through', token, proxy.server) }),
    );
    await proxy.stop();
    expect(report.coverage.complete).toBe(true);
    expect(report.workloads).toHaveLength(MANY + 1);
  });

  it('is a gap beyond what was read, where the server is gone', async () => {
    const proxy = await atSecondPage('cut', Infinity);
    const report = reportOf(
      await audit(['-n', 'shop'], { kubeconfig: kubeconfig('through', token, proxy.server) }),
    );
    await proxy.stop();
    expect(report.workloads).toHaveLength(501);
    expect(report.coverage.gaps).toMatchObject([
      { scope: 'kind', name: 'cronjobs.batch', reason: 'ClusterUnreachable' },
    ]);
    expect(report.coverage.gaps[0]?.message).toContain('beyond the first 500');
    expect(report.verdict.exitCode).toBe(3);
  });

  it('begins anew where the server no longer has its pages together (410 Gone)', async () => {
    const proxy = await atSecondPage(compact, 1);
    const report = reportOf(
      await audit(['-n', 'shop'], { kubeconfig: kubeconfig('through', token, proxy.server) }),
    );
    await proxy.stop();
    expect(proxy.asked).toEqual(['first page', 'next page', 'first page', 'next page']);
    expect(report.coverage.complete).toBe(true);
    expect(new Set(named(report)).size).toBe(MANY + 1);
  });
});

/** Has etcd forget what was before now. The cluster goes on in the meantime. */
async function compact(): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${bench.cluster.etcd}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return answer.json();
  };
  await bench.cluster.mustKubectl([
    'annotate',
    'cronjob',
    'nightly-0',
    '-n',
    'shop',
    '--overwrite',
    `at=${Date.now()}`,
  ]);
  const range = await post('/v3/kv/range', { key: 'AA==', limit: '1' });
  const { header } = z.object({ header: z.object({ revision: z.string() }) }).parse(range);
  await post('/v3/kv/compaction', { revision: header.revision, physical: true });
}

describe('a cluster that changes meanwhile', () => {
  it('is audited as it was listed, though its pods are deleted', async () => {
    let deleted = false;
    const proxy = await startCuttingProxy(bench.cluster, (path) => {
      if (deleted || !path.includes('/deployments?')) return 'pass';
      deleted = true;
      return async () => {
        await bench.cluster.mustKubectl(['delete', 'pods', '--all', '-n', 'shop', '--now']);
      };
    });
    const report = reportOf(
      await audit(['deploy', '-n', 'shop'], { kubeconfig: kubeconfig('through', token, proxy.server) }),
    );
    await proxy.stop();
    expect(named(report)).toEqual(['Deployment/cart']);
    expect(report.coverage.complete).toBe(true);
  });

  it('and objects with as many annotations as a cluster takes (256 KiB) are read', async () => {
    const report = reportOf(
      await audit(['pod/noisy', '-n', 'office'], { kubeconfig: kubeconfig('reader', token) }),
    );
    expect(named(report)).toEqual(['Pod/noisy']);
    expect(report.coverage.complete).toBe(true);
  });
});

describe('an API server that is gone is 3', () => {
  it('and says so in one gap', async () => {
    await bench.cluster.apiServer.stop();
    const finished = await audit(['-A']);
    expect(finished.code).toBe(3);
    expect(reportOf(finished).coverage.gaps).toMatchObject([
      { scope: 'context', name: 'test', reason: 'ClusterUnreachable' },
    ]);
    const digest = `sha256:${'0'.repeat(64)}`;
    const sweep = await bench.supplychain(['sweep', '--digest', digest]);
    expect(sweep.code).toBe(3);
  });
});
