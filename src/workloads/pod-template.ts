import type { ContainerField } from './container-fields.ts';
import { field, fieldName } from './place.ts';
import type { Place } from './place.ts';

/** The one pod template that all containers of an object stand in; null if there is none, or more than it. */
export function podTemplate(object: Place, fields: readonly ContainerField[]): Place | null {
  const specs = fields.map(({ container }) => container.path.slice(object.path.length, -2));
  const [spec = []] = specs;
  if (spec.at(-2) !== 'template' || spec.at(-1) !== 'spec') return null;
  if (specs.some((other) => fieldName(other) !== fieldName(spec))) return null;
  return field(object, ...spec.slice(0, -1));
}
