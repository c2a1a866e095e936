import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FakeApiServer, status } from '../src/cluster/api-server.fixture.ts';
import { metadata, pod } from '../src/workloads/cluster/objects.fixture.ts';
import { listPath, serveCluster } from '../src/workloads/cluster/served-cluster.fixture.ts';
import { COMMANDS } from './commands.ts';
import { directory, run } from './fake-io.fixture.ts';

let api: FakeApiServer | null = null;
// The Kubernetes client is large, and what a shell waits for is limited: on a busy machine reading it for the first time takes longer.
beforeAll(async () => {
  await import('../src/cluster/identity.ts');
}, 60_000);
afterEach(async () => {
  await api?.close();
  api = null;
});

/** What a shell is told: the choices without their descriptions, and the directive. */
async function choicesOf(args: readonly string[], more: Parameters<typeof run>[1] = {}) {
  const { exitCode, stdout, stderr } = await run(['__complete', ...args], more);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines.at(-1)).toBe('');
  return { choices: lines.slice(0, -2).map((line) => line.split('\t')[0]), directive: lines.at(-2) };
}

describe('completion of commands, flags and values', () => {
  it.each<[string, string[], string[], string]>([
    ['commands', ['s'], ['sweep'], ':4'],
    ['commands of a group', ['policy', 'e'], ['explain'], ':4'],
    ['commands behind help', ['help', 'policy', ''], ['init', 'check', 'explain', 'schema'], ':4'],
    ['nothing behind the help of a command', ['help', 'verify', '-'], [], ':4'],
    ['nothing of an unknown command', ['frobnicate', ''], [], ':4'],
    ['flags by their beginning', ['audit', '--fail'], ['--fail-on'], ':4'],
    [
      'short flags for one dash',
      ['policy', 'explain', '-k', '.', '-f', 'a', '-'],
      ['--filename', '-f', '--recursive', '-R', '--namespace', '-n', '--policy', '--output', '-o', '--help'],
      ':4',
    ],
    [
      'flags that were typed once more only where they repeat',
      ['audit', '-q', '-o', 'json', '--q'],
      [],
      ':4',
    ],
    ['flags that repeat', ['audit', '-o', 'json', '--out'], ['--output'], ':4'],
    ['no flag behind --', ['verify', '--', '--fail'], [], ':4'],
    ['values of a closed list', ['audit', '--fail-on', ''], ['violation', 'unknown', 'warn', 'never'], ':4'],
    ['values behind =', ['audit', '--fail-on=w'], ['--fail-on=warn'], ':4'],
    ['true and false of a switch', ['audit', '--offline='], ['--offline=true', '--offline=false'], ':4'],
    ['values behind short flags in one', ['audit', '-qo', 'js'], ['json', 'jsonpath='], ':4'],
    ['a format that goes on', ['audit', '-o', 'custom'], ['custom-columns='], ':6'],
    ['a file behind a format', ['audit', '-o', 'json=re'], [], ':0'],
    ['an expression, which is no file', ['audit', '-o', 'jsonpath={.a'], [], ':4'],
    ['formats of a sweep', ['sweep', '-o', 'n'], ['name'], ':4'],
    ['kinds of schema', ['policy', 'schema', '--kind', ''], ['policy', 'report', 'sweep'], ':4'],
    ['files', ['audit', '--policy', 'po'], [], ':0'],
    ['files as words', ['policy', 'check', 'po'], [], ':0'],
    ['directories', ['audit', '-k', ''], [], ':16'],
    ['nothing for a value that is free', ['sweep', '--digest', ''], [], ':4'],
    ['things to do', ['trust-root', ''], ['show', 'update'], ':4'],
    ['one thing to do alone', ['trust-root', 'show', ''], [], ':4'],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish'], ':4'],
    ['no words where none are taken', ['version', ''], [], ':4'],
    ['nothing without a word', [], [...COMMANDS.map(({ name }) => name), 'help', '--help'], ':4'],
  ])('%s', async (_name, args, choices, directive) => {
    expect(await choicesOf(args)).toEqual({ choices, directive });
  });

  it('offers every flag of a command, and none that is not in this version', async () => {
    const { choices } = await choicesOf(['sweep', '--']);
    expect(choices).toEqual(
      expect.arrayContaining(['--digest', '--package', '--unsigned', '--since', '--context']),
    );
    expect(choices).not.toContain('--fail-on');
  });

  it('describes what it offers', async () => {
    expect((await run(['__complete', 'audit', '--reg'])).stdout).toBe(
      '--registry-config\tdocker config.json to take registry credentials from\n:4\n',
    );
  });
});

