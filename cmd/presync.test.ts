import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serveApi } from '../src/cluster/api-server.fixture.ts';
import { application, POD, REVISIONS, STARTED_AT } from '../src/workloads/argocd/operation.fixture.ts';
import { directory, run } from './fake-io.fixture.ts';
import {
  APPLICATION,
  deployment,
  type GateBench,
  hook,
  pinned,
  startGateBench,
  syncing,
  tagged,
  TOKEN,
} from './presync.fixture.ts';

const reportSchema = z.object({
  metadata: z.object({ source: z.string(), hosts: z.array(z.string()), sync: z.unknown() }),
  workloads: z.array(
    z.object({ containers: z.array(z.object({ image: z.object({ digest: z.string() }) })) }),
  ),
});

// Each case judges real images, and a busy machine takes its time.
vi.setConfig({ testTimeout: 20_000 });

let bench: GateBench;
beforeAll(async () => {
  bench = await startGateBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.argo.requests.length = 0;
  syncing(bench, [deployment('payment', pinned('payment'))]);
});

const asked = () =>
  bench.argo.requests.map(({ path, query }) => `${path}?${decodeURIComponent(query.toString())}`);

describe('a sync', () => {
  it('whose images may run is let through, by its own revision', async () => {
    const { exitCode, stdout } = await bench.presync();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('coverage complete');
    expect(bench.message()).toBe(
      `supplychain: passed: 2 images (argocd/shop at ${REVISIONS.one.slice(0, 12)})\n`,
    );
    expect(asked()).toEqual([
      `${APPLICATION}?appNamespace=argocd`,
      `${APPLICATION}/manifests?appNamespace=argocd&revision=${REVISIONS.one}`,
      `${APPLICATION}?appNamespace=argocd`,
      `${APPLICATION}?appNamespace=argocd`,
    ]);
  });

  it('with an unsigned image is refused, and says which workload, image and reason', async () => {
    syncing(bench, [deployment('frontend', pinned('frontend'))]);
    const { exitCode } = await bench.presync();
    expect(exitCode).toBe(1);
    const [verdict, worst] = bench.message().split('\n');
    expect(verdict).toContain('supplychain: refused: 1 of 2 images fail');
    expect(worst).toContain(`fail SignatureMissing Deployment/frontend (app) ${pinned('frontend')}: `);
  });

  it('records what was synced, and every digest', async () => {
    const { stdout } = await bench.presync(['-o', 'json']);
    const { metadata, workloads } = reportSchema.parse(JSON.parse(stdout));
    expect(metadata).toEqual({
      source: 'argocd',
      hosts: [new URL(bench.argo.url).host, new URL(`http://${pinned('cart')}`).host].sort(),
      sync: {
        application: 'shop',
        namespace: 'argocd',
        uid: 'a6b0',
        startedAt: STARTED_AT,
        sources: [{ source: 'https://git.example/shop.git, path prod', revision: REVISIONS.one }],
        children: [],
      },
    });
    const digests = workloads.flatMap(({ containers }) => containers.map(({ image }) => image.digest));
    expect(digests).toEqual([pinned('payment'), pinned('cart')].map((image) => image.split('@')[1]));
  });

  it('with an image without a digest is refused', async () => {
    syncing(bench, [deployment('payment', tagged('payment'))]);
    expect((await bench.presync()).exitCode).toBe(1);
    expect(bench.message()).toContain('fail TagNotPinned Deployment/payment');
  });

  it('with such an image is let through where the policy says so', async () => {
    syncing(bench, [deployment('payment', tagged('payment'))]);
    const { exitCode } = await bench.presync(['--policy', 'policy.yaml', '--policy', 'unpinned.yaml']);
    expect(exitCode).toBe(0);
  });

  it('with another hook before the gate is refused, whatever its image is', async () => {
    syncing(bench, [hook({ name: 'migrate', wave: -100 })]);
    expect((await bench.presync()).exitCode).toBe(1);
    expect(bench.message()).toContain('fail HookBeforeGate Pod/migrate (gate)');
  });

  it('with another hook behind the gate is let through', async () => {
    syncing(bench, [hook({ name: 'migrate', wave: -99 })]);
    expect((await bench.presync()).exitCode).toBe(0);
  });

  it('of Applications says that each needs a gate of its own', async () => {
    const child = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'cart', namespace: 'argocd' },
      spec: {},
    };
    syncing(bench, [child]);
    const { exitCode, stderr } = await bench.presync();
    expect(exitCode).toBe(0);
    expect(stderr).toContain('each needs a gate of its own: Application/argocd/cart');
    expect(bench.message()).toContain(
      'not judged here, each needs a gate of its own: Application/argocd/cart',
    );
  });

  it('of several sources pins each of them', async () => {
    const sources = [
      { repoURL: 'https://git.example/a.git', path: '.' },
      { repoURL: 'https://git.example/b.git', path: '.' },
    ];
    const gate = { kind: 'Pod', namespace: 'shop', name: 'gate', hookType: 'PreSync', syncPhase: 'PreSync' };
    bench.says(
      application({
        '/spec.sources': sources,
        'syncResult.sources': sources,
        'syncResult.revision': '',
        'syncResult.revisions': [REVISIONS.one, REVISIONS.other],
        'syncResult.resources': [gate],
      }),
    );
    bench.renders([hook({ name: 'gate' })]);
    const { exitCode } = await bench.presync([], { POD_NAME: 'gate' });
    expect(exitCode).toBe(0);
    expect(asked()[1]).toBe(
      `${APPLICATION}/manifests?appNamespace=argocd&revisions=${REVISIONS.one}&revisions=${REVISIONS.other}&sourcePositions=1&sourcePositions=2`,
    );
  });

  it("from somebody's own files is judged by those", async () => {
    const files = [hook({ name: POD.name }), deployment('frontend', pinned('frontend'))].map((one) =>
      JSON.stringify(one),
    );
    bench.says(application({ 'operation.sync': { manifests: files }, 'syncResult.revision': '' }));
    expect((await bench.presync()).exitCode).toBe(1);
    expect(bench.message()).toContain('SignatureMissing Deployment/frontend');
    expect(asked().filter((one) => one.includes('/manifests'))).toEqual([]);
  });
});

