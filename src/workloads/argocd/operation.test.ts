import { describe, expect, it } from 'vitest';
import { parseApplication } from './application.ts';
import type { HookPod } from './hook-pod.ts';
import { application, POD, POSTFIX, REVISIONS, STARTED_AT } from './operation.fixture.ts';
import { changeOf, operationOf, type OperationState } from './operation.ts';

function stateOf(object: unknown, pod: HookPod | null = POD): OperationState {
  const parsed = parseApplication(object, 'argocd/shop');
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return operationOf(parsed.value, pod);
}

function said(state: OperationState): string {
  if (state.state === 'refused') return state.fault.reason;
  return state.state === 'waiting' ? `waiting: ${state.message}` : 'running';
}

const TWO = [
  { repoURL: 'https://git.example/shop.git', path: 'prod', targetRevision: 'main' },
  { repoURL: 'https://git.example/values.git', ref: 'values' },
];
const CHART = { repoURL: 'https://charts.example', chart: 'shop', targetRevision: '1.*' };
const ARTIFACT = { repoURL: 'oci://registry.example/shop', path: '.', targetRevision: 'v1' };
const severalSources = (revisions: readonly string[], more: Readonly<Record<string, unknown>> = {}) =>
  application({
    '/spec.source': undefined,
    '/spec.sources': TWO,
    'syncResult.source': TWO[0],
    'syncResult.sources': TWO,
    'syncResult.revision': '',
    'syncResult.revisions': revisions,
    'syncResult.resources': [
      { kind: 'Pod', namespace: 'shop', name: 'gate', hookType: 'PreSync', syncPhase: 'PreSync' },
    ],
    ...more,
  });
const SHORT_POD = { name: 'gate', namespace: 'shop' };

