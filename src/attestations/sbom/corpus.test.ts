import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assert, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { corpusFolder, filesOf, layoutPredicates } from '../corpus.fixture.ts';
import { missingElements } from './minimum-elements.ts';
import { type Sbom } from './sbom.ts';
import { readSbom } from './read-sbom.ts';

const folder = corpusFolder('sbom');
const files = filesOf(folder);

function sbomIn(file: string): Sbom {
  const sbom = readSbom(readFileSync(join(folder ?? '', file)), null);
  assert(sbom.ok, sbom.ok ? '' : `${file}: ${sbom.message}`);
  return sbom.value;
}

describe("SBOMs of the project's own images", () => {
  it.each([
    ['https://spdx.dev/Document', 'spdx', '2.3'],
    ['https://cyclonedx.org/bom', 'cyclonedx', '1.6'],
  ] as const)('%s', (predicateType, format, specVersion) => {
    const predicates = layoutPredicates(predicateType);
    expect(predicates).not.toHaveLength(0);
    for (const predicate of predicates) {
      const sbom = readSbom(predicate, format);
      expect(sbom).toMatchObject({ ok: true, value: { format, specVersion, listed: 3, describes: [] } });
      const { created } = sbom.ok ? sbom.value : {};
      expect(created).toStrictEqual(new Date('2026-01-15T09:00:00Z'));
    }
  });
});

const oracleSchema = z.record(z.string(), z.tuple([z.string(), z.string(), z.number()]).nullable());
const oracle = oracleSchema.parse(
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../test/sbom-oracle.json'), 'utf8')),
);
/** Names that begin with `skip_` or `informal-` are of documents that the specification's words forbid, and one schema cannot. */
const FORBIDDEN = /\/(skip_|informal-)?invalid-/;

describe.skipIf(folder === null)('every document of the corpus', () => {
  it.each(files.filter((file) => !FORBIDDEN.test(file)))('%s is what a plain reading gives', (file) => {
    const sbom = readSbom(readFileSync(join(folder ?? '', file)), null);
    const row = sbom.ok ? [sbom.value.format, sbom.value.specVersion, sbom.value.listed] : null;
    expect(row).toStrictEqual(oracle[file]);
  });

  it.each(files.filter((file) => FORBIDDEN.test(file)))('%s is refused', (file) => {
    const sbom = readSbom(readFileSync(join(folder ?? '', file)), null);
    expect(sbom.ok ? 'it was read' : sbom.message).toMatch(/: |version|reference|bom-ref/);
  });

  it('is in the oracle', () => {
    expect(Object.keys(oracle)).toStrictEqual(files);
  });
});

describe.skipIf(folder === null)('documents that are the same in two versions', () => {
  it.each([
    ['SPDXJSONExample-v2.2.spdx.json', 'SPDXTagExample-v2.2.spdx'],
    ['software_example3_spdx2.2_example3-bin.spdx', 'software_example3_spdx3.0_example3-bin.json'],
    ['software_example4_spdx2.2_example4-bin.spdx', 'software_example4_spdx3.0_example4-bin.json'],
    ['software_example5_spdx2.2_example5-bin.spdx', 'software_example5_spdx3.0_example5-bin.json'],
    ['software_example12_spdx2.2_hello-src.spdx.json', 'software_example12_spdx3.0_hello-src.spdx3.json'],
  ])('%s lists as much as %s', (one, other) => {
    const [first, second] = [sbomIn(`spdx/${one}`), sbomIn(`spdx/${other}`)];
    expect(second.components.length).toBe(first.components.length);
    expect(second.created).toStrictEqual(first.created);
  });
});

const SYFT = { name: 'syft', version: 'v0.42.0-bogus' };
const TRIVY = { name: 'trivy', version: 'dev' };
const SYFT_IMAGE = 'sha256:2731251dc34951c0e50fcc643b4c5f74922dad1a5d98f302b504cf46cd5d9368';

describe.skipIf(folder === null)('documents that tools write', () => {
  it.each<[string, object, number, readonly string[]]>([
    [
      'syft-spdxjson-TestSPDXJSONImageEncoder.golden',
      { format: 'spdx', tools: [SYFT], author: 'Anchore, Inc', describes: [SYFT_IMAGE] },
      2,
      ['supplier 2/2', 'timestamp 1/1'],
    ],
    [
      'syft-internal-TestSPDXTagValueImageEncoder.golden',
      { format: 'spdx', describes: [SYFT_IMAGE] },
      2,
      ['supplier 2/2', 'timestamp 1/1'],
    ],
    [
      'syft-spdxjson-TestSPDX22JSONRequredProperties.golden',
      { specVersion: '2.2' },
      2,
      ['supplier 2/2', 'unique id 2/2', 'timestamp 1/1'],
    ],
    [
      'syft-cyclonedxjson-TestCycloneDxImageEncoder.golden',
      { specVersion: '1.7', tools: [SYFT] },
      3,
      ['supplier 3/3', 'relationship 3/3', 'timestamp 1/1'],
    ],
    [
      'syft-internal-TestImageEncoder.golden',
      { format: 'syft', tools: [SYFT], describes: [SYFT_IMAGE] },
      2,
      ['supplier 2/2', 'relationship 2/2', 'timestamp 1/1'],
    ],
    [
      'trivy-centos-7-cyclonedx.json',
      { tools: [TRIVY], describes: [] },
      3,
      ['supplier 3/3', 'unique id 1/3'],
    ],
    [
      'trivy-centos-7-spdx.json',
      { tools: [TRIVY], author: 'aquasecurity' },
      3,
      ['supplier 3/3', 'unique id 1/3'],
    ],
    [
      'trivy-npm-cyclonedx.json.golden',
      { specVersion: '1.7' },
      13,
      ['supplier 13/13', 'version 1/13', 'unique id 1/13'],
    ],
  ])('%s', (file, facts, components, missing) => {
    const sbom = sbomIn(`tools/${file}`);
    expect(sbom).toMatchObject(facts);
    expect(sbom.components).toHaveLength(components);
    expect(
      missingElements(sbom, 'ntia').map((one) => `${one.element} ${one.missing}/${one.of}`),
    ).toStrictEqual(missing);
  });
});
