import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArgoBench, deployment, gateMessage, pinned, startArgoBench } from './argocd-bench.ts';

let argo: ArgoBench;
const APP = { targetRevision: 'main', path: 'app' };
const HOUR = 3600;

beforeAll(async () => {
  argo = await startArgoBench();
});
afterAll(() => argo?.stop());

/** An Application with its gate in one repository, and what is in it. */
async function gated(name: string, files: Readonly<Record<string, string>>, kind: 'pod' | 'job' = 'pod') {
  const repository = await argo.repository(name);
  const hook = { 'app/gate.yaml': await argo.hook(name, kind) };
  const commit = (more: Readonly<Record<string, string>>) => repository.commit({ ...hook, ...more });
  const revision = await commit(files);
  await argo.token(name, await argo.argo.projectToken('gate', HOUR));
  await argo.application(name, [{ ...APP, repoURL: repository.url }]);
  return { revision, commit };
}

describe('a sync', () => {
  it('of images that may run goes on, and its resources exist', async () => {
    const { revision } = await gated('good', { 'app/web.yaml': deployment('web', pinned(argo.signed)) });
    const operation = await argo.sync('good');
    expect(gateMessage(operation)).toContain(`passed: 2 images (argocd/good at ${revision.slice(0, 12)})`);
    expect(operation.phase).toBe('Succeeded');
    expect(await argo.exists('good', 'web')).toBe(true);
  });
});
