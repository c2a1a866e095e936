import { field, fieldName } from './place.ts';
import type { Place } from './place.ts';
import type { Container } from './source.ts';

/** A container's own name; an image counts even where that is missing or wrong, and goes by its place then. */
export function nameOfContainer(container: Place): string {
  const name = field(container, 'name').value;
  if (typeof name === 'string' && name !== '') return name;
  // From the last field that names something: "containers[0]", "templates[1].container", "stepTemplate".
  const { path } = container;
  const named = path.findLastIndex(
    (step, at) => typeof step === 'string' && typeof path[at - 1] !== 'number',
  );
  return fieldName(path.slice(named));
}

/** Names that occur more than once say where they stand, so that each row of a report is of one container. */
export function distinctNames(containers: readonly Container[]): Container[] {
  const seen = new Map<string, number>();
  for (const { name } of containers) seen.set(name, (seen.get(name) ?? 0) + 1);
  return containers.map((container) => {
    const { name, field } = container;
    return seen.get(name) === 1
      ? container
      : { ...container, name: `${name} (${field.replace(/\.image$/, '')})` };
  });
}
