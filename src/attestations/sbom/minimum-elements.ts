import type { Component, Sbom } from './sbom.ts';

/** NTIA, "The Minimum Elements For a Software Bill of Materials", 2021, section IV: the data fields. */
type MinimumElement = 'supplier' | 'name' | 'version' | 'unique id' | 'relationship' | 'author' | 'timestamp';

/** An element that is not there for `missing` of `of`: components, or the one document. */
export interface MissingElement {
  readonly element: MinimumElement;
  readonly missing: number;
  readonly of: number;
}

const OF_COMPONENTS: readonly (readonly [MinimumElement, (component: Component) => boolean])[] = [
  ['supplier', ({ supplier }) => supplier !== null],
  ['name', ({ name }) => name !== null],
  ['version', ({ version }) => version !== null],
  // "Other identifiers … or serve as a look-up key for relevant databases": an id within the document is neither.
  ['unique id', ({ identified }) => identified],
  ['relationship', ({ related }) => related],
];

const OF_DOCUMENT: readonly (readonly [MinimumElement, (sbom: Sbom) => boolean])[] = [
  // "The author … could come from … some third party analysis tool."
  ['author', ({ author, tools }) => author !== null || tools.length > 0],
  ['timestamp', ({ created }) => created !== null],
];

/** The minimum elements that are not complete, in the NTIA's order. A document without components misses none of theirs. */
export function missingElements(sbom: Sbom): readonly MissingElement[] {
  const { components } = sbom;
  const ofComponents = OF_COMPONENTS.map(([element, has]) => ({
    element,
    missing: components.filter((one) => !has(one)).length,
    of: components.length,
  }));
  const ofDocument = OF_DOCUMENT.map(([element, has]) => ({ element, missing: has(sbom) ? 0 : 1, of: 1 }));
  return [...ofComponents, ...ofDocument].filter(({ missing }) => missing > 0);
}
