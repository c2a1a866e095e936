import { type MinimumElements, missingElements } from '../attestations/sbom/minimum-elements.ts';
import { type Sbom, toolText } from '../attestations/sbom/sbom.ts';

/** How many of the commonest licences and of a document's problems are shown. */
const SHOWN = 5;

const LISTS: readonly (readonly [MinimumElements, string])[] = [
  ['ntia', 'NTIA 2021'],
  ['cisa2025', 'CISA 2025'],
];

/** What an SBOM says of an image, a line for each: by what it was made, what it lists, and what it lacks. */
export function sbomLines(sbom: Sbom): readonly string[] {
  const { components, created, tools, describes, ecosystems, problems, truncated, partial } = sbom;
  const made = `made by ${toolText(tools) ?? 'nobody knows what'} at ${created?.toISOString() ?? 'no known time'}`;
  return [
    made,
    describes.length > 0 ? `describes ${describes.join(', ')}` : 'does not say which image it describes',
    `packages: ${components.length}${ecosystems.length > 0 ? ` (${ecosystems.join(', ')})` : ''}`,
    `licences: ${licenceSummary(sbom)}`,
    ...LISTS.map(([asked, name]) => {
      const missing = missingElements(sbom, asked).map(
        (one) => `${one.element} (${one.missing} of ${one.of})`,
      );
      return `minimum elements, ${name}: ${missing.length === 0 ? 'all there' : `without ${missing.join(', ')}`}`;
    }),
    ...(truncated ? ['it says itself that it is not complete'] : []),
    ...(partial === null ? [] : [partial]),
    ...problems.slice(0, SHOWN).map((problem) => `problem: ${problem}`),
  ];
}

/** The commonest licences, and how many packages have none. */
function licenceSummary({ components }: Sbom): string {
  const counts = new Map<string, number>();
  for (const licence of components.flatMap(({ licences }) => licences)) {
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  const common = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const named = common.slice(0, SHOWN).map(([licence, count]) => `${licence} ${count}`);
  const others = common.length > SHOWN ? [`${common.length - SHOWN} others`] : [];
  const none = components.filter(({ licences }) => licences.length === 0).length;
  return [...named, ...others, ...(none > 0 ? [`none stated ${none}`] : [])].join(', ') || 'none';
}
