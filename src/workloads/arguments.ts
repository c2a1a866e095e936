import { imageText } from './image-text.ts';
import { field, fieldName, items, locationOf } from './place.ts';
import type { Place } from './place.ts';
import type { Container } from './source.ts';

const FLAG = /^--?(?<name>[A-Za-z][\w.-]*)(?:=(?<value>.*))?$/s;

/** As `--sidecar-image`, `SIDECAR_IMAGE` and `sidecarImage`; the reloader's is the one famous flag without the word. */
const NAMES_IMAGE = /(?:^|[-_.])image$|^related_image_|(?:^|-)config-reloader$/i;
const NAMES_IMAGE_IN_CAMEL_CASE = /[a-z\d]Image$/;
/** Something is added to these before they are an image. */
const NAMES_BASE = /base[-_.]?image$/i;

/**
 * Images that a container is told to run, in its environment and on its command line: operators get their operands so.
 * What only might be an image is left alone.
 */
export function argumentImages(container: Place): Container[] {
  return [...environmentImages(container), ...flagImages(container)];
}

function environmentImages(container: Place): Container[] {
  return items(field(container, 'env')).flatMap((entry) => {
    const name = field(entry, 'name').value;
    return typeof name === 'string' ? argument(name, name, field(entry, 'value')) : [];
  });
}

function flagImages(container: Place): Container[] {
  const words = [...items(field(container, 'command')), ...items(field(container, 'args'))];
  return words.flatMap((word, index) => {
    const flag = typeof word.value === 'string' ? FLAG.exec(word.value)?.groups : undefined;
    const name = flag?.['name'];
    if (typeof word.value !== 'string' || name === undefined) return [];
    const value = flag?.['value'];
    if (value !== undefined) return argument(word.value.slice(0, -value.length - 1), name, word, value);
    const next = words[index + 1];
    return next === undefined ? [] : argument(word.value, name, next);
  });
}

/** The image that a value names, if it is surely one; `shown` is the name as it was written. */
function argument(shown: string, name: string, place: Place, value: unknown = place.value): Container[] {
  if (typeof value !== 'string' || !namesImage(name, value)) return [];
  return [
    {
      name: shown,
      type: 'argument',
      image: value,
      field: fieldName(place.path.slice(place.origin)),
      location: locationOf(place),
    },
  ];
}

/** With a digest a value is an image whatever its name says. */
function namesImage(name: string, value: string): boolean {
  const certainty = imageText(value);
  if (certainty === 'none' || certainty === 'digested') return certainty === 'digested';
  if (certainty === 'repository' && NAMES_BASE.test(name)) return false;
  return NAMES_IMAGE.test(name) || NAMES_IMAGE_IN_CAMEL_CASE.test(name);
}
