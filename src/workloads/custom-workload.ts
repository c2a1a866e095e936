import { isCarrier } from './carriers.ts';
import { containerFields } from './container-fields.ts';
import type { ContainerField } from './container-fields.ts';
import { customImages } from './custom-images.ts';
import type { CustomImages } from './custom-images.ts';
import { mayRunImages } from './false-friends.ts';
import { groupOf } from './kinds.ts';
import { labelsOf, nameOf, namespaceOf } from './object-metadata.ts';
import { field, isAbsent, locationOf } from './place.ts';
import type { Place } from './place.ts';
import { podImages } from './pod-images.ts';
import { podTemplate } from './pod-template.ts';
import { NOTHING, objectKey } from './reading.ts';
import type { Reading } from './reading.ts';
import { referenceTargets } from './references.ts';
import type { Gap, Workload } from './source.ts';
import { filledInLater, leftToOperator, referredElsewhere, withoutContainers } from './unnamed-images.ts';

/**
 * Finds the images of an object whose kind is not built in: containers by their shape, bare images in the fields of
 * known kinds. An object with none of them is no workload.
 */
export function customWorkload(
  object: Place,
  apiVersion: string,
  kind: string,
  defaultNamespace: string,
): Reading {
  const group = groupOf(apiVersion);
  if (!mayRunImages(group, kind)) return NOTHING;
  const fields = [...containerFields(object)];
  const images = customImages(object, group, kind, fields);
  const targets = referenceTargets(object, group, kind);

  const wrong: Gap[] = [];
  const metadata = field(object, 'metadata');
  const name = nameOf(metadata, wrong);
  const namespace = namespaceOf(metadata, wrong) ?? defaultNamespace;
  const shownName = `${kind}/${name}`;
  const unnamed = unnamedGaps(images, shownName);
  const found = images.containers.length + images.gaps.length + unnamed.length + targets.length;
  if (isCarrier(group, kind) && found === 0) unnamed.push(...withoutImages(object, shownName));
  const references = targets.map((target) => ({
    target: target.name === null ? null : objectKey(target.kind, namespace, target.name),
    gap: referredElsewhere(target, shownName),
  }));
  const objects = [objectKey(kind, namespace, name)];
  if (images.containers.length === 0)
    return { workloads: [], gaps: [...images.gaps, ...unnamed], objects, references };

  const workload: Workload = {
    cluster: null,
    namespace,
    apiVersion,
    kind,
    name,
    uid: null,
    labels: labelsOf(field(metadata, 'labels'), wrong),
    templateLabels: templateLabelsOf(object, fields, wrong),
    replicas: { desired: replicasOf(field(object, 'spec', 'replicas').value), running: null },
    state: 'manifestOnly',
    location: locationOf(object),
    containers: images.containers,
  };
  return { workloads: [workload], gaps: [...wrong, ...images.gaps, ...unnamed], objects, references };
}

/** Why no container was found where there must be one: what is wrong with the pod template, else that there is none. */
function withoutImages(object: Place, shownName: string): readonly Gap[] {
  const template = field(object, 'spec', 'template');
  const wrong = isAbsent(template.value) ? [] : podImages(field(template, 'spec')).gaps;
  return wrong.length > 0 ? wrong : [withoutContainers(object, shownName)];
}

function unnamedGaps({ unnamed, placeholders }: CustomImages, object: string): Gap[] {
  const gaps: Gap[] = [];
  const [firstUnnamed, ...moreUnnamed] = unnamed;
  if (firstUnnamed !== undefined) gaps.push(leftToOperator([firstUnnamed, ...moreUnnamed], object));
  const [firstPlaceholder, ...morePlaceholders] = placeholders;
  if (firstPlaceholder !== undefined)
    gaps.push(filledInLater([firstPlaceholder, ...morePlaceholders], object));
  return gaps;
}

/** null, which no rule's selector rules out, where the containers are not all of one template. */
function templateLabelsOf(
  object: Place,
  fields: readonly ContainerField[],
  wrong: Gap[],
): Readonly<Record<string, string>> | null {
  const template = podTemplate(object, fields);
  return template === null ? null : labelsOf(field(template, 'metadata', 'labels'), wrong);
}

/** Custom kinds may mean anything by this field, so that what is no number is no mistake. */
function replicasOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
