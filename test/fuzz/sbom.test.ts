import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSbom } from '../../src/attestations/sbom/read-sbom.ts';

/** Always the same cases. */
const SEED = 20_261_127;
const CASES = 400;
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const PURL = 'pkg:deb/debian/openssl@3.0.2-1?arch=amd64&distro=debian-12&upstream=openssl%403.0.2';

/** A small valid document of each format. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  'SPDX 2 JSON': JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    dataLicense: 'CC0-1.0',
    name: 'cart',
    creationInfo: { created: '2026-01-15T09:00:00Z', creators: ['Tool: syft-1.0'] },
    packages: [
      {
        SPDXID: 'SPDXRef-a',
        name: 'openssl',
        versionInfo: '3.0.2-1',
        downloadLocation: 'NOASSERTION',
        externalRefs: [
          { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: PURL },
        ],
      },
    ],
    files: [{ SPDXID: 'SPDXRef-file', fileName: './a' }],
    relationships: [
      { spdxElementId: 'SPDXRef-a', relationshipType: 'DEPENDS_ON', relatedSpdxElement: 'SPDXRef-a' },
    ],
  }),
  'SPDX tag-value': `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: cart
Creator: Tool: syft-1.0
Created: 2026-01-15T09:00:00Z
PackageName: openssl
SPDXID: SPDXRef-a
PackageComment: <text>of
two lines</text>
ExternalRef: PACKAGE-MANAGER purl ${PURL}
Relationship: SPDXRef-a CONTAINS SPDXRef-a
`,
  'SPDX 3': JSON.stringify({
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      { type: 'CreationInfo', '@id': '_:c', created: '2026-01-15T09:00:00Z', createdBy: ['urn:a'] },
      { type: 'SpdxDocument', spdxId: 'urn:d', creationInfo: '_:c', rootElement: ['urn:p'] },
      { type: 'software_Package', spdxId: 'urn:p', name: 'openssl', software_packageUrl: PURL },
      { type: 'Relationship', spdxId: 'urn:r', from: 'urn:p', to: ['urn:p'], relationshipType: 'dependsOn' },
    ],
  }),
  'CycloneDX JSON': JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name: 'cart', 'bom-ref': 'r', version: DIGEST } },
    components: [{ type: 'library', 'bom-ref': 'a', name: 'openssl', purl: PURL, components: [] }],
    dependencies: [{ ref: 'a', dependsOn: ['a', 'r'] }],
  }),
  'CycloneDX XML': `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components>
<component type="library" bom-ref="a"><name>openssl</name><licenses><license><id>MIT</id></license></licenses>
<purl>pkg:npm/a@1.0.0</purl></component></components>
<dependencies><dependency ref="a"><dependency ref="a"/></dependency></dependencies></bom>`,
  Syft: JSON.stringify({
    artifacts: [
      {
        id: 'a',
        name: 'openssl',
        version: '3',
        type: 'deb',
        purl: PURL,
        locations: [{ path: '/a', layerID: DIGEST }],
      },
    ],
    artifactRelationships: [{ parent: 'a', child: 'a', type: 'dependency-of' }],
    source: { type: 'image', metadata: { manifestDigest: DIGEST, repoDigests: [] } },
    descriptor: {
      name: 'syft',
      version: '1.42.0',
      configuration: { catalogers: { used: ['dpkg-db-cataloger'] } },
    },
    schema: { version: '16.1.3' },
  }),
};

/** What is put in the place of a piece of a document: other kinds of values, names of prototypes, and what ends a text early. */
const PIECES = [
  '',
  'null',
  '0',
  '-1e999',
  '[]',
  '{}',
  '""',
  '"__proto__"',
  '"constructor"',
  'true',
  '\u0000',
  '\uFEFF',
  '\n',
  '"',
  '{',
  '[',
  ']',
  '}',
  ',',
  ':',
  '<',
  '>',
  '&',
  '&x;',
  '<!DOCTYPE a [<!ENTITY x "y">]>',
  '<text>',
  '</text>',
  '<![CDATA[',
  '-->',
  '\\u0000',
  'pkg:',
  'sha256:',
  '%',
  '@',
  '[['.repeat(200),
  '{"a":'.repeat(200),
  '<a>'.repeat(200),
];

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(12),
  piece: fc.constantFrom(...PIECES),
});

function changed(text: string, changes: readonly { at: number; length: number; piece: string }[]): string {
  return changes.reduce((current, { at, length, piece }) => {
    const start = Math.floor(at * current.length);
    return current.slice(0, start) + piece + current.slice(start + length);
  }, text);
}

describe.each(Object.entries(DOCUMENTS))('%s', (_format, document) => {
  it('is read as it is', () => {
    const sbom = readSbom(Buffer.from(document), null);
    expect(sbom.ok ? sbom.value.listed : sbom.message).toBe(1);
  });

  it('is read or refused with a reason, whatever was changed in it, and never throws', () => {
    const result = fc.check(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const sbom = readSbom(Buffer.from(changed(document, changes)), null);
        return sbom.ok || sbom.message.length > 0;
      }),
      { seed: SEED, numRuns: CASES },
    );
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  }, 60_000);
});
