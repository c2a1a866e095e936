import { customWorkload } from './custom-workload.ts';
import { listedKind, podKind } from './kinds.ts';
import type { PodKind } from './kinds.ts';
import { labelsOf, nameOf, namespaceOf } from './object-metadata.ts';
import { asObject, field, isAbsent, isList, isObject, items, locationOf, wrongInput } from './place.ts';
import type { Place } from './place.ts';
import { podImages } from './pod-images.ts';
import { NOTHING, joined, objectKey, onlyGap } from './reading.ts';
import type { Reading } from './reading.ts';
import type { Gap, Workload } from './source.ts';

/** What the objects of one list may leave out, because the list says it for all of them. */
interface ObjectType {
  readonly apiVersion: unknown;
  readonly kind: unknown;
}

const NAME_TYPE =
  'name the object\'s apiVersion and kind, as in "apiVersion: apps/v1" and "kind: Deployment"';

/**
 * Finds the workloads of one object and of the lists in it. In kinds that are not built in, containers are found by
 * their shape; `namespace` is that of objects which name none.
 */
export function readWorkloads(object: Place, namespace: string, listed: ObjectType | null = null): Reading {
  if (!isObject(object.value))
    return onlyGap(
      wrongInput(object, 'must be an object', 'write a Kubernetes object, or remove the document'),
    );
  const apiVersion = field(object, 'apiVersion').value ?? listed?.apiVersion;
  const kind = field(object, 'kind').value ?? listed?.kind;
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return onlyGap(wrongInput(field(object, 'apiVersion'), 'must name a version of the API', NAME_TYPE));
  if (typeof kind !== 'string' || kind === '')
    return onlyGap(wrongInput(field(object, 'kind'), 'must name a kind', NAME_TYPE));

  const known = podKind(apiVersion, kind);
  if (known !== null) return podWorkload(object, apiVersion, known, namespace);

  const list = field(object, 'items');
  const item = listedKind(apiVersion, kind);
  if (item === null && !(kind.endsWith('List') && isList(list.value)))
    return customWorkload(object, apiVersion, kind, namespace);
  if (!isList(list.value))
    return onlyGap(wrongInput(list, 'must be a list', 'write the items as a YAML list'));
  const itemType = item === null || item === '' ? null : { apiVersion, kind: item };
  return joined(items(list).map((entry) => readWorkloads(asObject(entry), namespace, itemType)));
}

function podWorkload(object: Place, apiVersion: string, known: PodKind, defaultNamespace: string): Reading {
  const gaps: Gap[] = [];
  const metadata = field(object, 'metadata');
  const template = field(object, ...known.template);
  const pod = podImages(field(template, 'spec'));
  const namespace = namespaceOf(metadata, gaps) ?? defaultNamespace;
  const workload: Workload = {
    cluster: null,
    namespace,
    apiVersion,
    kind: known.kind,
    name: nameOf(metadata, gaps),
    uid: null,
    labels: labelsOf(field(metadata, 'labels'), gaps),
    templateLabels: labelsOf(field(template, 'metadata', 'labels'), known.kind === 'Pod' ? [] : gaps),
    replicas: {
      desired: known.replicated ? replicasOf(field(object, 'spec', 'replicas'), gaps) : null,
      running: null,
    },
    state: 'manifestOnly',
    location: locationOf(object),
    containers: pod.containers,
  };
  return {
    ...NOTHING,
    workloads: [workload],
    gaps: [...gaps, ...pod.gaps],
    objects: [objectKey(workload.kind, namespace, workload.name)],
  };
}

function replicasOf(place: Place, gaps: Gap[]): number | null {
  if (isAbsent(place.value)) return 1;
  if (typeof place.value === 'number' && Number.isInteger(place.value) && place.value >= 0)
    return place.value;
  gaps.push(wrongInput(place, 'must be a number of pods', 'write a whole number from 0, without quotes'));
  return null;
}
