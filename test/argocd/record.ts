// Writes testdata/argocd/*.json: Applications as a real Argo CD shows them at each moment of a sync, for the unit tests. It needs what
// the end-to-end tests need (test/tools/build.sh, redis, the built program): node test/argocd/record.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { until } from '../cluster/cluster.ts';
import { type ArgoBench, deployment, GATES, pinned, startArgoBench } from '../e2e/argocd-bench.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'testdata', 'argocd');
const recordedSchema = z.looseObject({
  metadata: z.looseObject({ managedFields: z.unknown().optional() }),
  status: z
    .looseObject({
      operationState: z
        .looseObject({
          phase: z.string(),
          finishedAt: z.string().optional(),
          retryCount: z.number().optional(),
          syncResult: z.looseObject({ resources: z.array(z.unknown()).optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
});
type Recorded = z.infer<typeof recordedSchema>;
type State = NonNullable<NonNullable<Recorded['status']>['operationState']>;

const bench = await startArgoBench();
try {
  await record(bench);
} finally {
  await bench.stop();
}

async function record(argo: ArgoBench): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const { cluster, workdir } = argo.bench;
  let release = (): void => undefined;
  const hold = (): void => argo.hold(new Promise((resolve) => (release = resolve)));
  const seen = async (name: string): Promise<Recorded> =>
    recordedSchema.parse(
      await cluster.request('GET', `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`),
    );
  /** Waits for a moment of a sync, and keeps it. */
  const keep = async (application: string, file: string, when: (state: State) => boolean): Promise<void> => {
    await until(`${application} is as ${file}`, async () => {
      const found = await seen(application);
      const state = found.status?.operationState;
      if (state === undefined || !when(state)) return false;
      const { metadata, ...rest } = found;
      const { managedFields: _fields, ...kept } = metadata;
      const text = JSON.stringify({ ...rest, metadata: kept }, null, 2);
      writeFileSync(
        join(FOLDER, `${file}.json`),
        `${text.replaceAll(join(workdir, 'repositories'), '/repositories')}\n`,
      );
      return true;
    });
  };
  const hooked = ({ syncResult }: State): boolean => (syncResult?.resources ?? []).length > 0;
  const source = (repoURL: string, path = 'app') => ({ repoURL, targetRevision: 'main', path });
  const web = deployment('web', pinned(argo.unsigned));
  const application = async (name: string, gate: string): Promise<void> => {
    const repository = await argo.repository(name);
    await repository.commit({ 'app/web.yaml': web, 'app/gate.yaml': gate });
    await argo.token(name, await argo.argo.projectToken('gate', 3600));
    await argo.application(name, [source(repository.url)]);
  };

  hold();
  await application('pod', await argo.hook('pod'));
  await argo.begin('pod');
  await keep('pod', 'begun', ({ phase, syncResult }) => phase === 'Running' && syncResult === undefined);
  await keep('pod', 'pod', hooked);
  release();
  await argo.ended('pod');
  await keep('pod', 'failed', ({ phase }) => phase === 'Failed');

  hold();
  await application('job', await argo.hook('job', 'job'));
  await argo.begin('job');
  await keep('job', 'job', hooked);
  release();
  await argo.ended('job');

  hold();
  const generated = (await argo.hook('made')).replace(
    'name: made-supplychain-gate\n',
    'generateName: gate-made-\n',
  );
  await application('made', generated);
  await argo.begin('made');
  await keep('made', 'generated-name', hooked);
  await argo.patch('made', { status: { operationState: { phase: 'Terminating' } } });
  await keep('made', 'terminating', ({ phase }) => phase === 'Terminating');
  release();
  await argo.ended('made');

  hold();
  const [app, platform] = [await argo.repository('many'), await argo.repository('platform')];
  await app.commit({ 'app/web.yaml': web });
  await platform.commit({ 'gate/gate.yaml': await argo.hook('many') });
  await argo.token('many', await argo.argo.projectToken('gate', 3600));
  await argo.application('many', [source(app.url), source(platform.url, 'gate')]);
  await argo.begin('many');
  await keep('many', 'several-sources', hooked);
  release();
  await argo.ended('many');

  await application('again', await argo.hook('again'));
  const retry = { limit: 1, backoff: { duration: '3s', factor: 1 } };
  await argo.patch('again', { operation: { initiatedBy: { username: 'test' }, sync: {}, retry } });
  await keep(
    'again',
    'waits-for-retry',
    ({ phase, finishedAt }) => phase === 'Running' && finishedAt !== undefined,
  );
  hold();
  await keep(
    'again',
    'retried',
    (state) => state.finishedAt === undefined && state.retryCount === 1 && hooked(state),
  );
  release();
  await argo.ended('again');

  hold();
  const json = async (yaml: string): Promise<string> =>
    cluster.mustKubectl(['create', '--dry-run=client', '-o', 'json', '-f', '-'], { input: yaml });
  await application('local', await argo.hook('local'));
  // argocd writes the tracking id on what it sends; here nobody does.
  const named = { '- presync': '- presync\n    - --application=local' };
  const manifests = [await json(await argo.hook('local', 'pod', named)), await json(web)];
  await argo.begin('local', { manifests });
  await keep('local', 'local', hooked);
  release();
  const { phase } = await argo.ended('local');
  process.stdout.write(
    `a local sync of an unsigned image ended ${phase}: ${argo.kubelet.log('local-supplychain-gate')}\n`,
  );

  const resources = [{ group: 'apps', kind: 'Deployment', name: 'web' }];
  await argo.sync('local', { resources });
  await keep('local', 'selective', ({ phase }) => phase === 'Succeeded');
  process.stdout.write(`pods: ${GATES}: ${argo.kubelet.ran().join(' ')}\n`);
}
