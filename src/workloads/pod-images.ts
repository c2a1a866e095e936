import { argumentImages } from './arguments.ts';
import { distinctNames, nameOfContainer } from './container-name.ts';
import { field, fieldName, isAbsent, isList, isObject, items, locationOf, wrongInput } from './place.ts';
import type { Place } from './place.ts';
import type { Container, ContainerType, Gap } from './source.ts';

/** The containers of one pod spec, and what in it is not as it must be. */
export interface PodImages {
  readonly containers: readonly Container[];
  readonly gaps: readonly Gap[];
}

interface ImageField {
  readonly list: string;
  readonly type: ContainerType;
  /** From the list's item to its image. */
  readonly image: readonly string[];
}

/** A sidecar is an init container that stays: it is listed, and therefore typed, as one. */
const IMAGE_FIELDS: readonly ImageField[] = [
  { list: 'initContainers', type: 'init', image: ['image'] },
  { list: 'containers', type: 'container', image: ['image'] },
  { list: 'ephemeralContainers', type: 'ephemeral', image: ['image'] },
  { list: 'volumes', type: 'image-volume', image: ['image', 'reference'] },
];

/** Finds every image that a pod spec names. One that is wrong is a gap and hides none of the others. */
export function podImages(spec: Place): PodImages {
  const containers: Container[] = [];
  const passedOn: Container[] = [];
  const gaps: Gap[] = [];
  if (!isObject(spec.value))
    return { containers, gaps: [wrongInput(spec, 'must be an object', 'write the pod spec')] };
  for (const { list, type, image } of IMAGE_FIELDS) {
    const place = field(spec, list);
    if (isAbsent(place.value) && type !== 'container') continue;
    if (!isList(place.value)) gaps.push(wrongInput(place, 'must be a list', `write ${list} as a YAML list`));
    for (const item of items(place)) {
      passedOn.push(...argumentImages(item));
      const found = imageOf(item, type, image);
      if (found === null) continue;
      if ('wrongInput' in found) gaps.push(found);
      else containers.push(found);
    }
  }
  return { containers: [...containers, ...distinctNames(passedOn)], gaps };
}

/** The image of one list item; null for a volume that is none of an image. */
function imageOf(item: Place, type: ContainerType, path: readonly string[]): Container | Gap | null {
  if (!isObject(item.value))
    return wrongInput(item, 'must be an object', 'remove the item, or write its fields');
  if (type === 'image-volume') {
    const source = field(item, 'image');
    if (isAbsent(source.value)) return null;
    if (!isObject(source.value))
      return wrongInput(source, 'must be an object', 'name the image in its field "reference"');
  }
  const place = field(item, ...path);
  const image = place.value;
  if (isAbsent(image))
    return wrongInput(place, 'must name an image', 'name the image that the container runs');
  if (typeof image !== 'string')
    return wrongInput(
      place,
      'must be a string',
      'put the image reference in quotes if it looks like another type',
    );
  if (image.trim() === '')
    return wrongInput(place, 'must not be empty', 'name the image that the container runs');
  return {
    name: nameOfContainer(item),
    type,
    image,
    field: fieldName(place.path.slice(place.origin)),
    location: locationOf(place),
  };
}
