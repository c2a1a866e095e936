import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushImage } from '../../testdata/make/build.ts';
import { connect } from '../../testdata/make/client.ts';
import { startKubelet } from '../argocd/kubelet.ts';
import { startCluster, until } from '../cluster/cluster.ts';
import { close, listen } from '../sigstore/loopback.ts';
import { startOlareg } from '../sigstore/registry.ts';
import {
  type ArgoBench,
  deployment,
  gateMessage,
  GATES,
  installGate,
  MANIFESTS,
  pinned,
  startArgoBench,
} from './argocd-bench.ts';
import { buildTools } from './bench.ts';
import { DIST } from './program.ts';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';

let argo: ArgoBench;
const HOUR = 3600;
const source = (repoURL: string, more: object = {}) => ({
  targetRevision: 'main',
  path: 'app',
  repoURL,
  ...more,
});

beforeAll(async () => {
  argo = await startArgoBench();
});
afterAll(() => argo?.stop());

type Files = Readonly<Record<string, string>>;

/** An Application with its gate in one repository, and what is in it. */
async function gated(
  name: string,
  files: Files,
  { kind = 'pod', seconds = HOUR }: { kind?: 'pod' | 'job'; seconds?: number } = {},
) {
  const repository = await argo.repository(name);
  const hook = { 'app/gate.yaml': await argo.hook(name, kind) };
  const commit = (more: Files) => repository.commit({ ...hook, ...more });
  const revision = await commit(files);
  await argo.token(name, await argo.argo.projectToken('gate', seconds));
  await argo.application(name, [source(repository.url)]);
  return { revision, commit, pod: `${name}-supplychain-gate`, url: repository.url };
}

const web = (image: string): Files => ({ 'app/web.yaml': deployment('web', image) });

/** Begins a sync whose gate is held back until `meanwhile` is done. */
async function syncWhile(name: string, meanwhile: () => Promise<void>) {
  let release = (): void => undefined;
  argo.hold(new Promise((resolve) => (release = resolve)));
  await argo.begin(name);
  try {
    await until('the gate is there', async () => {
      const { code } = await argo.bench.cluster.kubectl([
        '-n',
        GATES,
        'get',
        'pod',
        `${name}-supplychain-gate`,
      ]);
      return code === 0;
    });
    await meanwhile();
  } finally {
    release();
    argo.hold(Promise.resolve());
  }
  return argo.ended(name);
}

