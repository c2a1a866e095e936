import { z } from 'zod';
import type { Resource } from '../../cluster/discovery.ts';
import { DOCUMENT_DEPTH } from '../../limits.ts';
import { whole } from '../place.ts';
import type { Place } from '../place.ts';
import type { Gap } from '../source.ts';

/** The owner that an object names as its controller (metav1.OwnerReference). */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Who an object is. */
export interface Metadata {
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly controller: OwnerReference | null;
  /** Whether it is the mirror of a pod that a node runs from a file of its own. */
  readonly isMirror: boolean;
}

const text = z.string().catch('');
const ownerSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().nullish(),
});
const metadataSchema = z.looseObject({
  name: text,
  namespace: z.string().nullish().catch(null),
  uid: text,
  labels: z.record(z.string(), z.string()).nullish().catch(null),
  annotations: z.looseObject({ 'kubernetes.io/config.mirror': z.unknown() }).nullish().catch(null),
  ownerReferences: z.array(z.unknown()).nullish().catch(null),
});
const objectSchema = z.looseObject({ metadata: metadataSchema });

/** Who an object is; null for what is none. */
export function metadataOf(object: unknown): Metadata | null {
  const parsed = objectSchema.safeParse(object);
  if (!parsed.success) return null;
  const { name, namespace, uid, labels, annotations, ownerReferences } = parsed.data.metadata;
  const owners = (ownerReferences ?? []).flatMap((given) => {
    const owner = ownerSchema.safeParse(given);
    return owner.success && owner.data.controller === true ? [owner.data] : [];
  });
  const [owner] = owners;
  return {
    namespace: namespace ?? null,
    name,
    uid,
    labels: labels ?? {},
    controller: owner
      ? { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid }
      : null,
    isMirror: typeof annotations?.['kubernetes.io/config.mirror'] === 'string',
  };
}

/** An object of the cluster as a place, so that it is read as manifests are. It stands in no file: see `seenInCluster`. */
export function placeOf(object: unknown, shown: string): Place {
  return whole({ file: shown, index: 1, line: 0, value: object, lineOf: () => 0 });
}

/** As `deployments.apps/cart in shop`. */
export function shownName({ plural, group }: Resource, { namespace, name }: Metadata): string {
  const kind = group === '' ? plural : `${plural}.${group}`;
  return namespace === null ? `${kind}/${name}` : `${kind}/${name} in ${namespace}`;
}

/** What is wrong with an object of the cluster is no wrong input of the user: what it runs was not seen. */
export function seenInCluster(gap: Gap, shown: string, cluster: string | null): Gap {
  const message = gap.message.startsWith(`${shown}:0: `)
    ? `${shown}: ${gap.message.slice(shown.length + 4)}`
    : gap.message;
  return { ...gap, scope: 'kind', name: shown, cluster, wrongInput: false, message };
}

/** Whether a value nests deeper than it is read; the API server lets objects nest a hundred times deeper. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= DOCUMENT_DEPTH; depth += 1) {
    const below: unknown[] = [];
    for (const one of level)
      if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) below.push(inner);
    if (below.length === 0) return false;
    level = below;
  }
  return true;
}