describe('what cannot be known is not let through:', () => {
  it.each<[string, string, () => void]>([
    [
      'a sync that ends while it is judged',
      'OperationChanged',
      () => bench.says(application(), application({ phase: 'Failed' })),
    ],
    [
      'a sync of another revision by then',
      'OperationChanged',
      () => bench.says(application(), application({ 'syncResult.revision': REVISIONS.other })),
    ],
    [
      'a source that is changed by then',
      'OperationChanged',
      () => bench.says(application(), application({ '/spec.source.path': 'x' })),
    ],
    [
      'an Argo CD that fails by then',
      'ArgoError',
      () => {
        let count = 0;
        bench.argo.serve(APPLICATION, () =>
          count++ === 0 ? { status: 200, body: application() } : { status: 500, body: {} },
        );
      },
    ],
    [
      'a source that is not what the Application says',
      'SourceDiffers',
      () => bench.says(application({ '/spec.source.path': 'x' })),
    ],
    ['a hydrated source', 'SourceHydrated', () => bench.says(application({ '/spec.sourceHydrator': {} }))],
    [
      'another Application than the one that was asked for',
      'ArgoError',
      () => bench.says(application({ '/metadata.name': 'other' })),
    ],
    ['an answer that is no Application', 'ArgoError', () => bench.says({ metadata: {} })],
    [
      'manifests without the gate',
      'GateNotFound',
      () => bench.renders([deployment('payment', pinned('payment'))]),
    ],
    [
      'manifests that are none',
      'ArgoError',
      () => bench.argo.serve(`${APPLICATION}/manifests`, { status: 200, body: { manifests: ['{'] } }),
    ],
    [
      'an object that says two things',
      'ArgoError',
      () =>
        bench.argo.serve(`${APPLICATION}/manifests`, { status: 200, body: { manifests: ['{"a":1,"a":2}'] } }),
    ],
    ['no manifests', 'GateNotFound', () => bench.renders([])],
    [
      'manifests that cannot be rendered',
      'ArgoError',
      () =>
        bench.argo.serve(`${APPLICATION}/manifests`, {
          status: 400,
          body: { error: 'x', code: 3, message: 'no such path' },
        }),
    ],
    [
      'a token that may not read it',
      'ArgoForbidden',
      () => bench.argo.serve(APPLICATION, { status: 403, body: { code: 7, message: 'permission denied' } }),
    ],
    [
      'a registry that has no such image',
      'ImageNotFound',
      () => syncing(bench, [deployment('x', pinned('cart').replace('/cart', '/nothing'))]),
    ],
    [
      'a hook that may run anything',
      'HookBeforeGate',
      () =>
        syncing(bench, [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: {
              name: 'c',
              annotations: { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': '-200' },
            },
          },
        ]),
    ],
  ])('%s', async (_, reason, given) => {
    given();
    const { exitCode } = await bench.presync();
    expect(exitCode).toBe(3);
    const [verdict, worst] = bench.message().split('\n');
    expect(verdict).toContain('refused, it could not be determined');
    expect(worst).toContain(`unknown ${reason} `);
  });

  it('a sync that changes after its manifests were read', async () => {
    bench.says(application(), application(), application({ 'syncResult.revision': REVISIONS.other }));
    const { exitCode, stdout } = await bench.presync();
    expect(exitCode).toBe(3);
    expect(stdout).toContain('OperationChanged');
  });

  it('a source that said something else only while its manifests were rendered', async () => {
    bench.says(application(), application({ '/spec.source.path': 'x' }), application());
    const { exitCode, stdout } = await bench.presync();
    expect(exitCode).toBe(3);
    expect(stdout).toContain('OperationChanged');
  });

  it('a token that Argo CD refuses', async () => {
    const { exitCode, stdout } = await bench.presync([], { ARGOCD_AUTH_TOKEN: 'expired' });
    expect(exitCode).toBe(3);
    expect(stdout).toContain('ArgoCredentialsRejected');
    expect(stdout).not.toContain('expired');
  });

  it.each([
    ['no token', { ARGOCD_AUTH_TOKEN: '' }],
    ['a token that is none', { ARGOCD_AUTH_TOKEN: 'a\nb' }],
  ])('%s', async (_, env) => {
    const { exitCode, stdout } = await bench.presync([], env);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('ArgoCredentialsRejected');
  });

  it('an Argo CD that is not there', async () => {
    const { exitCode } = await bench.presync([], { ARGOCD_SERVER: 'http://127.0.0.1:1' });
    expect(exitCode).toBe(3);
    expect(bench.message()).toContain('unknown ArgoUnreachable Application/argocd/shop');
  });

  it('a gate that is ended', async () => {
    const { exitCode } = await bench.presync([], {}, { onInterrupt: () => AbortSignal.abort() });
    expect(exitCode).toBe(130);
  });
});

