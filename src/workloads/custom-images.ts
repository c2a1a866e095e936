import { argumentImages } from './arguments.ts';
import { isCarrier } from './carriers.ts';
import type { ContainerField } from './container-fields.ts';
import { distinctNames, nameOfContainer } from './container-name.ts';
import { imageFieldName, imageFields } from './image-fields.ts';
import { field, fieldName, isAbsent, locationOf, wrongInput } from './place.ts';
import type { Place } from './place.ts';
import type { Container, ContainerType, Gap } from './source.ts';

/** What a parameter, an expression or a variable puts in when the object is used. */
const PLACEHOLDERS = [
  ['{{', '}}'],
  ['$(', ')'],
  ['${', '}'],
] as const;

/** The images of an object whose kind is not built in, and the places of those that it does not name. */
export interface CustomImages {
  readonly containers: readonly Container[];
  /** Something runs there, and an operator chooses its image. */
  readonly unnamed: readonly Place[];
  readonly placeholders: readonly Place[];
  readonly gaps: readonly Gap[];
}

/** Sorts what was found by shape, and adds the bare images of kinds that are known. */
export function customImages(
  object: Place,
  group: string,
  kind: string,
  fields: readonly ContainerField[],
): CustomImages {
  const bare = imageFields(object, group, kind);
  const containers: Container[] = [];
  const unnamed = [...bare.unnamed];
  const placeholders: Place[] = [];
  const gaps: Gap[] = [];
  const take = (image: Place, name: string, type: ContainerType): void => {
    if (typeof image.value !== 'string') gaps.push(wrongInput(image, 'must be a string', 'put it in quotes'));
    else if (hasPlaceholder(image.value)) placeholders.push(image);
    else containers.push(named(image, image.value, name, type));
  };
  for (const { type, container, image } of fields) {
    if (isBlank(image.value)) {
      if (isCarrier(group, kind) && isPodContainer(container)) unnamed.push(image);
    } else if (typeof image.value === 'string' || isMistaken(image.value, container))
      take(image, nameOfContainer(container), type);
  }
  for (const image of bare.named) {
    if (!fields.some((found) => fieldName(found.image.path) === fieldName(image.path)))
      take(image, imageFieldName(image), 'container');
  }
  const passedOn = fields.flatMap(({ container }) => argumentImages(container));
  return { containers: distinctNames([...containers, ...passedOn]), unnamed, placeholders, gaps };
}

function named(place: Place, image: string, name: string, type: ContainerType): Container {
  const path = fieldName(place.path.slice(place.origin));
  return { name, type, image, field: path, location: locationOf(place) };
}

function hasPlaceholder(text: string): boolean {
  return PLACEHOLDERS.some(([opening, closing]) => {
    const start = text.indexOf(opening);
    return start !== -1 && text.lastIndexOf(closing) > start;
  });
}

/** OpenShift writes a blank where a trigger fills in the image. */
function isBlank(value: unknown): boolean {
  return isAbsent(value) || (typeof value === 'string' && value.trim() === '');
}

/** `image: 1.25` of something that is surely a container; what has an object there is another thing. */
function isMistaken(value: unknown, container: Place): boolean {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return isScalar && typeof field(container, 'name').value === 'string';
}

function isPodContainer({ path }: Place): boolean {
  return path.at(-2) === 'containers' || path.at(-2) === 'initContainers';
}
