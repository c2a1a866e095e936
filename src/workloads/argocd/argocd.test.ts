import { expect, it } from 'vitest';
import { createArgoCdSource } from './argocd.ts';
import { application, POD } from './operation.fixture.ts';

const NAME = { namespace: 'argocd', name: 'shop' };
const GATE = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'gate-' },
  spec: { containers: [{ name: 'g', image: 'g' }] },
};

/** A clock that goes on by 10 ms whenever it is read. */
let time = 0;

function sourceOf(
  read: () => unknown,
  more: { signal?: AbortSignal; local?: boolean; clock?: () => Date } = {},
) {
  return createArgoCdSource({
    name: NAME,
    pod: POD,
    read: () => Promise.resolve({ ok: true, value: read() }),
    server: more.local
      ? null
      : { manifests: () => Promise.resolve({ ok: true, value: [JSON.stringify(GATE)] }) },
    hosts: ['argocd'],
    waitMs: 100,
    pollMs: 1,
    clock: more.clock ?? (() => new Date((time += 10))),
    signal: more.signal,
  });
}

it('is waited for until Argo CD says what is synced', async () => {
  const states = [{ syncResult: undefined }, { 'syncResult.resources': [] }, {}];
  const found = await sourceOf(() => application(states.shift())).discover();
  expect(found.workloads.map(({ kind, name, namespace }) => [kind, name, namespace])).toEqual([
    ['Pod', 'gate-', 'shop'],
  ]);
  expect(states).toEqual([]);
});

it('is not waited for without end', async () => {
  const { workloads, gaps } = await sourceOf(() => application({ syncResult: undefined })).discover();
  expect(workloads).toEqual([]);
  expect(gaps).toMatchObject([{ reason: 'OperationNotFound', wrongInput: false }]);
  expect(gaps[0]?.message).toContain('Argo CD has not said yet what is synced (waited for 0 s)');
});

it('is not waited for by a gate that is ended', async () => {
  const { gaps } = await sourceOf(() => application({ syncResult: undefined }), {
    signal: AbortSignal.abort(),
  }).discover();
  expect(gaps).toHaveLength(1);
});

it('cannot be rendered without an Argo CD to ask', async () => {
  const { workloads, gaps } = await sourceOf(() => application(), { local: true }).discover();
  expect(workloads).toEqual([]);
  expect(gaps).toMatchObject([{ reason: 'ArgoUnreachable' }]);
});

it('is not waited for longer, however slowly Argo CD answers', async () => {
  let now = 0;
  let asked = 0;
  const read = () => {
    asked += 1;
    now += 60_000;
    return application({ syncResult: undefined });
  };
  const { gaps } = await sourceOf(read, { clock: () => new Date(now) }).discover();
  expect(gaps[0]?.message).toContain('(waited for 60 s)');
  expect(asked).toBe(1);
});
