import { z } from 'zod';
import { failed, type Fault, ok, type Outcome } from '../../reasons.ts';
import { type HookPlace, placeInSync } from './hook.ts';
import type { SyncOperation } from './operation.ts';

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string().optional(),
    generateName: z.string().optional(),
    namespace: z.string().optional(),
  }),
});

/** Which of the objects is the gate: its own hook, by kind, namespace and the name that Argo CD gives it. null where no hook is known. */
export function findGate(objects: readonly unknown[], operation: SyncOperation): Outcome<number | null> {
  const { gate, postfix, destinationNamespace } = operation;
  if (gate === null) return ok(null);
  const found = objects.flatMap((object, index) => {
    const parsed = objectSchema.safeParse(object);
    if (!parsed.success) return [];
    const { kind, metadata } = parsed.data;
    const name = metadata.name || `${metadata.generateName ?? ''}${postfix}`;
    const namespace = metadata.namespace || destinationNamespace;
    return kind === gate.kind && name === gate.name && namespace === gate.namespace ? [index] : [];
  });
  const [only, another] = found;
  if (only !== undefined && another === undefined) return ok(only);
  const shown = `${gate.kind} ${gate.namespace}/${gate.name}`;
  return failed(
    'GateNotFound',
    only === undefined
      ? `the gate (${shown}) is not among the manifests that Argo CD renders, so that they are not those of this sync`
      : `${found.length} objects of the manifests are the gate (${shown})`,
    'let the Application render the gate exactly once, under a name of its own',
  );
}

/** Why an object may not be applied although its images may be: it is a hook that runs before the gate has judged. null where it is none. */
export function hookBeforeGate(object: unknown, gate: HookPlace): Fault | null {
  const { phases, wave } = placeInSync(object);
  if (!phases.includes('PreSync') || wave > gate.wave) return null;
  return failed(
    'HookBeforeGate',
    `it is a PreSync hook of wave ${wave}, and the gate has wave ${gate.wave}: it runs before the gate has judged it`,
    `give it a higher wave than the gate with argocd.argoproj.io/sync-wave, or give the gate a lower one`,
  ).fault;
}

/**
 * Why an object may not be applied: it goes to the namespace that the gate has for itself, where its policy and its token are. null where
 * it goes elsewhere, or the gate runs beside what it judges.
 */
export function touchesGate(object: unknown, operation: SyncOperation): Fault | null {
  const { gate, destinationNamespace } = operation;
  const parsed = objectSchema.safeParse(object);
  if (gate === null || gate.namespace === destinationNamespace || !parsed.success) return null;
  const { kind, metadata } = parsed.data;
  const touched = kind === 'Namespace' ? metadata.name : metadata.namespace;
  if (touched !== gate.namespace) return null;
  return failed(
    'GateTouched',
    `it goes to the namespace ${gate.namespace}, which is the gate's own`,
    'let only those who run the gate change its namespace, from a source of their own',
  ).fault;
}
