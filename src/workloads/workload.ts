import { listedKind, podKind } from './kinds.ts';
import type { PodKind } from './kinds.ts';
import { asObject, field, isAbsent, isList, isObject, items, locationOf, wrongInput } from './place.ts';
import type { Place } from './place.ts';
import { podImages } from './pod-images.ts';
import type { Discovery, Gap, Workload } from './source.ts';

/** What the objects of one list may leave out, because the list says it for all of them. */
interface ObjectType {
  readonly apiVersion: unknown;
  readonly kind: unknown;
}

const NAME_TYPE =
  'name the object\'s apiVersion and kind, as in "apiVersion: apps/v1" and "kind: Deployment"';

/**
 * Finds the workloads of one object and of the lists in it. Kinds that are not known here are passed over;
 * `namespace` is that of objects which name none.
 */
export function readWorkloads(object: Place, namespace: string, listed: ObjectType | null = null): Discovery {
  if (!isObject(object.value))
    return gapOnly(
      wrongInput(object, 'must be an object', 'write a Kubernetes object, or remove the document'),
    );
  const apiVersion = field(object, 'apiVersion').value ?? listed?.apiVersion;
  const kind = field(object, 'kind').value ?? listed?.kind;
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return gapOnly(wrongInput(field(object, 'apiVersion'), 'must name a version of the API', NAME_TYPE));
  if (typeof kind !== 'string' || kind === '')
    return gapOnly(wrongInput(field(object, 'kind'), 'must name a kind', NAME_TYPE));

  const known = podKind(apiVersion, kind);
  if (known !== null) return podWorkload(object, apiVersion, known, namespace);

  const list = field(object, 'items');
  const item = listedKind(apiVersion, kind);
  if (item === null && !(kind.endsWith('List') && isList(list.value))) return { workloads: [], gaps: [] };
  if (!isList(list.value))
    return gapOnly(wrongInput(list, 'must be a list', 'write the items as a YAML list'));
  const itemType = item === null || item === '' ? null : { apiVersion, kind: item };
  return joined(items(list).map((entry) => readWorkloads(asObject(entry), namespace, itemType)));
}

function podWorkload(object: Place, apiVersion: string, known: PodKind, defaultNamespace: string): Discovery {
  const gaps: Gap[] = [];
  const metadata = field(object, 'metadata');
  const template = field(object, ...known.template);
  const pod = podImages(field(template, 'spec'));
  const workload: Workload = {
    cluster: null,
    namespace: textField(field(metadata, 'namespace'), gaps) ?? defaultNamespace,
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
  return { workloads: [workload], gaps: [...gaps, ...pod.gaps] };
}

/** An object without a usable name is still audited: the gap says that it is wrong. */
function nameOf(metadata: Place, gaps: Gap[]): string {
  const name = field(metadata, 'name');
  const given = isAbsent(name.value) ? field(metadata, 'generateName') : name;
  if (typeof given.value === 'string' && given.value !== '') return given.value;
  const wrong = isAbsent(given.value) ? name : given;
  gaps.push(wrongInput(wrong, 'must name the object', 'set metadata.name, or metadata.generateName'));
  return '';
}

function textField(place: Place, gaps: Gap[]): string | null {
  if (isAbsent(place.value) || place.value === '') return null;
  if (typeof place.value === 'string') return place.value;
  gaps.push(wrongInput(place, 'must be a string', 'put the value in quotes'));
  return null;
}

/** A label that is not text is a gap, because a rule that selects by it would silently not match. */
function labelsOf(place: Place, gaps: Gap[]): Record<string, string> {
  if (isAbsent(place.value)) return {};
  if (!isObject(place.value)) {
    gaps.push(wrongInput(place, 'must be an object', 'write labels as "name: value"'));
    return {};
  }
  const labels: [string, string][] = [];
  for (const key of Object.keys(place.value)) {
    const label = field(place, key);
    const value = label.value ?? '';
    if (typeof value === 'string') labels.push([key, value]);
    else gaps.push(wrongInput(label, 'must be a string', 'put the value in quotes'));
  }
  return Object.fromEntries(labels);
}

function replicasOf(place: Place, gaps: Gap[]): number | null {
  if (isAbsent(place.value)) return 1;
  if (typeof place.value === 'number' && Number.isInteger(place.value) && place.value >= 0)
    return place.value;
  gaps.push(wrongInput(place, 'must be a number of pods', 'write a whole number from 0, without quotes'));
  return null;
}

function gapOnly(gap: Gap): Discovery {
  return { workloads: [], gaps: [gap] };
}

/** All that several parts of the input hold. */
export function joined(parts: readonly Discovery[]): Discovery {
  return { workloads: parts.flatMap(({ workloads }) => workloads), gaps: parts.flatMap(({ gaps }) => gaps) };
}