const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{ name: prod, cluster: { server: https://127.0.0.1:1 } }, { name: "arn:aws:eks:eu:1:cluster/b", cluster: {} }]
users: [{ name: kube:admin/api }, { name: "two\\twords" }]
contexts: [{ name: dev, context: {} }, { name: gke_a-b_c, context: {} }, { name: "$(id)", context: {} }]
`;

describe('completion from a kubeconfig', () => {
  const cwd = directory({ config: KUBECONFIG });

  it.each<[string, string[]]>([
    ['--context', ['dev', 'gke_a-b_c']],
    ['--cluster', ['prod', 'arn:aws:eks:eu:1:cluster/b']],
    ['--user', ['kube:admin/api']],
  ])('%s names what a shell can take as it stands, and asks no cluster', async (flag, choices) => {
    const asked = ['audit', '--kubeconfig', 'config', flag, ''];
    expect(await choicesOf(asked, { cwd })).toEqual({ choices, directive: ':4' });
    expect(await choicesOf(['audit', flag, ''], { cwd, env: { KUBECONFIG: 'config' } })).toMatchObject({
      choices,
    });
  });

  it('is silent where the kubeconfig is none', async () => {
    const broken = directory({ config: '][' });
    const asked = ['audit', '--kubeconfig', 'config', '--context', ''];
    expect(await choicesOf(asked, { cwd: broken })).toEqual({ choices: [], directive: ':4' });
  });
});

const BUILT_IN = [
  'pods',
  'replicationcontrollers',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
];

it('does not offer what a command only refuses', async () => {
  const { choices } = await choicesOf(['presync', '--']);
  expect(choices).toContain('--argocd-server');
  expect(choices).not.toContain('--trusted-root');
});

describe('completion from a cluster', () => {
  const named = (...names: string[]) => names.map((name) => ({ metadata: metadata(name, 'Thing') }));

  async function served(): Promise<string[]> {
    api = await serveCluster({ pods: [pod('web-1'), pod('web-2')], deployments: named('web', 'cart') });
    api.serve('/api/v1/namespaces', { items: named('shop', 'shop-test', 'kube-system') });
    return ['-s', api.url, '-n', 'shop'];
  }

  it.each<[string, string[], string[], string]>([
    ['namespaces', ['-n', 'shop'], ['shop', 'shop-test'], ':4'],
    ['kinds', ['d'], ['deployments', 'daemonsets'], ':4'],
    ['kinds behind a comma', ['pods,d'], ['pods,deployments', 'pods,daemonsets'], ':4'],
    ['names of a kind', ['deploy', ''], ['web', 'cart'], ':4'],
    ['names that are not there yet', ['deploy', 'cart', ''], ['web'], ':4'],
    ['names of several kinds', ['po,deploy', 'w'], ['web-1', 'web-2', 'web'], ':4'],
    ['TYPE/NAME', ['deploy/c'], ['deploy/cart'], ':4'],
    ['the next TYPE/NAME', ['deploy/cart', 'rep'], ['replicationcontrollers/', 'replicasets/'], ':6'],
    ['no name of all namespaces', ['-A', 'deploy', ''], [], ':4'],
    ['no name of an unknown kind', ['frobs', ''], [], ':4'],
  ])('%s', async (_name, words, choices, directive) => {
    const flags = await served();
    expect(await choicesOf(['audit', ...flags, ...words])).toEqual({ choices, directive });
  });

  it('asks for names alone, not for whole objects', async () => {
    await choicesOf(['audit', ...(await served()), 'deploy', '']);
    expect(api?.requests.map(({ headers }) => headers.accept)).toEqual([
      expect.stringContaining('as=PartialObjectMetadataList'),
    ]);
  });

  it('offers custom kinds that run containers, as the cluster serves them', async () => {
    const flags = await served();
    const resource = { resource: 'rollouts', responseKind: { kind: 'Rollout' }, verbs: ['list'] };
    api?.serve('/apis', {
      status: 200,
      body: {
        kind: 'APIGroupDiscoveryList',
        items: [
          {
            metadata: { name: 'argoproj.io' },
            versions: [{ version: 'v1alpha1', resources: [{ ...resource, scope: 'Namespaced' }] }],
          },
        ],
      },
    });
    expect(await choicesOf(['audit', ...flags, 'rol'])).toMatchObject({
      choices: ['rollouts.argoproj.io'],
    });
  });

  it.each([
    'a\tb',
    'a\nb',
    'x\n:0',
    '$(id)',
    'a`id`',
    'a b',
    '-A',
    '_activeHelp_ do this',
    '\u001B[2J',
    'a;b',
  ])('leaves out an object that is called %j', async (name) => {
    const flags = await served();
    api?.serve(listPath('deployments'), { items: named(name, 'web') });
    expect(await choicesOf(['audit', ...flags, 'deploy', ''])).toEqual({
      choices: ['web'],
      directive: ':4',
    });
  });

  it('is silent where the cluster refuses', async () => {
    const flags = await served();
    api?.serve(listPath('deployments'), { status: 403, body: status(403, 'no') });
    expect(await choicesOf(['audit', ...flags, 'deploy', ''])).toEqual({ choices: [], directive: ':4' });
  });

  it('offers the kinds that every cluster has where there is none', async () => {
    expect(await choicesOf(['audit', ''])).toEqual({ choices: BUILT_IN, directive: ':4' });
  });

  it('waits for no cluster that does not answer', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const { port } = silent.address() as AddressInfo;
    try {
      const asked = ['audit', '-s', `http://127.0.0.1:${port}`, 'deploy', ''];
      expect(await choicesOf(asked)).toEqual({ choices: [], directive: ':4' });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
