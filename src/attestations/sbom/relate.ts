import { quoted } from '../quoted.ts';
import type { Draft, Problems } from './component.ts';
import type { Relationship } from './sbom.ts';

/** A relationship as a document has it; `kind` is null of those that are neither dependence nor containment. */
interface Stated {
  readonly kind: Relationship['kind'] | null;
  readonly from: string;
  readonly to: string;
}

/**
 * Marks the components that a document relates to anything, and keeps the relationships between what it lists. Those with
 * files are many and say nothing of packages. `others` are ids that are no components' and yet may stand at an end.
 */
export function relate(
  components: readonly Draft[],
  stated: Iterable<Stated>,
  problems: Problems,
  others: readonly string[] = [],
): readonly Relationship[] {
  const byId = new Map<string, Draft | null>(others.map((id) => [id, null]));
  for (const component of components) {
    const { id } = component;
    if (id === null) continue;
    if (byId.has(id)) problems.add('an id that stands twice', quoted(id));
    byId.set(id, component);
  }
  const kept: Relationship[] = [];
  for (const { kind, from, to } of stated) {
    const [one, other] = [byId.get(from), byId.get(to)];
    if (one) one.related = true;
    if (other) other.related = true;
    if (kind === null || one === undefined || other === undefined) continue;
    // The ids of the components themselves: the texts of each relationship are let go.
    kept.push({ kind, from: one?.id ?? from, to: other?.id ?? to });
  }
  return kept;
}