describe('an operation', () => {
  it.each<[string, unknown, string]>([
    ['that runs, and has named its hook', application(), 'running'],
    [
      'that nobody asked for',
      application({ '/status.operationState': undefined }),
      'waiting: no sync has been asked for yet',
    ],
    [
      'that has just begun',
      application({ syncResult: undefined }),
      'waiting: Argo CD has not said yet what is synced',
    ],
    [
      'whose hook is not named yet',
      application({ 'syncResult.resources': [] }),
      `waiting: the sync does not name the hook ${POD.name} among its hooks yet`,
    ],
    [
      'that failed and is tried again later',
      application({ finishedAt: STARTED_AT }),
      'waiting: the sync failed and waits for its next attempt',
    ],
    [
      'that is blocked by a window, with the branch that was asked for',
      application({ 'syncResult.revision': 'main' }),
      'waiting: the revision of https://git.example/shop.git, path prod is not resolved yet: "main"',
    ],
    ['that is being terminated', application({ phase: 'Terminating' }), 'OperationNotFound'],
    ['that is over', application({ phase: 'Failed' }), 'OperationNotFound'],
    ['that is a later one', application({ startedAt: '2026-11-27T16:41:00Z' }), 'OperationNotFound'],
    [
      'that is an earlier one, which an informer still shows',
      application({ startedAt: '2026-11-27T16:39:00Z' }),
      `waiting: Argo CD shows a sync that is older than the hook ${POD.name}`,
    ],
    ['that began at no time', application({ startedAt: 'today' }), 'ArgoError'],
    [
      'that has the gate in a later phase',
      application({
        'syncResult.resources': [
          { kind: 'Pod', namespace: 'shop', name: POD.name, hookType: 'Sync', syncPhase: 'Sync' },
        ],
      }),
      'GateNotFound',
    ],
    [
      'whose hook of this name is in another namespace',
      application({
        'syncResult.resources': [
          { kind: 'Pod', namespace: 'other', name: POD.name, hookType: 'PreSync', syncPhase: 'PreSync' },
        ],
      }),
      `waiting: the sync does not name the hook ${POD.name} among its hooks yet`,
    ],
    ['whose source was changed meanwhile', application({ '/spec.source.path': 'staging' }), 'SourceDiffers'],
    [
      'whose source was given other parameters meanwhile',
      application({ '/spec.source.kustomize': { images: ['nginx:1.27'] } }),
      'SourceDiffers',
    ],
    [
      'of a source that names another branch than the Application, as the revision is pinned',
      application({ '/spec.source.targetRevision': 'release' }),
      'running',
    ],
    [
      'of a source of which Go left out what is empty',
      application({
        '/spec.source.helm': { parameters: [], values: '' },
        '/spec.source.directory': { jsonnet: {} },
      }),
      'running',
    ],
    [
      'that rolls back to another source',
      application({ 'syncResult.source': { ...TWO[0], path: 'old' } }),
      'SourceDiffers',
    ],
    ['of a hydrated source', application({ '/spec.sourceHydrator': { drySource: {} } }), 'SourceHydrated'],
    [
      'of a single source, where the Application has several now',
      application({ '/spec.sources': TWO }),
      'SourceDiffers',
    ],
    [
      'of a chart',
      application({ '/spec.source': CHART, 'syncResult.source': CHART, 'syncResult.revision': '1.4.0' }),
      'running',
    ],
    [
      'of a chart whose version is not resolved',
      application({ '/spec.source': CHART, 'syncResult.source': CHART, 'syncResult.revision': '1.*' }),
      'waiting: the revision of https://charts.example, chart shop is not resolved yet: "1.*"',
    ],
    [
      'of an OCI artifact',
      application({
        '/spec.source': ARTIFACT,
        'syncResult.source': ARTIFACT,
        'syncResult.revision': `sha256:${'a'.repeat(64)}`,
      }),
      'running',
    ],
    [
      'of an OCI artifact whose tag is not resolved',
      application({ '/spec.source': ARTIFACT, 'syncResult.source': ARTIFACT, 'syncResult.revision': 'v1' }),
      'waiting: the revision of oci://registry.example/shop, path . is not resolved yet: "v1"',
    ],
  ])('%s', (_, object, expected) => {
    expect(said(stateOf(object))).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['of two sources', severalSources([REVISIONS.one, REVISIONS.other]), 'running'],
    [
      'of two sources, of which one is not resolved',
      severalSources([REVISIONS.one, '']),
      'waiting: the revision of https://git.example/values.git, ref values is not resolved yet',
    ],
    [
      'of two sources and one revision',
      severalSources([REVISIONS.one]),
      'waiting: the revisions of the sources are not resolved yet',
    ],
    [
      'of two sources, where there are three now',
      severalSources([REVISIONS.one, REVISIONS.other], { '/spec.sources': [...TWO, TWO[0]] }),
      'SourceDiffers',
    ],
    [
      'of two sources, which have changed places',
      severalSources([REVISIONS.one, REVISIONS.other], { '/spec.sources': TWO.toReversed() }),
      'SourceDiffers',
    ],
    [
      'of two sources, where there is one now',
      severalSources([REVISIONS.one, REVISIONS.other], {
        '/spec.sources': undefined,
        '/spec.source': TWO[0],
      }),
      'SourceDiffers',
    ],
  ])('%s', (_, object, expected) => {
    expect(said(stateOf(object, SHORT_POD))).toBe(expected);
  });

  it('pins every one of several sources', () => {
    const state = stateOf(severalSources([REVISIONS.one, REVISIONS.other]), SHORT_POD);
    expect(state).toMatchObject({
      operation: {
        pinned: { revisions: [REVISIONS.one, REVISIONS.other] },
        sources: [
          { source: 'https://git.example/shop.git, path prod', revision: REVISIONS.one },
          { source: 'https://git.example/values.git, ref values', revision: REVISIONS.other },
        ],
      },
    });
  });

  it('knows how Argo CD ends the names of its hooks', () => {
    expect(stateOf(application())).toMatchObject({
      operation: { postfix: POSTFIX, gate: { name: POD.name } },
    });
  });

  it.each<[string, unknown]>([
    [
      'of some resources',
      application({ 'operation.sync': { resources: [{ kind: 'Deployment', name: 'web' }] } }),
    ],
    ['that applies only', application({ 'operation.sync': { syncStrategy: { apply: {} } } })],
  ])('%s creates no hooks', (_, object) => {
    expect(stateOf(object, null)).toMatchObject({ state: 'running', operation: { withoutHooks: true } });
  });

  it("from somebody's own files is of those, and has no revision", () => {
    const object = application({ 'operation.sync': { manifests: ['{}'] }, 'syncResult.revision': '' });
    expect(stateOf(object)).toMatchObject({ operation: { localManifests: ['{}'], sources: [] } });
  });

  it.each<[string, string, boolean]>([
    ['a Job of this name', `gate-${POSTFIX}`, true],
    ['a Job whose name begins alike', 'gate', false],
    ['a Job whose name the pod has cut short', `gate-${'x'.repeat(60)}`, true],
  ])('is that of the pod of %s: %#', (_, job, expected) => {
    const name = `${`${job}-`.slice(0, 58)}abcde`;
    const own = { kind: 'Job', namespace: 'shop', name: job, hookType: 'PreSync', syncPhase: 'PreSync' };
    const pod = { name: expected ? name : `gate-${POSTFIX}-abcde`, namespace: 'shop' };
    expect(said(stateOf(application({ 'syncResult.resources': [own] }), pod)) === 'running').toBe(expected);
  });
});

describe('what was judged', () => {
  const judged = stateOf(application());
  if (judged.state !== 'running') throw new Error('it does not run');

  it.each<[string, unknown, string | null]>([
    ['is still synced', application(), null],
    ['is still synced, and other resources have results', application({ message: 'waits' }), null],
    [
      'is over',
      application({ phase: 'Succeeded' }),
      `the sync that created the hook ${POD.name} is Succeeded`,
    ],
    ['is being terminated', application({ phase: 'Terminating' }), 'the sync is being terminated'],
    ['is tried again', application({ retryCount: 1 }), 'the sync is at another attempt'],
    [
      'is of another revision',
      application({ 'syncResult.revision': REVISIONS.other }),
      'the sync is of other revisions',
    ],
    [
      'was begun anew',
      application({ startedAt: '2026-11-27T16:40:08.5Z' }),
      'another sync began at 2026-11-27T16:40:08.5Z',
    ],
    [
      'is of an Application that was made anew',
      application({ '/metadata.uid': 'b' }),
      'the Application was deleted and made anew',
    ],
  ])('%s', (_, object, expected) => {
    expect(changeOf(judged.operation, stateOf(object))).toBe(expected);
  });

  it('is not what the Application says any more', () => {
    expect(changeOf(judged.operation, stateOf(application({ '/spec.source.path': 'x' })))).toContain(
      'is not what spec.source',
    );
  });
});
