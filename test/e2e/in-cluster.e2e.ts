import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Image, pushImage } from '../../testdata/make/build.ts';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { cronJob, custom, definition, namespace, pod, tagged, workload } from './cluster-objects.ts';
import { reportOf, verdicts } from './cluster-report.ts';
import { askedBy, CAN_PLAY_POD, runInPod } from './in-cluster.ts';
import { DIST, REPOSITORY_ROOT } from './program.ts';

const MANIFESTS = join(REPOSITORY_ROOT, 'plugin-manifest', 'audit');
const ACCOUNT = { namespace: 'supplychain', serviceAccount: 'supplychain-audit' };

let bench: ClusterBench;
let image: Image;

const Rules = z.object({
  rules: z.array(z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()) })),
});
const CronJob = z.object({
  spec: z.object({
    jobTemplate: z.object({
      spec: z.object({
        template: z.object({
          spec: z.object({
            initContainers: z.array(z.object({ name: z.string(), args: z.array(z.string()) })),
            containers: z.array(z.object({ name: z.string(), args: z.array(z.string()) })),
            volumes: z.array(z.object({ configMap: z.object({ name: z.string() }).optional() })),
          }),
        }),
      }),
    }),
  }),
});

async function kubectlJson<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> {
  return schema.parse(JSON.parse(await bench.cluster.mustKubectl([...args, '-o', 'json'])));
}

/** What kubectl makes of one of the folders. */
function kustomized(folder: string): Promise<string> {
  return bench.cluster.mustKubectl(['kustomize', folder]);
}

/** Whether the account may do something in all namespaces. */
async function may(verb: string, resource: string): Promise<boolean> {
  const as = `--as=system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.serviceAccount}`;
  return (await bench.cluster.kubectl(['auth', 'can-i', verb, resource, '-A', '-q', as])).code === 0;
}

