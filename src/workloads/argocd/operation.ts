import { failed, type Outcome } from '../../reasons.ts';
import type { Sync } from '../source.ts';
import type { Application, ApplicationSource, ResourceResult } from './application.ts';
import { hookName, type HookPod, isOwnHook, startedByName } from './hook-pod.ts';
import { describeSource, isResolved, rendersAlike } from './source-fields.ts';

/** What is being synced, once Argo CD has said so. */
export interface SyncOperation extends Omit<Sync, 'children'> {
  readonly retryCount: number;
  /** The revisions of all sources by position; one without position for an Application with a single source. */
  readonly pinned: { readonly revision: string } | { readonly revisions: readonly string[] };
  /** The objects themselves, of a sync from somebody's own files (`argocd app sync --local`). */
  readonly localManifests: readonly string[] | null;
  /** Whether it creates no hooks, as a sync of some resources or with the strategy `apply` does: nothing gates it. */
  readonly withoutHooks: boolean;
  /** The cluster that is synced to, which charts may render differently for. */
  readonly destination: string;
  /** Where objects go that name no namespace. */
  readonly destinationNamespace: string;
  /** The result of the hook that this program runs in; null where it runs in none. */
  readonly gate: ResourceResult | null;
  /** What `metadata.generateName` of a hook becomes in this operation: `<revision>-presync-<seconds>`. */
  readonly postfix: string;
}

/** An operation that can be judged, one that may still come, or why none of this will be. */
export type OperationState =
  | { readonly state: 'running'; readonly operation: SyncOperation }
  | { readonly state: 'waiting'; readonly message: string }
  | { readonly state: 'refused'; readonly fault: Extract<Outcome<never>, { ok: false }>['fault'] };

/**
 * Reads from an Application which revisions are being synced, and whether Argo CD would render just those if it is asked. The
 * controller writes `operationState`, renders, creates the hooks, and only then writes `syncResult` with the revisions and the hooks
 * (argo-cd, controller/sync.go); before a retry it takes the result away again. `pod` is the hook's own: the operation must be the one
 * that has created it.
 */
export function operationOf(application: Application, pod: HookPod | null): OperationState {
  const state = application.status?.operationState;
  if (!state) return waiting('no sync has been asked for yet');
  const started = pod === null ? null : startedByName(pod.name);
  const startedAt = Math.floor(Date.parse(state.startedAt) / 1000);
  if (Number.isNaN(startedAt))
    return refused('ArgoError', `the sync began at no time: ${JSON.stringify(state.startedAt)}`);
  if (started !== null && startedAt > started)
    return refused(
      'OperationNotFound',
      `the sync that created ${hookName(pod)} is over, and another one has begun`,
    );
  if (started !== null && startedAt < started)
    return waiting(`Argo CD shows a sync that is older than ${hookName(pod)}`);
  if (state.phase === 'Terminating') return refused('OperationNotFound', 'the sync is being terminated');
  if (state.phase !== 'Running')
    return started === null
      ? waiting(`no sync is running: the last one is ${state.phase}`)
      : refused('OperationNotFound', `the sync that created ${hookName(pod)} is ${state.phase}`);
  if (state.finishedAt) return waiting('the sync failed and waits for its next attempt');
  if (!state.syncResult) return waiting('Argo CD has not said yet what is synced');
  const { resources } = state.syncResult;
  const own = pod === null ? [] : resources.filter((resource) => isOwnHook(resource, pod));
  const [gate = null] = own;
  if (pod !== null && gate === null)
    return waiting(`the sync does not name ${hookName(pod)} among its hooks yet`);
  const outOfPhase = own.find(({ syncPhase }) => syncPhase !== 'PreSync');
  if (outOfPhase)
    return refused(
      'GateNotFound',
      `the gate is a hook of the phase ${outOfPhase.syncPhase}, in which what it judges is applied already`,
      'annotate it with argocd.argoproj.io/hook: PreSync',
    );
  return judgeable(application, state, gate);
}

type State = NonNullable<NonNullable<Application['status']>['operationState']>;

