import type { Component } from '../attestations/sbom/sbom.ts';
import { nameInPurl, searchKeys } from './package-name.ts';

/** What a query asks of a component. */
export type ComponentFacts = Pick<
  Component,
  'name' | 'version' | 'purl' | 'ecosystem' | 'distro' | 'source' | 'locations' | 'layer'
>;

/** The components of an SBOM. Of thousands of them a few have a name that is asked for, and only these are looked at. */
export interface ComponentList {
  readonly count: number;
  /** Those of which a name has this within it, as a `searchKey` that is not empty. */
  readonly named: (key: string) => readonly ComponentFacts[];
  readonly all: () => Iterable<ComponentFacts>;
}

/** The components of an SBOM that was just read. */
export function listOf(components: readonly ComponentFacts[]): ComponentList {
  let names: string | null = null;
  return {
    count: components.length,
    named(key) {
      names ??= components.map(namesOf).join('\n');
      return linesWith(names, key).flatMap((line) => components[line] ?? []);
    },
    all: () => components,
  };
}

/** The keys of all names that a component goes by, in one line. */
export function namesOf({ name, source, purl }: ComponentFacts): string {
  const names = [name, source?.name, purl === null ? null : nameInPurl(purl)];
  return searchKeys(names.flatMap((one) => one || []))
    .map((key) => key.replaceAll(/\s/g, '-'))
    .join(' ');
}

/** The lines of a text, counted from 0, that have a text within them which is not empty. */
export function linesWith(text: string, wanted: string): readonly number[] {
  const found: number[] = [];
  let line = 0;
  let counted = 0;
  for (let place = text.indexOf(wanted); place !== -1; place = text.indexOf(wanted, counted)) {
    for (
      let end = text.indexOf('\n', counted);
      end !== -1 && end < place;
      end = text.indexOf('\n', counted)
    ) {
      line += 1;
      counted = end + 1;
    }
    found.push(line);
    const next = text.indexOf('\n', place);
    if (next === -1) break;
    line += 1;
    counted = next + 1;
  }
  return found;
}
