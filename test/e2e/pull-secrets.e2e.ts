import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PrivateRegistry, servePrivate } from '../../src/registry/private-registry.fixture.ts';
import { until } from '../cluster/cluster.ts';
import { type ClusterBench, startClusterBench } from './cluster-bench.ts';
import { cronJob, namespace, pod } from './cluster-objects.ts';
import { reportOf } from './cluster-report.ts';
import { REPOSITORY_ROOT } from './program.ts';

/** Who may list what is audited, and in each namespace get the secrets that are named there. */
const ROLE = join(REPOSITORY_ROOT, 'plugin-manifest', 'audit', 'pull-secrets.yaml');
const NAMESPACES = ['shop', 'bank', 'shut'];

let bench: ClusterBench;
let registry: PrivateRegistry;
let auditor: string;

beforeAll(async () => {
  registry = await servePrivate({ scheme: 'Bearer', users: { ann: 'right' } });
  bench = await startClusterBench();
  const { cluster } = bench;
  const image = `${registry.host}/shop/cart`;
  const given = { image: `${image}:v1`, imageID: `${image}@${registry.digest}` };
  await cluster.mustKubectl(['apply', '-k', join(REPOSITORY_ROOT, 'plugin-manifest', 'audit', 'cluster')]);
  // Its images lie in a registry that is not here.
  await cluster.mustKubectl(['delete', 'cronjob', 'supplychain-audit', '-n', 'supplychain']);
  await cluster.apply(NAMESPACES.map(namespace));
  for (const [name, password] of [
    ['shop', 'right'],
    ['bank', 'wrong'],
    ['shut', 'right'],
  ] as const) {
    const login = [
      `--docker-server=${registry.host}`,
      '--docker-username=ann',
      `--docker-password=${password}`,
    ];
    const secret = ['create', 'secret', 'docker-registry', 'registry-credentials', '-n', name, ...login];
    await cluster.mustKubectl(secret);
    // The namespace's own default account, from which the API server gives it to pods.
    await until(`${name} has an account`, async () => {
      const account = await cluster.kubectl(['get', 'serviceaccount', 'default', '-n', name]);
      return account.code === 0;
    });
    const patch = '{"imagePullSecrets":[{"name":"registry-credentials"}]}';
    await cluster.mustKubectl(['patch', 'serviceaccount', 'default', '-n', name, '-p', patch]);
    await cluster.apply([pod(name, 'cart', given)]);
  }
  // A template names no pull secrets, so that those of its account count.
  await cluster.apply([cronJob('shop', 'nightly', { image: `${image}:v1@${registry.digest}` })]);
  for (const name of ['shop', 'bank']) await cluster.mustKubectl(['apply', '-n', name, '-f', ROLE]);
  await until('the pods run', async () => {
    const phases = ['get', 'pods', '-A', '-o', 'jsonpath={.items[*].status.phase}'];
    return (await cluster.mustKubectl(phases)) === 'Running Running Running';
  });
  const account = ['create', 'token', 'supplychain-audit', '-n', 'supplychain'];
  auditor = cluster.kubeconfigOf('auditor', { token: (await cluster.mustKubectl(account)).trim() });
});
afterAll(async () => {
  await bench?.stop();
  await registry?.close();
});

it('pods are audited with the secrets that their service accounts gave them, as far as a Role lets them be read', async () => {
  const policy = bench.policy({ drift: 'fail' });
  const flags = ['-A', '--policy', policy, '--plain-http', registry.host, '-o', 'json'];
  const finished = await bench.supplychain(['audit', ...flags], { kubeconfig: auditor });
  const report = reportOf(finished);
  const told = report.workloads.flatMap(({ namespace, kind, containers }) =>
    containers.flatMap(({ findings }) =>
      findings
        .filter(({ check }) => check === 'tag')
        .map(({ reason, message }) => ({ where: `${namespace} ${kind}`, reason, message })),
    ),
  );
  expect(told.map(({ where, reason }) => `${where} ${reason}`).toSorted()).toEqual([
    'bank Pod CredentialsRejected',
    'shop CronJob TagAccepted',
    'shop Pod TagAccepted',
    'shut Pod CredentialsRejected',
  ]);
  const message = (where: string) => told.find((one) => one.where === where)?.message;
  expect(message('bank Pod')).toContain('its pods are given the pull secret bank/registry-credentials');
  expect(message('shut Pod')).toContain(
    'the pull secret shut/registry-credentials, which its pods name, may not be read by this user',
  );
  expect(report.coverage.gaps).toMatchObject([{ scope: 'kind', name: 'secrets', reason: 'Forbidden' }]);
  expect(registry.requests.filter(({ user }) => user === 'ann').length).toBeGreaterThan(0);
  // The API server's own log: secrets were asked for by name, each once.
  const gets = readFileSync(bench.cluster.auditLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes('supplychain-audit') && line.includes('"resource":"secrets"'))
    .map((line) => /"verb":"(\w+)"/.exec(line)?.[1]);
  expect(gets).toEqual(['get', 'get', 'get']);
});
