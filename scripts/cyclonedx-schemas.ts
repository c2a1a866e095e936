import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Makes the rules that CycloneDX documents are held against out of the JSON schemas that the specification's own library
 * carries: only what decides is kept, no word of description. Run it after the library was updated.
 */
const PACKAGE = fileURLToPath(import.meta.resolve('@cyclonedx/cyclonedx-library/package.json'));
const SCHEMAS = join(dirname(PACKAGE), 'res/schema');
const OUT = resolve(import.meta.dirname, '../src/attestations/sbom/cyclonedx-schemas');

/** 1.2 and 1.3 have a strict schema beside one that lets unknown members pass; the later ones are strict. */
export const SOURCES: Readonly<Record<string, string>> = {
  '1.2': 'bom-1.2-strict',
  '1.3': 'bom-1.3-strict',
  '1.4': 'bom-1.4',
  '1.5': 'bom-1.5',
  '1.6': 'bom-1.6',
  '1.7': 'bom-1.7',
  spdx: 'spdx',
  jsf: 'jsf-0.82',
  'cryptography-defs': 'cryptography-defs',
};

/** Words for people, and `uniqueItems`: comparing all items of a list with each other takes hours for a long one. */
const LEFT_OUT = new Set([
  '$schema',
  '$comment',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'meta:enum',
  'uniqueItems',
]);

/** One schema as it is kept. */
export function reducedSchema(source: string): unknown {
  const text = readFileSync(join(SCHEMAS, `${source}.SNAPSHOT.schema.json`), 'utf8');
  return reduced(JSON.parse(text), false);
}

/** CycloneDX 1.2 alone asks that texts are of one line. Descriptions are what their packages say, and say nothing of what is there. */
const ONE_LINE = '^(.*)$';

/** Names of properties are kept, whatever they are. */
function reduced(schema: unknown, names: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((one) => reduced(one, false));
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => names || !(LEFT_OUT.has(key) || (key === 'pattern' && value === ONE_LINE)),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      reduced(value, !names && (key === 'properties' || key === 'definitions')),
    ]),
  );
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(OUT, { recursive: true });
  for (const [name, source] of Object.entries(SOURCES)) {
    writeFileSync(join(OUT, `${name}.json`), `${JSON.stringify(reducedSchema(source))}\n`);
  }
}
