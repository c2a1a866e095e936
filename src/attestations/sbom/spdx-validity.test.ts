import { describe, expect, it } from 'vitest';
import { readSbom } from './read-sbom.ts';

const named = { SPDXID: 'SPDXRef-a', name: 'openssl', downloadLocation: 'NOASSERTION' };
const licensed = { licenseConcluded: 'NONE', licenseDeclared: 'NONE', copyrightText: 'NONE' };
const spdx2 = (more: object = {}, version = '2.3') => ({
  spdxVersion: `SPDX-${version}`,
  SPDXID: 'SPDXRef-DOCUMENT',
  dataLicense: 'CC0-1.0',
  name: 'cart',
  documentNamespace: 'https://sbom.example.com/cart',
  creationInfo: { created: '2026-01-15T09:00:00Z', creators: ['Tool: syft-1.0'] },
  packages: [{ ...named, ...licensed }],
  ...more,
});
const spdx2Package = (more: object, version?: string) =>
  spdx2({ packages: [{ ...named, ...licensed, ...more }] }, version);
const related = (relationshipType: string, version?: string) =>
  spdx2(
    { relationships: [{ spdxElementId: 'SPDXRef-a', relationshipType, relatedSpdxElement: 'SPDXRef-b' }] },
    version,
  );
const summed = (algorithm: string) => ({ checksums: [{ algorithm, checksumValue: 'ab' }] });
const referring = (referenceCategory: string) => ({
  externalRefs: [{ referenceCategory, referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' }],
});
const pointer = { reference: 'SPDXRef-file', offset: 1 };
const snippet = (more: object) => ({
  snippets: [
    {
      SPDXID: 'SPDXRef-snippet',
      snippetFromFile: 'SPDXRef-file',
      ranges: [{ startPointer: pointer, endPointer: pointer }],
      ...more,
    },
  ],
});
const tagValue = (lines: string) => `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: cart
DocumentNamespace: https://sbom.example.com/cart
Creator: Tool: syft-1.0
Created: 2026-01-15T09:00:00Z
PackageName: openssl
SPDXID: SPDXRef-a
PackageDownloadLocation: NOASSERTION
${lines}
`;

const made = {
  type: 'CreationInfo',
  '@id': '_:made',
  specVersion: '3.0.1',
  created: '2026-01-15T09:00:00Z',
  createdBy: ['urn:acme'],
};
const node = (type: string, id: string, more: object = {}) => ({
  type,
  spdxId: `urn:${id}`,
  creationInfo: '_:made',
  ...more,
});
const spdx3 = (...nodes: readonly object[]) => ({
  '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
  '@graph': [made, node('SpdxDocument', 'doc', { rootElement: ['urn:a'] }), ...nodes],
});
const relationship = (more: object) =>
  node('Relationship', 'r', { from: 'urn:a', to: ['urn:b'], relationshipType: 'contains', ...more });
const openssl = (more: object = {}) => node('software_Package', 'a', { name: 'openssl', ...more });

const problemsOf = (document: unknown) => {
  const sbom = readSbom(document, 'spdx');
  return sbom.ok ? sbom.value.problems : sbom.message;
};

describe('SPDX that its JSON schema allows is read without a problem', () => {
  it.each<[string, unknown]>([
    ['a package of 2.3', spdx2()],
    ['a package of 2.2', spdx2({}, '2.2')],
    ['a relationship that 2.3 added', related('SPECIFICATION_FOR')],
    ['a checksum that 2.3 added', spdx2Package(summed('BLAKE3'))],
    ['a category of references with a hyphen', spdx2Package(referring('PACKAGE-MANAGER'))],
    ['a category of references with an underscore', spdx2Package(referring('PACKAGE_MANAGER'))],
    [
      'null for an empty list, as Go writes it',
      spdx2Package({ checksums: null, licenseInfoFromFiles: null }),
    ],
    ['a snippet', spdx2(snippet({}))],
    ['a licence expression that is none', spdx2Package({ licenseDeclared: 'GPLv2 or so' })],
    ['tag-value', tagValue('PackageChecksum: SHA1: ab\nExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1')],
    ['an element of SPDX 3', spdx3(openssl({ software_primaryPurpose: 'library' }))],
    ['an extension of SPDX 3', spdx3(openssl({ extension: [{ type: 'urn:x', x: { type: 'y' } }] }))],
    ['a reference of SPDX 3 in place of a hash', spdx3(openssl({ verifiedUsing: ['_:hash'] }))],
    [
      'a relationship of a subclass of SPDX 3',
      spdx3(openssl(), { ...relationship({ scope: 'build' }), type: 'LifecycleScopedRelationship' }),
    ],
  ])('%s', (_name, document) => {
    expect(problemsOf(document)).toStrictEqual([]);
  });
});

describe('what tools leave out or write otherwise is a problem and no more', () => {
  it.each<[string, unknown, string]>([
    ['no namespace', spdx2({ documentNamespace: undefined }), 'no namespace'],
    [
      'a package without its licences in 2.2',
      spdx2({ packages: [named] }, '2.2'),
      'a package without licence or copyright, as SPDX 2.2 asks for: "SPDXRef-a"',
    ],
    [
      'a file without a checksum',
      spdx2({ files: [{ SPDXID: 'SPDXRef-f', fileName: './f' }] }),
      'a file without a checksum: "SPDXRef-f"',
    ],
    [
      'a reference without a category',
      spdx2Package({ externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' }] }),
      'an external reference without a category: "SPDXRef-a"',
    ],
    ["Trivy's word", related('DESCRIBE', '2.2'), 'a relationship of the type DESCRIBE in place of DESCRIBES'],
    [
      'an element of SPDX 3 that nobody has made',
      spdx3(openssl({ creationInfo: undefined })),
      'an element that does not say who made it: "urn:a"',
    ],
    ['an element of SPDX 3 without an id', spdx3(openssl({ spdxId: undefined })), 'an element without an id'],
    [
      'a CreationInfo of nobody',
      { ...spdx3(), '@graph': [{ ...made, createdBy: [] }] },
      'a CreationInfo that does not say who made it, or by which version',
    ],
  ])('%s', (_name, document, problem) => {
    expect(problemsOf(document)).toStrictEqual([problem]);
  });

  it('reads which image it describes where Trivy wrote its word', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const image = { ...named, ...licensed, name: `cart@${digest}` };
    const describing = {
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBE',
      relatedSpdxElement: 'SPDXRef-a',
    };
    const sbom = readSbom(spdx2({ packages: [image], relationships: [describing] }, '2.2'), null);
    expect(sbom).toMatchObject({ ok: true, value: { describes: [digest], components: [] } });
  });
});

describe('SPDX that its JSON schema does not allow is not read', () => {
  it.each<[string, unknown, string]>([
    ['no name', spdx2({ name: undefined }), 'name: '],
    ['no creators', spdx2({ creationInfo: { created: 'x', creators: [] } }), 'creationInfo.creators: '],
    ['a package without an id', spdx2Package({ SPDXID: undefined }), 'packages[0].SPDXID: '],
    ['a truth value as text', spdx2Package({ filesAnalyzed: 'false' }), 'packages[0].filesAnalyzed: '],
    ['an unknown relationship', related('USES'), 'relationships[0].relationshipType: "USES" is none of'],
    ['a relationship of 2.3 in 2.2', related('SPECIFICATION_FOR', '2.2'), '"SPECIFICATION_FOR" is none of'],
    ['an unknown checksum', spdx2Package(summed('CRC32')), '"CRC32" is none of'],
    ['a checksum of 2.3 in 2.2', spdx2Package(summed('BLAKE3'), '2.2'), '"BLAKE3" is none of'],
    ['an unknown category', spdx2Package(referring('PURL')), 'referenceCategory: "PURL" is none of'],
    ['an unknown purpose', spdx2Package({ primaryPackagePurpose: 'TOY' }), '"TOY" is none of'],
    [
      'an unknown type of file',
      spdx2({ files: [{ SPDXID: 'SPDXRef-f', fileName: './f', fileTypes: ['TOY'] }] }),
      'files[0].fileTypes.0: "TOY" is none of',
    ],
    [
      'an unknown type of annotation',
      spdx2Package({ annotations: [{ annotationType: 'TOY' }] }),
      'annotationType: "TOY" is none of',
    ],
    ['an annotation of the document', spdx2({ annotations: [{ annotationType: 'TOY' }] }), 'annotations[0]'],
    ['a snippet of no range', spdx2(snippet({ ranges: [] })), 'snippets[0].ranges: '],
    [
      'a snippet that begins in the midst of a byte',
      spdx2(snippet({ ranges: [{ startPointer: { ...pointer, offset: 1.5 }, endPointer: pointer }] })),
      'startPointer.offset: ',
    ],
    ['files that are no texts', spdx2Package({ hasFiles: [1] }), 'packages[0].hasFiles.0: '],
    [
      'a licence without its text',
      spdx2({ hasExtractedLicensingInfos: [{ licenseId: 'a' }] }),
      'extractedText',
    ],
    [
      'an unknown relationship of tag-value',
      tagValue('Relationship: SPDXRef-a USES SPDXRef-b'),
      '"USES" is none of',
    ],
    [
      'a line of tag-value that is no tag',
      tagValue('PackageName zlib\nSPDXID: SPDXRef-z'),
      'no tag: "PackageName zlib"',
    ],
    ['half a relationship of tag-value', tagValue('Relationship: SPDXRef-a'), '"" is none of'],
    ['an unknown category of tag-value', tagValue('ExternalRef: PURL purl pkg:npm/a@1'), '"PURL" is none of'],
    [
      'an unknown type of file in tag-value',
      tagValue('FileName: ./f\nSPDXID: SPDXRef-f\nFileType: TOY'),
      '"TOY" is none of',
    ],
    ['an unknown class of SPDX 3', spdx3(node('software_Pakage', 'a')), 'no class "software_Pakage"'],
    ['a node of SPDX 3 without a type', spdx3({ spdxId: 'urn:a' }), '@graph[2]: it has no type'],
    [
      'an unknown relationship of SPDX 3',
      spdx3(relationship({ relationshipType: 'CONTAINS' })),
      '"CONTAINS" is',
    ],
    ['a relationship of SPDX 3 to nothing', spdx3(relationship({ to: [] })), 'from, to and relationshipType'],
    ['an unknown completeness', spdx3(relationship({ completeness: 'half' })), '"half" is none of'],
    ['an unknown purpose of SPDX 3', spdx3(openssl({ software_primaryPurpose: 'toy' })), '"toy" is none of'],
    [
      'an unknown hash of SPDX 3',
      spdx3(
        node('software_File', 'f', { verifiedUsing: [{ type: 'Hash', algorithm: 'crc32', hashValue: 'a' }] }),
      ),
      '@graph[2].verifiedUsing.0',
    ],
    [
      'an unknown identifier of SPDX 3',
      spdx3(openssl({ externalIdentifier: [{ externalIdentifierType: 'purl', identifier: 'a' }] })),
      '@graph[2].externalIdentifier.0',
    ],
  ])('%s', (_name, document, message) => {
    expect(problemsOf(document)).toContain(message);
  });
});

it('lists a package of SPDX 3 that stands in place of a reference to it', () => {
  const sbom = readSbom(
    spdx3(openssl(), relationship({ to: [node('software_Package', 'b', { name: 'zlib' })] })),
    null,
  );
  expect(sbom).toMatchObject({
    ok: true,
    value: { listed: 2, relationships: [{ kind: 'contains', from: 'urn:a', to: 'urn:b' }] },
  });
});
