import { field, isAbsent, isObject, wrongInput } from './place.ts';
import type { Place } from './place.ts';
import type { Gap } from './source.ts';

/** An object without a usable name is still audited: the gap says that it is wrong. */
export function nameOf(metadata: Place, gaps: Gap[]): string {
  const name = field(metadata, 'name');
  const given = isAbsent(name.value) ? field(metadata, 'generateName') : name;
  if (typeof given.value === 'string' && given.value !== '') return given.value;
  const wrong = isAbsent(given.value) ? name : given;
  gaps.push(wrongInput(wrong, 'must name the object', 'set metadata.name, or metadata.generateName'));
  return '';
}

/** The object's own namespace, null where it names none. */
export function namespaceOf(metadata: Place, gaps: Gap[]): string | null {
  const place = field(metadata, 'namespace');
  if (isAbsent(place.value) || place.value === '') return null;
  if (typeof place.value === 'string') return place.value;
  gaps.push(wrongInput(place, 'must be a string', 'put the value in quotes'));
  return null;
}

/** A label that is not text is a gap, because a rule that selects by it would silently not match. */
export function labelsOf(place: Place, gaps: Gap[]): Record<string, string> {
  if (isAbsent(place.value)) return {};
  if (!isObject(place.value)) {
    gaps.push(wrongInput(place, 'must be an object', 'write labels as "name: value"'));
    return {};
  }
  const labels: [string, string][] = [];
  for (const [key, given] of Object.entries(place.value)) {
    const value = given ?? '';
    if (typeof value === 'string') labels.push([key, value]);
    else gaps.push(wrongInput(field(place, key), 'must be a string', 'put the value in quotes'));
  }
  return Object.fromEntries(labels);
}
