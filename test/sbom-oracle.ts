import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { corpusFolder, filesOf } from '../src/attestations/corpus.fixture.ts';

/**
 * What a plain reading of each document of the corpus gives: format, version and number of components. It shares no line with
 * the program's readers: JSON is walked, XML and tag-value are counted by their tags. Run it to write sbom-oracle.json anew.
 */
const OUT = resolve(import.meta.dirname, 'sbom-oracle.json');

type Row = readonly [format: string, version: string, components: number];
type Json = { readonly [name: string]: Json } & readonly Json[] & string;

/** A document's row; null of what is no SBOM. */
function plainReading(text: string): Row | null {
  if (/^\s*</.test(text)) return xmlRow(text);
  const tag = /^SPDXVersion: SPDX-(.*)$/m.exec(text)?.[1];
  if (!/^\s*\{/.test(text)) {
    return tag === undefined ? null : ['spdx', tag.trim(), text.match(/^PackageName:/gm)?.length ?? 0];
  }
  const json = JSON.parse(text) as Json;
  if (typeof json['spdxVersion'] === 'string') {
    return ['spdx', json['spdxVersion'].replace('SPDX-', ''), json['packages']?.length ?? 0];
  }
  if (json['bomFormat'] === 'CycloneDX') return ['cyclonedx', json['specVersion']!, nested(json)];
  if (json['artifacts'] && json['descriptor']) {
    return ['syft', json['schema']?.['version'] ?? '', json['artifacts'].length];
  }
  const context = JSON.stringify(json['@context'] ?? '');
  const version = /spdx\.org\/rdf\/(3[.\d]*)\//.exec(context)?.[1];
  if (version === undefined) return null;
  const packages = json['@graph']?.filter(({ type }) =>
    /^(software_Package|ai_AIPackage|dataset_DatasetPackage)$/.test(type!),
  );
  return ['spdx', version, packages?.length ?? 0];
}

/** Components in components. */
function nested(one: Json): number {
  const components: readonly Json[] = one['components'] ?? [];
  return components.reduce((sum, component) => sum + 1 + nested(component), 0);
}

/** Counts the elements that stand in `components` below `bom`, at whatever depth, and nowhere else. */
function xmlRow(text: string): Row | null {
  const version = /xmlns(?::\w+)?="http:\/\/cyclonedx\.org\/schema\/bom\/([\d.]+)"/.exec(text)?.[1];
  if (version === undefined) return null;
  const plain = text.replace(/<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>/g, '');
  const path: string[] = [];
  let count = 0;
  for (const [, end, name = '', single] of plain.matchAll(
    /<(\/?)([\w:.-]+)(?:"[^"]*"|'[^']*'|[^>"'])*?(\/?)>/g,
  )) {
    if (end === '/') {
      path.pop();
      continue;
    }
    path.push(name.replace(/^\w+:/, ''));
    if (/^bom(\/components\/component)+$/.test(path.join('/'))) count += 1;
    if (single === '/') path.pop();
  }
  return ['cyclonedx', version, count];
}

const folder = corpusFolder('sbom');
if (folder !== null) {
  const rows = filesOf(folder).map((file) => [file, plainReading(readFileSync(join(folder, file), 'utf8'))]);
  const lines = rows.map((row) => `  ${JSON.stringify(row[0])}: ${JSON.stringify(row[1])}`);
  writeFileSync(OUT, `{\n${lines.join(',\n')}\n}\n`);
}
