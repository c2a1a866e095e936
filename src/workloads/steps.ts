import { field, items } from './place.ts';
import type { Place } from './place.ts';

/** Follows a path as `spec.volumes[].image`: `[]` stands for every item of a list. The last field may be absent. */
export function follow(object: Place, path: string): Place[] {
  let places = [object];
  for (const step of path.split('.')) {
    const [name = '', ...lists] = step.split('[]');
    places = places.map((place) => field(place, name));
    for (const _ of lists) places = places.flatMap(items);
  }
  return places;
}
