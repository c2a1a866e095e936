import { describe, expect, it } from 'vitest';
import { parseApplication } from './application.ts';
import { findGate, hookBeforeGate, touchesGate } from './gate.ts';
import { placeInSync } from './hook.ts';
import { application, POD, POSTFIX } from './operation.fixture.ts';
import { operationOf } from './operation.ts';

const annotated = (annotations: Readonly<Record<string, string>>) => ({
  kind: 'Job',
  metadata: { name: 'migrate', annotations },
});

describe('the place of an object in a sync', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[], number]>([
    ['without annotations', {}, ['Sync'], 0],
    ['that is a hook', { 'argocd.argoproj.io/hook': 'PreSync' }, ['PreSync'], 0],
    ['of two phases', { 'argocd.argoproj.io/hook': 'PreSync, PostSync' }, ['PreSync', 'PostSync'], 0],
    ['that is skipped', { 'argocd.argoproj.io/hook': 'Skip' }, [], 0],
    ['that is skipped and a hook', { 'argocd.argoproj.io/hook': 'Skip,PreSync' }, ['PreSync'], 0],
    ["that is a hook of Helm's", { 'helm.sh/hook': 'pre-install,pre-upgrade' }, ['PreSync'], 0],
    [
      "that is Helm's and ours",
      { 'helm.sh/hook': 'pre-install', 'argocd.argoproj.io/hook': 'PostSync' },
      ['PostSync'],
      0,
    ],
    [
      'whose hook is no word of ours',
      { 'argocd.argoproj.io/hook': 'PostDelete', 'helm.sh/hook': 'pre-install' },
      ['PreSync'],
      0,
    ],
    ['that is a test of Helm', { 'helm.sh/hook': 'test' }, [], 0],
    ['that is a CRD of Helm', { 'helm.sh/hook': 'crd-install' }, ['Sync'], 0],
    ['with a wave', { 'argocd.argoproj.io/sync-wave': '-5' }, ['Sync'], -5],
    ['with a wave with its sign', { 'argocd.argoproj.io/sync-wave': '+5' }, ['Sync'], 5],
    [
      'with a wave that is none',
      { 'argocd.argoproj.io/sync-wave': '1.5', 'helm.sh/hook-weight': '3' },
      ['Sync'],
      3,
    ],
    [
      'with the lowest wave that there is',
      { 'argocd.argoproj.io/sync-wave': '-9223372036854775808' },
      ['Sync'],
      -(2 ** 63),
    ],
    [
      'with a lower one, which is none',
      { 'argocd.argoproj.io/sync-wave': '-9223372036854775809' },
      ['Sync'],
      0,
    ],
  ])('%s', (_, annotations, phases, wave) => {
    expect(placeInSync(annotated(annotations))).toEqual({ phases, wave });
  });
});

describe('a hook before the gate', () => {
  const GATE = { phases: ['PreSync'], wave: -100 };
  it.each<[string, Readonly<Record<string, string>>, boolean]>([
    [
      'in a lower wave',
      { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': '-101' },
      true,
    ],
    [
      'in the same wave',
      { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': '-100' },
      true,
    ],
    [
      'in a higher wave',
      { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': '-99' },
      false,
    ],
    ['in no wave', { 'argocd.argoproj.io/hook': 'PreSync' }, false],
    ['of Helm, in a lower wave', { 'helm.sh/hook': 'pre-upgrade', 'helm.sh/hook-weight': '-101' }, true],
    [
      'of a later phase',
      { 'argocd.argoproj.io/hook': 'PostSync', 'argocd.argoproj.io/sync-wave': '-101' },
      false,
    ],
    ['of no phase, in a lower wave', { 'argocd.argoproj.io/sync-wave': '-101' }, false],
  ])('%s: %#', (_, annotations, expected) => {
    expect(hookBeforeGate(annotated(annotations), GATE)?.reason).toBe(
      expected ? 'HookBeforeGate' : undefined,
    );
  });
});

describe('the gate', () => {
  const parsed = parseApplication(application(), 'argocd/shop');
  const state = parsed.ok ? operationOf(parsed.value, POD) : null;
  if (state?.state !== 'running') throw new Error('it does not run');
  const { operation } = state;
  const gate = { kind: 'Pod', metadata: { generateName: 'gate-' } };
  const other = { kind: 'Deployment', metadata: { name: 'web' } };

  it.each<[string, readonly unknown[], number | string | null]>([
    ['by the name that Argo CD makes', [other, gate], 1],
    ['by its own name', [{ kind: 'Pod', metadata: { name: `gate-${POSTFIX}` } }], 0],
    [
      'in a namespace that it names',
      [{ kind: 'Pod', metadata: { generateName: 'gate-', namespace: 'shop' } }],
      0,
    ],
    [
      'not in another namespace',
      [{ kind: 'Pod', metadata: { generateName: 'gate-', namespace: 'x' } }],
      'GateNotFound',
    ],
    ['not of another kind', [{ kind: 'Job', metadata: { generateName: 'gate-' } }], 'GateNotFound'],
    [
      'not where its name only begins alike',
      [{ kind: 'Pod', metadata: { generateName: 'gat' } }],
      'GateNotFound',
    ],
    ['not where there are two', [gate, gate], 'GateNotFound'],
    ['not where there is none', [other], 'GateNotFound'],
  ])('is found %s', (_, objects, expected) => {
    const found = findGate(objects, operation);
    expect(found.ok ? found.value : found.fault.reason).toBe(expected);
  });

  it('is not looked for where nobody waits in a hook', () => {
    expect(findGate([other], { ...operation, gate: null })).toEqual({ ok: true, value: null });
  });

  it.each<[string, object, boolean]>([
    ['an object in its namespace', { kind: 'ConfigMap', metadata: { name: 'p', namespace: 'gates' } }, true],
    ['its namespace itself', { kind: 'Namespace', metadata: { name: 'gates' } }, true],
    ['an object elsewhere', { kind: 'ConfigMap', metadata: { name: 'p', namespace: 'shop' } }, false],
    ['an object that names no namespace', { kind: 'ConfigMap', metadata: { name: 'p' } }, false],
    ['a cluster-wide object of the name', { kind: 'ClusterRole', metadata: { name: 'gates' } }, false],
  ])('that has a namespace for itself is touched by %s: %#', (_, object, expected) => {
    const own = { ...operation, gate: operation.gate && { ...operation.gate, namespace: 'gates' } };
    expect(touchesGate(object, own)?.reason).toBe(expected ? 'GateTouched' : undefined);
    expect(touchesGate(object, { ...own, destinationNamespace: 'gates' })).toBeNull();
  });
});