describe('a gate', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['without a policy', ['--policy', 'none'], {}, 'a gate without a policy'],
    ['of another time', ['--at', '2026-01-01'], {}, 'presync takes no --at'],
    ['with another trust root', ['--trusted-root', 'r.json'], {}, 'presync takes no --trusted-root'],
    ['from saved evidence', ['--evidence', 'x'], {}, 'presync takes no --evidence'],
    ['that never refuses', ['--fail-on', 'never'], {}, 'presync takes no --fail-on never'],
    ['over plain HTTP', ['--argocd-server', 'http://argocd.example'], {}, 'over plain HTTP'],
    ['at no address', ['--argocd-server', 'ftp://argocd.example'], {}, 'is no address'],
    ['of two namespaces', ['--application', 'a/shop', '-N', 'b'], {}, 'names the namespace a'],
    ['of files and a sync', ['-f', '-', '--application', 'shop'], {}, 'name one of them'],
    ['with a CA and no server', ['--argocd-ca', 'x'], { ARGOCD_SERVER: '' }, 'go with --argocd-server'],
    ['with a CA that is none', ['--argocd-ca', 'policy.yaml'], {}, 'holds no certificate'],
    ['of no Application', [], { ARGOCD_TRACKING_ID: '', POD_NAME: '' }, 'name the Application'],
  ])('%s is wrong usage, and says so to Argo CD', async (_, args, env, expected) => {
    const { exitCode, stderr } = await bench.presync(args, env);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(expected);
    expect(bench.message()).toContain(expected);
    expect(bench.message().split('\n')[0]).toBe('supplychain: refused, wrong usage');
  });

  it('looks for no policy that nobody named', async () => {
    const { exitCode, stderr } = await run(['presync'], { cwd: directory({ 'supplychain.yaml': 'x' }) });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('name the policy of the gate with --policy');
  });

  it('that was loosened says so, and still refuses what fails', async () => {
    syncing(bench, [deployment('x', pinned('cart').replace('/cart', '/nothing'))]);
    const loosened = await bench.presync(['--fail-on', 'violation']);
    expect(loosened.exitCode).toBe(0);
    expect(loosened.stderr).toContain('what this gate cannot determine is LET THROUGH');
    expect(bench.message()).toContain('LET THROUGH by --fail-on although 0 of 2 images fail, 1 unknown');
    syncing(bench, [deployment('frontend', pinned('frontend'))]);
    expect((await bench.presync(['--fail-on', 'violation'])).exitCode).toBe(1);
  });

  it('that was loosened refuses where it has judged nothing', async () => {
    const { exitCode } = await bench.presync(['--fail-on', 'violation'], {
      ARGOCD_SERVER: 'http://127.0.0.1:1',
    });
    expect(exitCode).toBe(3);
  });

  it('reads its token from a file', async () => {
    const file = join(directory(), 'token');
    writeFileSync(file, `${TOKEN}\n`);
    const { exitCode } = await bench.presync(['--argocd-auth-token-file', file], { ARGOCD_AUTH_TOKEN: '' });
    expect(exitCode).toBe(0);
  });

  it('of files judges what a plugin hands over, and asks no Argo CD', async () => {
    const text = JSON.stringify(deployment('frontend', pinned('frontend')));
    expect((await bench.presync(['-f', '-'], {}, { stdin: text })).exitCode).toBe(1);
    const good = JSON.stringify(deployment('payment', pinned('payment')));
    expect((await bench.presync(['-f', '-'], {}, { stdin: good })).exitCode).toBe(0);
    expect(bench.argo.requests).toEqual([]);
  });

  it('on a laptop says which hooks it does not judge', async () => {
    const { exitCode, stderr } = await bench.presync(['--application', 'shop'], { POD_NAME: '' });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('this is no hook of a sync');
  });
});

