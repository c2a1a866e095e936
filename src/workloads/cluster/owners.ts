import { OWNER_CHAIN } from '../../limits.ts';
import { groupOf } from '../kinds.ts';
import type { Metadata, OwnerReference } from './object.ts';
import type { WorkloadObject } from './workload-object.ts';

/** Something that stands above a pod: an object that was read, or one that only a reference names. */
export type Owner =
  | { readonly read: true; readonly object: WorkloadObject }
  | { readonly read: false; readonly reference: OwnerReference };

/** All objects that may own, and of which kinds all were seen: what is not among these does not exist. */
export interface Owners {
  readonly byUid: ReadonlyMap<string, WorkloadObject>;
  readonly complete: ReadonlySet<string>;
}

/** Names a kind whatever its version. */
export function kindKey(group: string, kind: string): string {
  return `${group}/${kind}`;
}

/**
 * The owners above an object, the next one first. An owner counts only if it is the controller, of the kind that the reference
 * names, and exists with that UID; where its kind may not be read, the reference is taken at its word.
 */
export function ownersOf(
  { namespace, controller, isMirror }: Metadata,
  { byUid, complete }: Owners,
): Owner[] {
  const chain: Owner[] = [];
  let reference = controller;
  while (reference !== null && chain.length < OWNER_CHAIN) {
    // A node owns the mirrors of its own pods, and nothing else.
    if (reference.apiVersion === 'v1' && reference.kind === 'Node' && !isMirror) break;
    const object = byUid.get(reference.uid);
    const group = groupOf(reference.apiVersion);
    if (object) {
      const fits =
        object.name === reference.name &&
        object.resource.kind === reference.kind &&
        object.resource.group === group &&
        (object.namespace === null || object.namespace === namespace);
      if (!fits) break;
      chain.push({ read: true, object });
      reference = object.controller;
      continue;
    }
    if (!complete.has(kindKey(group, reference.kind))) chain.push({ read: false, reference });
    break;
  }
  return chain;
}
