import type { NewerDigest } from './newer-digest.ts';
import type { Match } from './answer.ts';
import { placedTogether } from './layer-origin.ts';
import type { SweepHit, SweptContainer } from './sweep-report.ts';

/** The hits of one container: one for each component that was found, or one where the query is about none. */
export function hitsOf(
  place: SweptContainer,
  matches: readonly Match[],
  newer: NewerDigest | null,
): SweepHit[] {
  const others = matches.filter(({ component }) => component === undefined);
  return byComponent(matches).map((same) => {
    const all = [...others, ...same];
    return {
      ...place,
      matched: distinct(
        all.map(({ evidence: _evidence, component: _component, manifest: _manifest, ...match }) => match),
      ),
      component: same[0]?.component ?? null,
      newer,
      evidence: distinct(all.flatMap(({ evidence }) => evidence)),
      // Of several vulnerabilities of one component, one that nobody excuses decides.
      vex: (same.find(({ vex }) => !vex?.excuses) ?? same[0])?.vex ?? null,
    };
  });
}

/** One SBOM more that says the same makes no hit more. */
function byComponent(matches: readonly Match[]): readonly (readonly Match[])[] {
  const found = matches.filter(({ component }) => component !== undefined);
  const groups = Map.groupBy(found, ({ component }) => JSON.stringify([component?.name, component?.version]));
  return groups.size === 0 ? [[]] : [...groups.values()].map((same) => [best(same), ...same]);
}

/** By the SBOM whose word counts most, with every path that any of them names. */
function best(same: readonly Match[]): Match {
  const standing = ['accepted', 'selfMade', 'signed', 'unsigned'];
  const [first] = same.toSorted(
    (a, b) =>
      standing.indexOf(a.component?.sbom.standing ?? '') - standing.indexOf(b.component?.sbom.standing ?? ''),
  );
  if (!first?.component) throw new Error('a group of matches without a component');
  const locations = [...new Set(same.flatMap(({ component }) => component?.locations ?? []))].sort();
  const placed = placedTogether(same.flatMap(({ component }) => component ?? []));
  return {
    ...first,
    component: { ...first.component, location: locations[0] ?? null, locations, ...placed },
  };
}

/** Each value once. */
export function distinct<T>(values: readonly T[]): readonly T[] {
  if (values.length < 2) return values;
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
