import { SBOM_PROBLEMS } from '../../limits.ts';
import { quoted } from '../quoted.ts';
import { parsePackageUrl, sourceOfPurl } from './package-url.ts';
import type { Component } from './sbom.ts';

/** What is wrong with a document that can be read all the same. */
export interface Problems {
  /** `kind` groups what is alike; `where` is kept of its first. */
  add(kind: string, where?: string): void;
  /** A clause of each kind and how often; a few kinds at most. */
  list(): readonly string[];
}

/** Begins a list of problems. */
export function problemList(): Problems {
  const kinds = new Map<string, { readonly first: string; count: number }>();
  return {
    add(kind, where = '') {
      const known = kinds.get(kind);
      if (known) known.count += 1;
      else if (kinds.size < SBOM_PROBLEMS) kinds.set(kind, { first: where, count: 1 });
    },
    list() {
      return [...kinds].map(([kind, { first, count }]) => {
        const place = first === '' ? '' : `: ${first}`;
        return count > 1 ? `${kind}${place}, and ${count - 1} more` : `${kind}${place}`;
      });
    },
  };
}

/** What a format says of a package itself; all else follows from its package URL. */
export type Stated = Pick<Component, 'id' | 'name' | 'version' | 'supplier' | 'purl' | 'identified'> &
  Partial<Pick<Component, 'source' | 'ecosystem' | 'locations' | 'layer' | 'licences' | 'hashes'>>;

/** A component of which the document's relationships, once they have been read, say whether it is related and what else is known. */
export type Draft = Omit<Component, 'related' | 'locations'> & {
  related: boolean;
  locations: readonly string[];
};

const NONE: readonly never[] = [];

/** How many texts are kept to be shared. */
const SHARED = 10_000;
const shared = new Map<string, string>();

/** One text for all that are equal: suppliers, paths, layers and licences are the same for thousands of packages. */
function once<T extends string | null>(text: T): T | string {
  if (text === null) return text;
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size === SHARED) shared.clear();
  shared.set(text, text);
  return text;
}

/** Completes a component by what its package URL says. A package URL that is none is a problem of the document. */
export function componentOf(stated: Stated, problems: Problems): Draft {
  const { id, name, version, supplier, purl, identified } = stated;
  const parsed = purl === null ? null : parsePackageUrl(purl);
  if (purl !== null && parsed === null) problems.add('a package URL that is none', quoted(purl));
  return {
    id,
    name,
    version,
    supplier: once(supplier),
    purl,
    ecosystem: once(parsed?.type ?? stated.ecosystem ?? null),
    distro: once(parsed?.qualifiers['distro'] ?? null),
    source: stated.source ?? (parsed && sourceOfPurl(parsed)),
    locations: all(stated.locations),
    layer: once(stated.layer ?? null),
    licences: all(stated.licences),
    hashes: stated.hashes?.length ? stated.hashes : NONE,
    identified,
    related: false,
  };
}

/** The same package by the other package URLs that a document has for it: a search finds it by each of them. */
export function byOtherPurls(
  component: Component,
  purls: readonly string[],
  problems: Problems,
): readonly Component[] {
  const others = [...new Set(purls)].filter((purl) => purl !== component.purl);
  return others.map((purl) => componentOf({ ...component, id: null, purl }, problems));
}

function all(texts: readonly string[] = NONE): readonly string[] {
  return texts.length === 0 ? NONE : texts.map((text) => once(text));
}

/** The ecosystems of components: what a document shows that its tool can see. */
export function ecosystemsOf(components: readonly Component[], configured: readonly string[] = []): string[] {
  const shown = components.flatMap(({ ecosystem }) => ecosystem ?? []);
  return [...new Set([...shown, ...configured])].sort();
}

/** A hash as `sha256:<hex>`. Formats write `SHA-256`, `SHA256` and `sha256`; SHA-3 keeps what tells it from SHA-2. */
export function hashText(algorithm: string, value: string): string {
  const name = algorithm.toLowerCase().replace(/^sha-?(\d{1,3})$/, 'sha$1');
  return `${name}:${value.trim().toLowerCase()}`;
}
