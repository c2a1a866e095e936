import { field, isList, isObject, items } from './place.ts';
import type { Place } from './place.ts';
import type { ContainerType } from './source.ts';

/** Something that has the place of a container, with the place of its image, which may be absent. */
export interface ContainerField {
  readonly type: ContainerType;
  readonly container: Place;
  readonly image: Place;
}

/** Fields that hold one container or a list of them, wherever in an object they stand. */
const CONTAINER_FIELDS: readonly (readonly [RegExp, ContainerType])[] = [
  [/^ephemeralContainers$/, 'ephemeral'],
  [/^(?:init|\w*Init)Containers?$/, 'init'],
  [/^(?:c|\w+C)ontainers?$/, 'container'],
  // Argo Workflows, Tekton, OLM
  [/^(?:script|sidecars|steps|stepTemplate|relatedImages)$/, 'container'],
];

/** What runs is not said below these: reported, described or recorded images are others' or none. */
const NOT_FOLLOWED: ReadonlySet<string> = new Set(['status', 'openAPIV3Schema']);

/** Finds by their shape what may be containers and image volumes in an object of any kind, in the order of its text. */
export function* containerFields(object: Place): Generator<ContainerField> {
  if (!isObject(object.value)) return;
  for (const name of Object.keys(object.value))
    if (name !== 'metadata' && !NOT_FOLLOWED.has(name)) yield* below(field(object, name), name);
}

function* below(place: Place, name: string): Generator<ContainerField> {
  if (isList(place.value)) {
    for (const item of items(place)) {
      yield* containerAt(item, name);
      yield* below(item, '');
    }
  } else if (isObject(place.value)) {
    yield* containerAt(place, name);
    for (const inner of Object.keys(place.value))
      if (!NOT_FOLLOWED.has(inner)) yield* below(field(place, inner), inner);
  }
}

function* containerAt(place: Place, name: string): Generator<ContainerField> {
  if (!isObject(place.value)) return;
  if (name === 'volumes') {
    const image = field(place, 'image', 'reference');
    if (typeof image.value === 'string') yield { type: 'image-volume', container: place, image };
    return;
  }
  const type = CONTAINER_FIELDS.find(([names]) => names.test(name))?.[1];
  // Beside a repository the image is only a part of its name.
  if (type === undefined || typeof field(place, 'repository').value === 'string') return;
  yield { type, container: place, image: field(place, 'image') };
}
