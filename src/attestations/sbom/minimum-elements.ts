import type { Component, Sbom } from './sbom.ts';

/** Which list of elements is asked for. */
export type MinimumElements = 'ntia' | 'cisa2025';

/** An element that is not there for `missing` of `of`: components, or the one document. */
export interface MissingElement {
  readonly element: string;
  readonly missing: number;
  readonly of: number;
}

interface Elements {
  readonly ofComponents: readonly (readonly [element: string, has: (component: Component) => boolean])[];
  readonly ofDocument: readonly (readonly [element: string, has: (sbom: Sbom) => boolean])[];
}

const COMPONENT: Elements['ofComponents'] = [
  ['name', ({ name }) => name !== null],
  ['version', ({ version }) => version !== null],
  // "Other identifiers … or serve as a look-up key for relevant databases": an id within the document is neither.
  ['unique id', ({ identified }) => identified],
];

/**
 * - `ntia`: NTIA, "The Minimum Elements For a Software Bill of Materials", 2021, section IV: the data fields.
 * - `cisa2025`: CISA, "2025 Minimum Elements for a Software Bill of Materials", data fields: with hash, licence, the tool's
 *   name and the generation context, and an author who is no tool.
 */
const ELEMENTS: Readonly<Record<MinimumElements, Elements>> = {
  ntia: {
    ofComponents: [
      ['supplier', ({ supplier }) => supplier !== null],
      ...COMPONENT,
      ['relationship', ({ related }) => related],
    ],
    ofDocument: [
      // "The author … could come from … some third party analysis tool."
      ['author', ({ author, tools }) => author !== null || tools.length > 0],
      ['timestamp', ({ created }) => created !== null],
    ],
  },
  cisa2025: {
    ofComponents: [
      ['software producer', ({ supplier }) => supplier !== null],
      ...COMPONENT,
      ['hash', ({ hashes }) => hashes.length > 0],
      ['licence', ({ licences }) => licences.length > 0],
      ['relationship', ({ related }) => related],
    ],
    ofDocument: [
      ['author', ({ author }) => author !== null],
      ['tool name', ({ tools }) => tools.length > 0],
      ['timestamp', ({ created }) => created !== null],
      ['generation context', ({ context }) => context !== null],
    ],
  },
};

/** The elements that are not complete, in their list's order. A document without components misses none of theirs. */
export function missingElements(sbom: Sbom, asked: MinimumElements): readonly MissingElement[] {
  const { ofComponents, ofDocument } = ELEMENTS[asked];
  const { components } = sbom;
  const inComponents = ofComponents.map(([element, has]) => ({
    element,
    missing: components.filter((one) => !has(one)).length,
    of: components.length,
  }));
  const inDocument = ofDocument.map(([element, has]) => ({ element, missing: has(sbom) ? 0 : 1, of: 1 }));
  return [...inComponents, ...inDocument].filter(({ missing }) => missing > 0);
}
