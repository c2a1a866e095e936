import { z } from 'zod';

/** When Argo CD applies an object, and in which order within that phase. */
export interface HookPlace {
  /** As `PreSync`; empty for what is never applied. */
  readonly phases: readonly string[];
  readonly wave: number;
}

const HOOK = 'argocd.argoproj.io/hook';
const WAVE = 'argocd.argoproj.io/sync-wave';
const HELM_HOOK = 'helm.sh/hook';
const HELM_WEIGHT = 'helm.sh/hook-weight';

const PHASES: ReadonlySet<string> = new Set(['PreSync', 'Sync', 'PostSync', 'SyncFail']);
const SKIP = 'Skip';

const HELM_PHASES: ReadonlyMap<string, string> = new Map([
  ['pre-install', 'PreSync'],
  ['pre-upgrade', 'PreSync'],
  ['post-install', 'PostSync'],
  ['post-upgrade', 'PostSync'],
]);

const annotatedSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.unknown()) }),
});

/**
 * The place of an object in a sync, as the controller reads its annotations (gitops-engine, pkg/sync/hook/hook.go, sync_phase.go and
 * syncwaves/waves.go): Argo CD's own before Helm's, words that it does not know are none.
 */
export function placeInSync(object: unknown): HookPlace {
  const annotated = annotatedSchema.safeParse(object);
  const annotations = new Map(Object.entries(annotated.success ? annotated.data.metadata.annotations : {}));
  return { phases: phasesOf(annotations), wave: waveOf(annotations) };
}

type Annotations = ReadonlyMap<string, unknown>;

function phasesOf(annotations: Annotations): string[] {
  const own = words(annotations.get(HOOK)).filter((word) => PHASES.has(word) || word === SKIP);
  const helm = words(annotations.get(HELM_HOOK));
  const types = own.length > 0 ? own : helm.flatMap((word) => HELM_PHASES.get(word) ?? []);
  const isHook =
    annotations.has(HOOK) || (annotations.has(HELM_HOOK) && annotations.get(HELM_HOOK) !== 'crd-install');
  if (!isHook) return ['Sync'];
  return [...new Set(types.filter((type) => type !== SKIP))];
}

function waveOf(annotations: Annotations): number {
  return integer(annotations.get(WAVE)) ?? integer(annotations.get(HELM_WEIGHT)) ?? 0;
}

function words(value: unknown): string[] {
  return typeof value === 'string' ? value.split(',').map((word) => word.trim()) : [];
}

const INT64_MAX = 2n ** 63n - 1n;

/** As Go's strconv.Atoi. What is beyond a double is rounded, which keeps the order. */
function integer(value: unknown): number | null {
  if (typeof value !== 'string' || !/^[+-]?\d{1,30}$/.test(value)) return null;
  const exact = BigInt(value.replace('+', ''));
  return exact > INT64_MAX || exact < -INT64_MAX - 1n ? null : Number(exact);
}