describe('an Event', () => {
  const EVENTS = '/api/v1/namespaces/argocd/events';

  it('is written where that is allowed', async () => {
    const cluster = await serveApi();
    cluster.serve(EVENTS, { status: 201, body: { kind: 'Event' } });
    const { exitCode, stderr } = await bench.presync(['--events', '--server', cluster.url]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(cluster.requests.map(({ path }) => path)).toEqual([EVENTS]);
    await cluster.close();
  });

  it.each([
    ['a cluster that refuses it', ['--server', 'http://127.0.0.1:1']],
    ['no cluster', []],
  ])('that cannot be written to %s is said, and changes no verdict', async (_, args) => {
    const { exitCode, stderr } = await bench.presync(['--events', ...args]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('notice: no Event was written: ');
  });

  it('is written nowhere unless it is asked for', async () => {
    const cluster = await serveApi();
    await bench.presync(['--server', cluster.url]);
    expect(cluster.requests).toEqual([]);
    await cluster.close();
  });
});

describe('a plan', () => {
  it('of a running sync names revisions, workloads, hooks and children, and judges nothing', async () => {
    syncing(bench, [deployment('frontend', pinned('frontend')), hook({ name: 'migrate', wave: 3 })]);
    const { exitCode, stdout } = await bench.presync(['--dry-run', '--application', 'shop'], {
      POD_NAME: '',
    });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'the sync of argocd/shop that began at 2026-11-27T16:40:08Z',
      `  ${REVISIONS.one}  https://git.example/shop.git, path prod`,
      '3 objects, of which these run images:',
      '  Pod/gate- (PreSync, wave -100)',
      `    gate: ${pinned('cart')}`,
      '  Deployment/frontend',
      `    app: ${pinned('frontend')}`,
      '  Pod/migrate (PreSync, wave 3)',
      `    gate: ${pinned('cart')}`,
      '',
    ]);
  });

  it('of no sync is of what Argo CD compared with last', async () => {
    bench.says(application({ phase: 'Succeeded', '/status.sync.revision': REVISIONS.other }));
    const { exitCode, stdout } = await bench.presync(['--dry-run', '--application', 'shop'], {
      POD_NAME: '',
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('the next sync of argocd/shop (no sync is running: the last one is Succeeded)');
    expect(asked()).toContain(`${APPLICATION}/manifests?appNamespace=argocd&revision=${REVISIONS.other}`);
  });

  it('of a sync that creates no hooks says so', async () => {
    bench.says(application({ 'operation.sync': { resources: [{}] } }));
    const { stdout } = await bench.presync(['--dry-run', '--application', 'shop'], { POD_NAME: '' });
    expect(stdout).toContain('it creates no hooks, so that no gate judges it');
  });
});
