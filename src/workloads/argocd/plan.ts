import { failed, ok, type Outcome } from '../../reasons.ts';
import { type Application, parseApplication } from './application.ts';
import type { WatchedApplication } from './await-operation.ts';
import { operationOf, type SyncOperation } from './operation.ts';
import { describeSource, isResolved } from './source-fields.ts';

/** What a gate would judge now, and why not more can be said of it. */
export interface Plan {
  readonly operation: SyncOperation;
  /** null where it is the running sync; else why it is not, in words. */
  readonly notRunning: string | null;
}

/** The sync that is running, or the one that Argo CD would begin now, by what it compared with last. */
export async function planOf({ name, read }: WatchedApplication): Promise<Outcome<Plan>> {
  const answer = await read();
  if (!answer.ok) return answer;
  const parsed = parseApplication(answer.value, `${name.namespace}/${name.name}`);
  if (!parsed.ok) return parsed;
  const state = operationOf(parsed.value, null);
  if (state.state === 'running') return ok({ operation: state.operation, notRunning: null });
  if (parsed.value.spec.sourceHydrator)
    return failed('SourceHydrated', 'the source is hydrated: a gate of this Application refuses every sync');
  const next = nextSync(parsed.value);
  if (!next.ok) return next;
  const why = state.state === 'waiting' ? state.message : state.fault.message;
  return ok({ operation: next.value, notRunning: why });
}

function nextSync({ metadata, spec, status }: Application): Outcome<SyncOperation> {
  const several = spec.sources.length > 0;
  const sources = several ? spec.sources : spec.source ? [spec.source] : [];
  const { revision = '', revisions: compared = [] } = status?.sync ?? {};
  const revisions = several ? compared : [revision];
  const open = sources.find((source, index) => !isResolved(source, revisions[index] ?? ''));
  if (sources.length === 0 || open)
    return failed(
      'OperationNotFound',
      open ? `Argo CD has not compared ${describeSource(open)} yet` : 'the Application has no source',
      'refresh the Application, and see its conditions',
    );
  return ok({
    application: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    startedAt: '',
    retryCount: 0,
    sources: sources.map((source, index) => ({
      source: describeSource(source),
      revision: revisions[index] ?? '',
    })),
    pinned: several ? { revisions } : { revision },
    localManifests: null,
    withoutHooks: false,
    destination: spec.destination.server || spec.destination.name,
    destinationNamespace: spec.destination.namespace,
    gate: null,
    postfix: '',
  });
}
