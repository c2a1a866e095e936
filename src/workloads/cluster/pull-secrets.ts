import { z } from 'zod';
import type { PullSecretRef } from '../../pull-secret-ref.ts';
import { containerFields } from '../container-fields.ts';
import { podKind } from '../kinds.ts';
import { field, fieldName, isObject } from '../place.ts';
import type { Place } from '../place.ts';
import type { Container } from '../source.ts';

/** What a pod spec says of credentials. */
export interface PodPull {
  /** The names of its imagePullSecrets, in their order. */
  readonly names: readonly string[];
  readonly serviceAccount: string;
}

/** The service account of a pod that names none (kubernetes.io/docs/concepts/security/service-accounts). */
const DEFAULT_ACCOUNT = 'default';

const namesSchema = z
  .array(z.looseObject({ name: z.string().nullish().catch(null) }).catch({}))
  .nullish()
  .catch(null);

/** The names of a list of core/v1 LocalObjectReference. One without a name names nothing. */
export function namesOf(list: unknown): readonly string[] {
  return [
    ...new Set(
      (namesSchema.parse(list) ?? []).flatMap(({ name }) =>
        typeof name === 'string' && name !== '' ? [name] : [],
      ),
    ),
  ];
}

/** What the template of a workload says, by the field of the container; of other fields, as arguments, what its first pod spec says. */
export function templatePulls(object: Place, apiVersion: string, kind: string): (field: string) => PodPull {
  const known = podKind(apiVersion, kind);
  if (known !== null) {
    const pull = podPull([field(object, ...known.template, 'spec').value]);
    return () => pull;
  }
  const pulls = new Map(
    [...containerFields(object)].map(({ image }) => [
      fieldName(image.path.slice(image.origin)),
      podPull(above(object, image)),
    ]),
  );
  const [first = podPull([])] = pulls.values();
  return (name) => pulls.get(name) ?? first;
}

/** The objects around a field, the nearest first: Argo's workflows say for all of their pods what others say in each pod spec. */
function above(object: Place, { path }: Place): unknown[] {
  const around: unknown[] = [];
  for (let length = object.path.length; length < path.length; length += 1)
    around.unshift(field(object, ...path.slice(object.path.length, length)).value);
  return around;
}

function podPull(specs: readonly unknown[]): PodPull {
  const objects = specs.filter(isObject);
  const lists = objects.map((spec) => namesOf(spec['imagePullSecrets']));
  const names = lists.find((list) => list.length > 0) ?? [];
  // `serviceAccount` is the old name of the field.
  const accounts = objects.flatMap((spec) => [spec['serviceAccountName'], spec['serviceAccount']]);
  const account = accounts.find((name) => typeof name === 'string' && name !== '');
  return { names, serviceAccount: typeof account === 'string' ? account : DEFAULT_ACCOUNT };
}

/** The Secrets of these names; none for what is in no namespace. */
export function secretRefs(
  cluster: string | null,
  namespace: string | null,
  names: readonly string[],
): readonly PullSecretRef[] {
  return namespace === null ? [] : names.map((name) => ({ cluster, namespace, kind: 'Secret', name }));
}

/** What the pods of a template will be pulled with: the secrets that it names, else whatever its service account names. */
export function templateRefs(
  cluster: string | null,
  namespace: string | null,
  { names, serviceAccount }: PodPull,
): readonly PullSecretRef[] {
  if (namespace === null) return [];
  return names.length > 0
    ? secretRefs(cluster, namespace, names)
    : [{ cluster, namespace, kind: 'ServiceAccount', name: serviceAccount }];
}

/** A container's pull secrets, left out where it has none. */
export function pulledWith(pullSecrets: readonly PullSecretRef[]): Pick<Container, 'pullSecrets'> {
  return pullSecrets.length === 0 ? {} : { pullSecrets };
}