function judgeable(application: Application, state: State, gate: ResourceResult | null): OperationState {
  const { metadata, spec } = application;
  const manifests = state.operation.sync?.manifests ?? [];
  const { startedAt, retryCount } = state;
  const { resources = [], syncStrategy } = state.operation.sync ?? {};
  const known = {
    application: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    startedAt,
    retryCount,
    destination: spec.destination.server || spec.destination.name,
    destinationNamespace: spec.destination.namespace,
    gate,
    withoutHooks: resources.length > 0 || (syncStrategy?.apply ?? null) !== null,
  };
  const { revision = '', revisions = [], source, sources = [] } = state.syncResult ?? {};
  const seconds = Math.floor(Date.parse(startedAt) / 1000);
  // gitops-engine, sync_context.go: the revision is empty where there are several sources.
  const short = revision.length >= 8 ? revision.slice(0, 7) : revision;
  const postfix = `${short}-presync-${seconds}`.toLowerCase();
  if (manifests.length > 0)
    return running({ ...known, postfix, sources: [], pinned: { revision }, localManifests: manifests });
  if (spec.sourceHydrator)
    return refused(
      'SourceHydrated',
      'the source is hydrated: Argo CD renders the dry source when it is asked, and syncs the hydrated branch',
      'put the gate on an Application whose source is the hydrated branch, or hand over the rendered files with -f',
    );
  if (sources.length > 0) {
    const differing = sources.findIndex((one, index) => !isSame(one, spec.sources[index]));
    if (differing !== -1 || sources.length !== spec.sources.length) return differs(sources[differing], true);
    if (revisions.length !== sources.length)
      return waiting('the revisions of the sources are not resolved yet');
    const open = sources.find((one, index) => !isResolved(one, revisions[index] ?? ''));
    if (open) return waiting(`the revision of ${describeSource(open)} is not resolved yet`);
    const named = sources.map((one, index) => ({
      source: describeSource(one),
      revision: revisions[index] ?? '',
    }));
    return running({ ...known, postfix, sources: named, pinned: { revisions }, localManifests: null });
  }
  if (!source || source.repoURL === '') return waiting('Argo CD has not said yet which source is synced');
  if (spec.sources.length > 0 || !isSame(source, spec.source)) return differs(source, false);
  if (!isResolved(source, revision))
    return waiting(
      `the revision of ${describeSource(source)} is not resolved yet: ${JSON.stringify(revision)}`,
    );
  const named = [{ source: describeSource(source), revision }];
  return running({ ...known, postfix, sources: named, pinned: { revision }, localManifests: null });
}

/**
 * Why an operation is not the one any more that was judged; null where it is. The same attempt of the same sync, of the same revisions
 * of what the Application still says.
 */
export function changeOf(judged: SyncOperation, now: OperationState): string | null {
  if (now.state === 'waiting') return now.message;
  if (now.state === 'refused') return now.fault.message;
  const { operation } = now;
  if (operation.uid !== judged.uid) return 'the Application was deleted and made anew';
  if (operation.startedAt !== judged.startedAt) return `another sync began at ${operation.startedAt}`;
  if (operation.retryCount !== judged.retryCount) return 'the sync is at another attempt';
  if (whereOf(operation) !== whereOf(judged)) return 'the Application has another destination';
  return whatOf(operation) === whatOf(judged) ? null : 'the sync is of other revisions';
}

function whereOf({ destination, destinationNamespace }: SyncOperation): string {
  return JSON.stringify([destination, destinationNamespace]);
}

function whatOf({ pinned, sources, localManifests }: SyncOperation): string {
  return JSON.stringify([pinned, sources, localManifests]);
}

function isSame(synced: ApplicationSource, said: ApplicationSource | null | undefined): boolean {
  return said !== null && said !== undefined && rendersAlike(synced, said);
}

function differs(source: ApplicationSource | undefined, several: boolean): OperationState {
  const what = source === undefined ? 'the number of sources' : describeSource(source);
  const where = several ? 'spec.sources' : 'spec.source';
  return refused(
    'SourceDiffers',
    `what is synced (${what}) is not what ${where} of the Application says, so that Argo CD would render something else if it is asked`,
    'a rollback, or a sync of a source that was changed meanwhile, cannot be judged: let the Application say what is to be synced, and sync again',
  );
}

function running(operation: SyncOperation): OperationState {
  return { state: 'running', operation };
}

function waiting(message: string): OperationState {
  return { state: 'waiting', message };
}

function refused(...fault: Parameters<typeof failed>): OperationState {
  return { state: 'refused', fault: failed(...fault).fault };
}