describe('a sync', () => {
  it('of images that may run goes on, and its resources exist', async () => {
    const { revision, pod } = await gated('good', web(pinned(argo.signed)));
    const operation = await argo.sync('good');
    expect(operation.phase).toBe('Succeeded');
    expect(await argo.exists('good', 'web')).toBe(true);
    expect(argo.kubelet.log(pod)).toContain('coverage complete');
    expect(operation.syncResult?.revision).toBe(revision);
  });

  it('of an unsigned image is refused: nothing is applied, and the message names workload, image and reason', async () => {
    const { revision } = await gated('bad', web(pinned(argo.unsigned)));
    const operation = await argo.sync('bad');
    expect(operation).toMatchObject({
      phase: 'Failed',
      message: 'one or more synchronization tasks completed unsuccessfully',
    });
    const [verdict, worst] = gateMessage(operation).split('\n');
    expect(verdict).toBe(
      `supplychain: refused: 1 of 2 images fail, 0 unknown (argocd/bad at ${revision.slice(0, 12)})`,
    );
    expect(worst).toContain(`fail SignatureMissing Deployment/web (app) ${pinned(argo.unsigned)}: `);
    expect(await argo.exists('bad', 'web')).toBe(false);
  });

  it('is judged by its own revision, although another was pushed before the gate ran', async () => {
    const { revision, commit, pod } = await gated('moved', web(pinned(argo.signed)));
    let other = '';
    const operation = await syncWhile('moved', async () => {
      other = await commit(web(pinned(argo.unsigned)));
      await argo.refresh('moved');
      await until('Argo CD has seen the other', async () => (await argo.compared('moved')) === other);
    });
    expect(operation).toMatchObject({ phase: 'Succeeded', syncResult: { revision } });
    expect(argo.kubelet.log(pod)).not.toContain(pinned(argo.unsigned));
    expect((await argo.sync('moved')).phase).toBe('Failed');
  });

  it('the other way round is refused: a good commit does not excuse the bad one that is synced', async () => {
    const { commit } = await gated('excused', web(pinned(argo.unsigned)));
    const operation = await syncWhile('excused', async () => {
      const other = await commit(web(pinned(argo.signed)));
      await argo.refresh('excused');
      await until('Argo CD has seen the other', async () => (await argo.compared('excused')) === other);
    });
    expect(operation.phase).toBe('Failed');
    expect(await argo.exists('excused', 'web')).toBe(false);
  });

  it('whose Application was pointed elsewhere meanwhile is refused', async () => {
    const { url } = await gated('turned', web(pinned(argo.signed)));
    const operation = await syncWhile('turned', () =>
      argo.patch('turned', { spec: { source: source(url, { path: 'other' }) } }),
    );
    expect(gateMessage(operation)).toContain('unknown SourceDiffers');
    expect(operation.phase).toBe('Failed');
  });

  it('by a gate that is a Job is refused by its condition, and judged once', async () => {
    await gated('job', web(pinned(argo.unsigned)), { kind: 'job' });
    const operation = await argo.sync('job');
    expect(operation.phase).toBe('Failed');
    expect(gateMessage(operation)).toContain('failed with exit code 1 matching FailJob rule');
    expect(argo.kubelet.ran().filter((pod) => pod.startsWith('job-'))).toHaveLength(1);
    expect(await argo.exists('job', 'web')).toBe(false);
  });

  it('by a gate that is a Job goes on', async () => {
    await gated('jobgood', web(pinned(argo.signed)), { kind: 'job' });
    expect((await argo.sync('jobgood')).phase).toBe('Succeeded');
  });

  it('with a hook before the gate is refused, and runs the hook as Argo CD does', async () => {
    const hook = deployment('early', pinned(argo.signed)).replace(
      '{ name: early }',
      '{ name: early, annotations: { argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/sync-wave: "-2000000" } }',
    );
    await gated('early', { 'app/early.yaml': hook });
    const operation = await argo.sync('early');
    expect(operation.syncResult?.resources.map(({ message }) => message).join()).toContain(
      'fail HookBeforeGate Deployment/early',
    );
    expect(operation.phase).toBe('Failed');
  });

  it('that changes the policy of its gate is refused', async () => {
    const policy = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: supplychain-policy, namespace: ${GATES} }\ndata: {}\n`;
    await gated('touch', { 'app/policy.yaml': policy });
    const operation = await argo.sync('touch');
    expect(gateMessage(operation)).toContain('unknown GateTouched');
    expect(operation.phase).toBe('Failed');
  });
});

describe('a sync is refused where', () => {
  it('the registry is down', async () => {
    const workdir = join(argo.bench.workdir, 'other');
    const other = await startOlareg({ workdir, toolsBin: buildTools('olareg') });
    const image = await pushImage(
      { client: connect(other.url), host: other.host, repository: 'shop/gone' },
      'gone',
    );
    await other.stop();
    await gated('down', web(`${other.host}/shop/gone@${image.digest}`));
    const operation = await argo.sync('down');
    expect(operation.phase).toBe('Failed');
    expect(gateMessage(operation)).toContain('RegistryUnreachable Deployment/web');
    expect(await argo.exists('down', 'web')).toBe(false);
  });

  it('the token has expired', async () => {
    await gated('expired', web(pinned(argo.signed)), { seconds: 1 });
    await delay(1500);
    const operation = await argo.sync('expired');
    expect(gateMessage(operation)).toContain('unknown ArgoCredentialsRejected Application/argocd/expired');
    expect(await argo.exists('expired', 'web')).toBe(false);
  });

  it('the gate is killed', async () => {
    const { pod } = await gated('killed', web(pinned(argo.signed)));
    const operation = await syncWhile('killed', async () => {
      await argo.bench.cluster.mustKubectl(['-n', GATES, 'delete', 'pod', pod, '--wait=false']);
    });
    expect(operation.phase).not.toBe('Succeeded');
    expect(await argo.exists('killed', 'web')).toBe(false);
  });
});

describe('what goes round a hook is what the documentation says:', () => {
  it('a selective sync, and one that applies only', async () => {
    await gated('round', web(pinned(argo.unsigned)));
    const resources = [{ group: 'apps', kind: 'Deployment', name: 'web' }];
    expect((await argo.sync('round', { resources })).phase).toBe('Succeeded');
    expect(await argo.exists('round', 'web')).toBe(true);
    expect((await argo.sync('round', { syncStrategy: { apply: {} } })).phase).toBe('Succeeded');
    expect((await argo.sync('round')).phase).toBe('Failed');
  });

  it('a hook for failed syncs runs because the gate refuses', async () => {
    const hook = deployment('late', pinned(argo.unsigned)).replace(
      '{ name: late }',
      '{ name: late, annotations: { argocd.argoproj.io/hook: SyncFail } }',
    );
    await gated('late', { 'app/late.yaml': hook });
    expect((await argo.sync('late')).phase).toBe('Failed');
    expect(await argo.exists('late', 'late')).toBe(true);
  });
});

describe('an Event', () => {
  it('on the Application tells the verdict, where the gate may write it', async () => {
    const { cluster } = argo.bench;
    await cluster.mustKubectl(['apply', '-k', join(MANIFESTS, 'events')]);
    const more = {
      'automountServiceAccountToken: false': 'automountServiceAccountToken: true',
      '- presync': '- presync\n    - --events',
    };
    const repository = await argo.repository('told');
    await repository.commit({
      'app/gate.yaml': await argo.hook('told', 'pod', more),
      ...web(pinned(argo.unsigned)),
    });
    await argo.token('told', await argo.argo.projectToken('gate', HOUR));
    await argo.application('told', [source(repository.url)]);
    expect((await argo.sync('told')).phase).toBe('Failed');
    const events = [
      '-n',
      'argocd',
      'get',
      'events',
      '--field-selector',
      'involvedObject.name=told,reason=SupplyChainRefused',
    ];
    expect(await cluster.mustKubectl([...events, '-o', 'jsonpath={.items[*].message}'])).toContain(
      'fail SignatureMissing Deployment/web (app)',
    );
  });
});

describe('an Application of several sources', () => {
  it('has its gate in another one than its developers, and each revision is pinned', async () => {
    const [app, platform] = [await argo.repository('many'), await argo.repository('platform')];
    await platform.commit({ 'gate/gate.yaml': await argo.hook('many') });
    await app.commit(web(pinned(argo.signed)));
    await argo.token('many', await argo.argo.projectToken('gate', HOUR));
    await argo.application('many', [source(app.url), source(platform.url, { path: 'gate' })]);
    const operation = await syncWhile('many', async () => {
      const other = await app.commit(web(pinned(argo.unsigned)));
      await argo.refresh('many');
      await until('Argo CD has seen the other', async () => (await argo.compared('many')) === other);
    });
    expect(operation.phase).toBe('Succeeded');
    const log = argo.kubelet.log('many-supplychain-gate');
    expect(log).toContain(pinned(argo.signed).slice(0, -52));
    expect(log).toContain('2 pass; coverage complete');
    expect((await argo.sync('many')).phase).toBe('Failed');
  });
});

describe('the config management plugin', () => {
  it('renders what may run, and refuses everything else: full, selective and apply-only syncs alike', async () => {
    const repository = await argo.repository('plugged');
    await repository.commit(web(pinned(argo.signed)));
    await argo.application('plugged', [source(repository.url, { plugin: { name: 'supplychain' } })]);
    expect((await argo.sync('plugged')).phase).toBe('Succeeded');
    await repository.commit({ 'app/other.yaml': deployment('other', pinned(argo.unsigned)) });
    const resources = [{ group: 'apps', kind: 'Deployment', name: 'other' }];
    for (const sync of [{}, { resources }, { syncStrategy: { apply: {} } }]) {
      const { phase, message } = await argo.sync('plugged', sync);
      expect(phase).toBe('Error');
      expect(message).toContain('fail SignatureMissing Deployment/other (app)');
    }
    expect(await argo.exists('plugged', 'other')).toBe(false);
  });
});

describe('a gate that is told to end', () => {
  it('ends, although Argo CD does not answer', async () => {
    const silent = createServer();
    const url = await listen(silent);
    const asked = new Promise((resolve) => silent.once('request', resolve));
    const gate = spawn(
      join(DIST, 'kubectl-supplychain'),
      ['presync', '--application=x', `--policy=${argo.bench.policy()}`, `--argocd-server=${url}`],
      {
        env: { PATH: process.env['PATH'], HOME: argo.bench.workdir, ARGOCD_AUTH_TOKEN: 'x' },
        stdio: 'ignore',
      },
    );
    const ended = new Promise((resolve) => gate.once('exit', resolve));
    await asked;
    gate.kill('SIGTERM');
    expect(await ended).toBe(130);
    await close(silent);
  });

  it('ends at once when the sync is terminated', async () => {
    await gated('ended', web(pinned(argo.signed)));
    const operation = await syncWhile('ended', () =>
      argo.patch('ended', { status: { operationState: { phase: 'Terminating' } } }),
    );
    expect(operation.phase).toBe('Failed');
    expect(await argo.exists('ended', 'web')).toBe(false);
  });
});

describe('a destination in another cluster', () => {
  it("is gated by Argo CD's API alone", async () => {
    const { bench } = argo;
    const toolsBin = buildTools('etcd', 'kubernetes', 'kwok');
    const spoke = await startCluster({ workdir: join(bench.workdir, 'spoke'), toolsBin, plugins: DIST });
    const kubelet = startKubelet({
      workdir: join(bench.workdir, 'spoke-kubelet'),
      cluster: spoke,
      entrypoint: join(DIST, 'kubectl-supplychain'),
    });
    try {
      await installGate(bench, spoke);
      const read = (path: string) => readFileSync(path).toString('base64');
      const { ca, admin } = spoke.certificates;
      const tls = { caData: read(ca), certData: read(admin.certificate), keyData: read(admin.key) };
      await bench.cluster.apply([
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: {
            name: 'spoke',
            namespace: 'argocd',
            labels: { 'argocd.argoproj.io/secret-type': 'cluster' },
          },
          stringData: {
            name: 'spoke',
            server: spoke.server,
            config: JSON.stringify({ tlsClientConfig: tls }),
          },
        },
      ]);
      for (const [name, image, phase] of [
        ['far', argo.signed, 'Succeeded'],
        ['farbad', argo.unsigned, 'Failed'],
      ] as const) {
        const repository = await argo.repository(name);
        await repository.commit({ 'app/gate.yaml': await argo.hook(name), ...web(pinned(image)) });
        await spoke.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]);
        await argo.token(name, await argo.argo.projectToken('gate', HOUR), spoke);
        await argo.application(name, [source(repository.url)], { server: spoke.server });
        const operation = await argo.sync(name);
        expect(operation.phase).toBe(phase);
        expect(await argo.exists(name, 'web', spoke)).toBe(phase === 'Succeeded');
      }
    } finally {
      await kubelet.stop();
      await spoke.stop();
    }
  });
});

describe('the manifests', () => {
  it.each([
    'install',
    'events',
    'hook-pod',
    'hook-job',
    'components/network-policy',
    'components/find-application',
  ])('of %s are what the API server takes', async (folder) => {
    const { cluster } = argo.bench;
    const path = folder.startsWith('components') ? argo.component(folder) : join(MANIFESTS, folder);
    const yaml = await cluster.mustKubectl(['kustomize', path]);
    expect((await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input: yaml })).code).toBe(0);
  });

  it.each(['application', 'app-project', 'application-set'])(
    '%s is what the API server takes',
    async (name) => {
      const file = join(MANIFESTS, 'example', `${name}.yaml`);
      const { code, stderr } = await argo.bench.cluster.kubectl(['apply', '--dry-run=server', '-f', file]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );
});

describe('an API of Argo CD that is gone', () => {
  it('refuses every sync', async () => {
    await gated('gone', web(pinned(argo.signed)));
    await argo.argo.api.stop();
    const operation = await argo.sync('gone');
    expect(gateMessage(operation)).toContain('unknown ArgoUnreachable');
    expect(await argo.exists('gone', 'web')).toBe(false);
  });
});