/** The containers of the CronJob in order, run as a pod of it would run them; the paths of its volumes are those of a folder here. */
async function runCronJob(account: typeof ACCOUNT) {
  const { namespace: home } = account;
  const { spec } = (await kubectlJson(CronJob, 'get', 'cronjob', 'supplychain-audit', '-n', home)).spec
    .jobTemplate.spec.template;
  const workdir = join(bench.workdir, `pod-${home}`);
  mkdirSync(workdir, { recursive: true });
  const [policy = ''] = spec.volumes.flatMap(({ configMap }) => configMap?.name ?? []);
  const { data } = await kubectlJson(
    z.object({ data: z.record(z.string(), z.string()) }),
    'get',
    'configmap',
    policy,
    '-n',
    home,
  );
  for (const [name, text] of Object.entries(data)) writeFileSync(join(workdir, name), text);
  const programs: Record<string, string> = { audit: join(DIST, 'kubectl-supplychain') };
  const runs = [];
  for (const { name, args } of [...spec.initContainers, ...spec.containers]) {
    const here = args.map((arg) => arg.replaceAll(/\/(?:results|policy)\//g, `${workdir}/`));
    const program = programs[name] ?? join(bench.toolsBin, 'kubectl');
    runs.push({ name, ...(await runInPod(bench.cluster, { ...account, workdir }, [program, ...here])) });
  }
  const report = () => readFileSync(join(workdir, 'report.json'), 'utf8');
  const codes = runs.map(({ name, code, stderr }) => `${name} ${code}${code === 0 ? '' : `: ${stderr}`}`);
  return { codes, report };
}

beforeAll(async () => {
  bench = await startClusterBench();
  image = await pushImage(bench.home('shop/cart'), 'cart');
  const cart = tagged(image);
  await bench.cluster.apply([
    namespace('shop'),
    namespace('office'),
    workload('Deployment', 'shop', 'cart', cart),
    workload('StatefulSet', 'shop', 'store', cart),
    cronJob('shop', 'nightly', cart),
    pod('office', 'alone', cart),
  ]);
  await bench.cluster.mustKubectl(['apply', '-k', join(MANIFESTS, 'cluster')]);
  await until('the pods run', async () => {
    const phases = await bench.cluster.mustKubectl([
      'get',
      'pods',
      '-A',
      '-o',
      'jsonpath={.items[*].status.phase}',
    ]);
    return phases === 'Running Running Running';
  });
});
afterAll(() => bench?.stop());

describe('the manifests', () => {
  it.each(['cluster', 'namespace'])(
    'of the variant %s are taken by the API server without a warning',
    async (variant) => {
      const input = await kustomized(join(MANIFESTS, variant));
      const { code, stderr } = await bench.cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], {
        input,
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  it('for pull secrets and a volume are taken as well', async () => {
    const { code } = await bench.cluster.kubectl([
      'apply',
      '--dry-run=server',
      '-n',
      'shop',
      '-f',
      join(MANIFESTS, 'pull-secrets.yaml'),
    ]);
    expect(code).toBe(0);
    const folder = join(bench.workdir, 'with-volume');
    mkdirSync(folder);
    const [resources, components] = ['cluster', 'results-volume'].map((name) => [join(MANIFESTS, name)]);
    // kustomize takes no absolute paths.
    const from = (paths: readonly string[] = []) => paths.map((path) => relative(folder, path));
    writeFileSync(
      join(folder, 'kustomization.yaml'),
      JSON.stringify({ resources: from(resources), components: from(components) }),
    );
    const input = await kustomized(folder);
    expect(input).toContain('claimName: supplychain-results');
    expect((await bench.cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input })).code).toBe(0);
  });

  it('let a pod of the CronJob start in a namespace that enforces the restricted profile', async () => {
    const job = ['create', 'job', '--from=cronjob/supplychain-audit', 'now', '-n', ACCOUNT.namespace];
    await bench.cluster.mustKubectl(job);
    const pods = (): Promise<string> =>
      bench.cluster.mustKubectl(['get', 'pods', '-n', ACCOUNT.namespace, '-o', 'name']);
    await until('the pod is admitted', async () => (await pods()) !== '');
    expect(await pods()).toContain('pod/now');
    await bench.cluster.mustKubectl(['delete', 'job', 'now', '-n', ACCOUNT.namespace]);
  });
});

describe.skipIf(!CAN_PLAY_POD)('the account of the CronJob', () => {
  it('sees what an administrator sees, and asks for no more than it may', async () => {
    const { codes, report } = await runCronJob(ACCOUNT);
    expect(codes).toEqual(['audit 0', 'forget-former 0', 'publish 0']);
    const seen = reportOf({ code: 0, stdout: report(), stderr: '' });
    expect(seen.coverage).toEqual({ complete: true, gaps: [] });
    const policy = join(MANIFESTS, 'base', 'policy.yaml');
    const all = ['audit', '-A', '--policy', policy, '-o', 'json', '--fail-on', 'never'];
    expect(verdicts(seen)).toEqual(verdicts(reportOf(await bench.supplychain(all))));

    const { rules } = await kubectlJson(Rules, 'get', 'clusterrole', 'supplychain-audit-workloads');
    const allowed = rules.flatMap(({ apiGroups: [group = ''], resources }) =>
      resources.map((resource) => `list ${resource}${group === '' ? '' : `.${group}`}`),
    );
    expect(askedBy(bench.cluster, ACCOUNT)).toEqual(
      new Set([...allowed, 'list nodes', 'create configmaps', 'delete configmaps']),
    );
  });

  it('leaves its table in the ConfigMap, in place of the former one', async () => {
    const Data = z.object({
      metadata: z.object({ uid: z.string() }),
      data: z.record(z.string(), z.string()),
    });
    const where = ['get', 'configmap', 'supplychain-report', '-n', ACCOUNT.namespace];
    const before = await kubectlJson(Data, ...where);
    expect(before.data['report.txt']).toContain('nightly');
    expect((await runCronJob(ACCOUNT)).codes).toEqual(['audit 0', 'forget-former 0', 'publish 0']);
    expect((await kubectlJson(Data, ...where)).metadata.uid).not.toBe(before.metadata.uid);
  });

  it('may get by name what it may list', async () => {
    const token = await bench.cluster.mustKubectl([
      'create',
      'token',
      'supplychain-audit',
      '-n',
      'supplychain',
    ]);
    const kubeconfig = bench.cluster.kubeconfigOf('audit', { token: token.trim() });
    const names = ['deploy/cart', 'sts/store', 'cj/nightly'];
    const policy = ['--policy', 'none', '-o', 'json'];
    const report = reportOf(
      await bench.supplychain(['audit', ...names, '-n', 'shop', ...policy], { kubeconfig }),
    );
    expect(report.coverage.complete).toBe(true);
    expect(report.workloads).toHaveLength(3);
    const can = async (...what: string[]) =>
      (await bench.cluster.kubectl(['auth', 'can-i', ...what, '-A', '-q'], { kubeconfig })).code === 0;
    expect(await can('get', 'pods')).toBe(true);
    for (const what of [
      ['secrets'],
      ['configmaps'],
      ['pods', '--subresource=log'],
      ['pods', '--subresource=exec'],
    ])
      expect([what, await can('get', ...what), await can('create', ...what)]).toEqual([what, false, false]);
  });

  it('sees custom resources that run containers, unless that role is left out', async () => {
    const { cluster } = bench;
    await cluster.apply([definition('argoproj.io', 'Rollout')]);
    await cluster.mustKubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const { image: cart } = tagged(image);
    const template = { spec: { containers: [{ name: 'app', image: cart }] } };
    await cluster.apply([custom('argoproj.io', 'Rollout', 'canary', { template })]);
    const first = await runCronJob(ACCOUNT);
    const seen = reportOf({ code: 0, stdout: first.report(), stderr: '' });
    expect(seen.coverage).toEqual({ complete: true, gaps: [] });
    expect(seen.workloads.map(({ name }) => name)).toContain('canary');

    await cluster.mustKubectl(['delete', 'clusterrole', 'supplychain-audit-custom-resources']);
    await until('Rollouts are no longer to be had', async () => !(await may('list', 'rollouts.argoproj.io')));
    const second = await runCronJob(ACCOUNT);
    const { coverage } = reportOf({ code: 0, stdout: second.report(), stderr: '' });
    expect(coverage.gaps).toMatchObject([{ name: 'rollouts.argoproj.io', reason: 'Forbidden' }]);
    await cluster.mustKubectl(['delete', 'crd', '--all']);
  });

  it('needs no nodes', async () => {
    await bench.cluster.mustKubectl(['delete', 'clusterrole', 'supplychain-audit-nodes']);
    await until('nodes are no longer to be had', async () => !(await may('list', 'nodes')));
    const { codes, report } = await runCronJob(ACCOUNT);
    expect(codes[0]).toBe('audit 0');
    const seen = reportOf({ code: 0, stdout: report(), stderr: '' });
    expect(seen.coverage).toEqual({ complete: true, gaps: [] });
    expect(
      seen.workloads.flatMap(({ containers }) => containers.flatMap(({ running }) => running)),
    ).toContainEqual(expect.objectContaining({ digest: image.digest, platform: null }));
  });

  it('of one namespace sees that one, and only that one', async () => {
    const folder = join(bench.workdir, 'of-shop');
    mkdirSync(folder);
    const resources = [relative(folder, join(MANIFESTS, 'namespace'))];
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ resources, namespace: 'shop' }));
    await bench.cluster.mustKubectl(['apply', '-k', folder]);
    const account = { ...ACCOUNT, namespace: 'shop' };
    const { codes, report } = await runCronJob(account);
    expect(codes).toEqual(['audit 0', 'forget-former 0', 'publish 0']);
    const seen = reportOf({ code: 0, stdout: report(), stderr: '' });
    expect(seen.coverage).toEqual({ complete: true, gaps: [] });
    expect(seen.workloads.map(({ name }) => name).sort()).toEqual([
      'cart',
      'nightly',
      'store',
      'supplychain-audit',
    ]);
    const refused = [...askedBy(bench.cluster, account)].filter((one) => /^40[13] /.test(one));
    expect(refused).toEqual(['403 list nodes']);
  });
});
