import { failed, type Fault, type Outcome } from '../../reasons.ts';
import type { Document } from '../document.ts';
import { whole } from '../place.ts';
import { discovered, joined, type Reading } from '../reading.ts';
import type { Discovery, Gap, WorkloadSource } from '../source.ts';
import { readWorkloads } from '../workload.ts';
import { awaitOperation, type Patience, readOperation, type WatchedApplication } from './await-operation.ts';
import type { ArgoServer } from './argo-server.ts';
import { childOf } from './children.ts';
import { findGate, hookBeforeGate, touchesGate } from './gate.ts';
import { placeInSync } from './hook.ts';
import { changeOf, type SyncOperation } from './operation.ts';
import { readObjects } from './sync-objects.ts';

export interface ArgoCdOptions extends WatchedApplication, Patience {
  /** What renders; null where there is no Argo CD to ask, so that only somebody's own files can be judged. */
  readonly server: Pick<ArgoServer, 'manifests'> | null;
  readonly hosts: readonly string[];
}

/**
 * The objects that a running sync of an Argo CD Application applies, hooks and the gate itself among them. What cannot be known is a
 * gap. `confirm` reads the operation once more: what was judged must be what is still synced.
 */
export function createArgoCdSource(options: ArgoCdOptions): WorkloadSource {
  const { namespace, name } = options.name;
  const shown = `${namespace}/${name}`;
  const nothing = (fault: Fault): Discovery => ({ workloads: [], gaps: [gapOf(shown, fault)] });
  let judged: SyncOperation | null = null;
  return {
    kind: 'argocd',
    whenEmpty: 3,
    hosts: options.hosts,
    async discover() {
      const operation = await awaitOperation(options, options);
      if (!operation.ok) return nothing(operation.fault);
      judged = operation.value;
      const manifests = await manifestsOf(operation.value, options);
      // Argo CD renders what the Application says while it renders: it has to say the same before and after.
      const changed = await changeSince(operation.value, options, shown);
      const objects = manifests.ok ? readObjects(manifests.value, shown) : manifests;
      if (!objects.ok) return nothing(objects.fault);
      const found = readSync(objects.value, operation.value, shown);
      return { ...found, gaps: [...found.gaps, ...changed] };
    },
    confirm: async () => (judged === null ? [] : changeSince(judged, options, shown)),
  };
}

/** Whether the sync is still the one that was read; a gap where it is not, or cannot be known. */
async function changeSince(
  judged: SyncOperation,
  watched: WatchedApplication,
  shown: string,
): Promise<readonly Gap[]> {
  const now = await readOperation(watched);
  if (!now.ok) return [gapOf(shown, now.fault)];
  const change = changeOf(judged, now.value);
  if (change === null) return [];
  const { fault } = failed(
    'OperationChanged',
    `the sync of ${shown} changed while it was judged: ${change}`,
    'sync again: nothing says that what was judged is what is applied',
  );
  return [gapOf(shown, fault)];
}

export async function manifestsOf(
  { localManifests, pinned }: SyncOperation,
  { server, name }: Pick<ArgoCdOptions, 'server' | 'name'>,
): Promise<Outcome<readonly string[]>> {
  if (localManifests !== null) return { ok: true, value: localManifests };
  if (server !== null) return server.manifests(name, pinned);
  return failed(
    'ArgoUnreachable',
    'the manifests of a sync are rendered by Argo CD alone, and no address of its API is given',
    'name it with --argocd-server or ARGOCD_SERVER',
  );
}

/** What the objects of a sync run, and which of them would run before the gate has judged them. */
export function readSync(documents: readonly Document[], operation: SyncOperation, shown: string): Discovery {
  const { application, namespace, uid, startedAt, sources, destinationNamespace } = operation;
  const objects = documents.map(({ value }) => value);
  const found = findGate(objects, operation);
  const gate = found.ok ? found.value : null;
  const place = gate === null ? null : placeInSync(objects[gate]);
  const parts = documents.map((document, index): Reading => {
    const reading = readWorkloads(whole(document), destinationNamespace || 'default');
    if (place === null || index === gate) return reading;
    const fault = hookBeforeGate(document.value, place) ?? touchesGate(document.value, operation);
    return fault === null ? reading : refused(reading, fault, document, shown);
  });
  const { workloads, gaps } = discovered(joined(parts));
  return {
    workloads,
    gaps: found.ok ? gaps : [...gaps, gapOf(shown, found.fault)],
    sync: {
      application,
      namespace,
      uid,
      startedAt,
      sources,
      children: objects.flatMap((object) => childOf(object, destinationNamespace) ?? []),
    },
  };
}

/** What is refused fails with all that it runs; where no container is found in it, it is a gap. */
function refused(reading: Reading, fault: Fault, { line }: Document, shown: string): Reading {
  if (reading.workloads.length > 0)
    return { ...reading, workloads: reading.workloads.map((workload) => ({ ...workload, refused: fault })) };
  const gap = gapOf(shown, { ...fault, message: `${shown}:${line}: ${fault.message}` });
  return { ...reading, gaps: [...reading.gaps, gap] };
}

/** What of a sync cannot be known is nobody's wrong input. */
function gapOf(name: string, fault: Fault): Gap {
  return { ...fault, scope: 'kind', name: `Application/${name}`, cluster: null, wrongInput: false };
}
