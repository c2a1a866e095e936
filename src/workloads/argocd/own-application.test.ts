import { describe, expect, it } from 'vitest';
import { applicationOfTrackingId, findOwnApplication } from './own-application.ts';

const TRACKED = 'argocd.argoproj.io/tracking-id';
const JOB = '/apis/batch/v1/namespaces/shop/jobs/gate';
const OWNED = { ownerReferences: [{ kind: 'Job', name: 'gate', controller: true }] };

describe('a tracking id', () => {
  it.each<[string, string, string | null]>([
    ['of an Application beside Argo CD', 'shop:apps/Deployment:shop/web', 'argocd/shop'],
    ['of one in another namespace', 'team-a_shop:/Pod:shop/gate', 'team-a/shop'],
    ['of nothing', '', null],
    ['that is none', 'shop', null],
    ['of no name', ':/Pod:shop/gate', null],
    ['of no namespace', '_shop:/Pod:shop/gate', null],
    ['of too many names', 'a_b_c:/Pod:shop/gate', null],
  ])('%s', (_, text, expected) => {
    const found = applicationOfTrackingId(text, 'argocd');
    expect(found && `${found.namespace}/${found.name}`).toBe(expected);
  });
});

describe('the Application of a pod', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['that is a hook', { pod: { annotations: { [TRACKED]: 'shop:/Pod:shop/gate' } } }, 'argocd/shop'],
    [
      'of a Job that is a hook',
      { pod: OWNED, [JOB]: { annotations: { [TRACKED]: 'a_shop:batch/Job:shop/gate' } } },
      'a/shop',
    ],
    ['that has only the label', { pod: { labels: { 'app.kubernetes.io/instance': 'shop' } } }, 'argocd/shop'],
    [
      'that has the label of a chart beside the id',
      {
        pod: {
          labels: { 'app.kubernetes.io/instance': 'chart' },
          annotations: { [TRACKED]: 'shop:/Pod:shop/gate' },
        },
      },
      'argocd/shop',
    ],
    ['that nobody tracks', { pod: {} }, 'OperationNotFound'],
    ['that may not be read', {}, 'Forbidden'],
    ['whose Job may not be read', { pod: OWNED }, 'Forbidden'],
  ])('%s', async (_, objects, expected) => {
    const get = ({ path }: { readonly path: string }) => {
      const metadata = objects[path] ?? (path.endsWith('/pods/gate-abcde') ? objects['pod'] : undefined);
      return Promise.resolve(
        metadata === undefined
          ? { ok: false as const, status: 403, fault: { reason: 'Forbidden' as const, message: 'no' } }
          : { ok: true as const, value: { metadata } },
      );
    };
    const found = await findOwnApplication({ get }, { name: 'gate-abcde', namespace: 'shop' }, 'argocd');
    expect(found.ok ? `${found.value.namespace}/${found.value.name}` : found.fault.reason).toBe(expected);
  });
});
