import { assert, describe, expect, it } from 'vitest';
import type { SbomFormat } from './predicate-types.ts';
import { readSbom as read } from './read-sbom.ts';

const HEX = 'ab'.repeat(32);
const DIGEST = `sha256:${HEX}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;
const CREATED = '2026-01-15T09:00:00Z';

const root = {
  SPDXID: 'SPDXRef-image',
  name: 'cart',
  versionInfo: DIGEST,
  primaryPackagePurpose: 'CONTAINER',
  checksums: [{ algorithm: 'SHA256', checksumValue: HEX }],
};
const head = { SPDXID: 'SPDXRef-DOCUMENT', dataLicense: 'CC0-1.0', name: 'cart' };
const express = { SPDXID: 'SPDXRef-express', name: 'express', versionInfo: '4.19.2' };
const pino = { SPDXID: 'SPDXRef-pino', name: 'pino' };
const describing = (id: string): object => ({
  spdxElementId: 'SPDXRef-DOCUMENT',
  relationshipType: 'DESCRIBES',
  relatedSpdxElement: id,
});
const spdx = {
  spdxVersion: 'SPDX-2.3',
  ...head,
  creationInfo: {
    created: CREATED,
    creators: ['Tool: syft-1.0', 'Organization: Acme', 'Person: NOASSERTION'],
  },
  packages: [root, express, pino],
  files: [{ SPDXID: 'SPDXRef-file', fileName: 'a' }],
  relationships: [describing('SPDXRef-image')],
};

const CONTEXT = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
const graph = [
  { type: 'CreationInfo', '@id': '_:other', created: '2020-01-01T00:00:00Z' },
  {
    type: 'CreationInfo',
    '@id': '_:own',
    created: CREATED,
    createdBy: ['urn:acme'],
    createdUsing: ['urn:tool'],
  },
  { type: 'Organization', spdxId: 'urn:acme', name: 'Acme' },
  { type: 'Tool', spdxId: 'urn:tool', name: 'syft-1.0' },
  { type: 'SpdxDocument', spdxId: 'urn:doc', creationInfo: '_:own', rootElement: ['urn:sbom'] },
  { type: 'software_Sbom', spdxId: 'urn:sbom', rootElement: ['urn:image'] },
  {
    type: 'software_Package',
    spdxId: 'urn:image',
    name: 'cart',
    software_primaryPurpose: 'container',
    verifiedUsing: [{ type: 'Hash', algorithm: 'sha256', hashValue: HEX }],
  },
  { type: 'software_Package', spdxId: 'urn:express', name: 'express' },
  { type: 'ai_AIPackage', spdxId: 'urn:model', name: 'model' },
  { type: 'software_File', spdxId: 'urn:file', name: 'a' },
];
const spdx3 = { '@context': CONTEXT, '@graph': graph };

const container = { type: 'container', name: 'cart', version: DIGEST, 'bom-ref': 'cart' };
const cyclonedx = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: {
    timestamp: CREATED,
    tools: { components: [{ type: 'application', name: 'syft', version: '1.0' }] },
    authors: [{ name: 'Acme' }],
    component: container,
  },
  components: [
    { type: 'library', name: 'express', components: [{ type: 'library', name: 'pino' }] },
    { type: 'file', name: 'a' },
  ],
};

const syft = {
  artifacts: [{ id: '1', name: 'express', version: '4.19.2', purl: 'pkg:npm/express@4.19.2', cpes: [] }],
  source: {
    type: 'image',
    metadata: { manifestDigest: DIGEST, repoDigests: [`ghcr.io/acme/cart@${OTHER}`] },
  },
  descriptor: { name: 'syft', version: '1.0' },
  schema: { version: '16.0.0' },
};

const said = {
  created: new Date(CREATED),
  tools: [{ name: 'syft', version: '1.0' }],
  author: 'Acme',
  describes: [DIGEST],
};

/** What is read of a document, its components by their names. */
function readSbom(document: unknown, hint: SbomFormat | null) {
  const sbom = read(document, hint);
  if (!sbom.ok) return sbom;
  const { format, specVersion, listed, components, created, tools, author, describes } = sbom.value;
  const names = components.map(({ name }) => name);
  return {
    ok: true,
    value: { format, specVersion, listed, components: names, created, tools, author, describes },
  };
}

describe('readSbom', () => {
  it.each<[string, unknown, SbomFormat | null, object]>([
    [
      'SPDX 2.3',
      spdx,
      'spdx',
      { ...said, format: 'spdx', specVersion: '2.3', listed: 3, components: ['express', 'pino'] },
    ],
    [
      'SPDX 2.2',
      { ...spdx, spdxVersion: 'SPDX-2.2' },
      'spdx',
      { ...said, format: 'spdx', specVersion: '2.2', listed: 3, components: ['express', 'pino'] },
    ],
    [
      'SPDX 3',
      spdx3,
      'spdx',
      { ...said, format: 'spdx', specVersion: '3.0.1', listed: 3, components: ['express', 'model'] },
    ],
    [
      'CycloneDX',
      cyclonedx,
      'cyclonedx',
      { ...said, format: 'cyclonedx', specVersion: '1.6', listed: 3, components: ['express', 'pino'] },
    ],
    [
      'Syft JSON',
      syft,
      'syft',
      {
        format: 'syft',
        specVersion: '16.0.0',
        listed: 1,
        components: ['express'],
        created: null,
        tools: [{ name: 'syft', version: '1.0' }],
        author: null,
        describes: [DIGEST, OTHER],
      },
    ],
  ])('%s', (_name, document, hint, value) => {
    expect(readSbom(document, hint)).toStrictEqual({ ok: true, value });
    // As cosign's predicate of type spdx holds it, and as a layer does.
    expect(readSbom(JSON.stringify(document), hint)).toStrictEqual({ ok: true, value });
    expect(readSbom(Buffer.from(`\n ${JSON.stringify(document)}`), null)).toStrictEqual({
      ok: true,
      value,
    });
    // As cosign 1 wrote its predicates.
    expect(readSbom({ Data: document, Timestamp: '' }, hint)).toStrictEqual({ ok: true, value });
    expect(readSbom({ Data: JSON.stringify(document) }, hint)).toStrictEqual({ ok: true, value });
  });
});

const tagValue = `
# A comment
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: cart
DocumentComment: <text>Of several lines.
PackageName: not a package
</text>
Creator: Tool: syft-1.0
Creator: Organization: Acme
Created: ${CREATED}

##### Package: cart
PackageName: cart
SPDXID: SPDXRef-image
PackageVersion: ${DIGEST}
PrimaryPackagePurpose: CONTAINER
PackageChecksum: SHA256: ${HEX}
ExternalRef: PACKAGE-MANAGER purl pkg:oci/cart@${DIGEST}?arch=amd64

PackageName: express
SPDXID: SPDXRef-express
PackageVersion: 4.19.2
PackageSupplier: Organization: OpenJS
PackageLicenseDeclared: MIT
PackageSourceInfo: <text>acquired package info from installed node module manifest file: /app/package.json</text>
PackageComment: <text>one line</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/express@4.19.2

FileName: ./a
SPDXID: SPDXRef-image
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-image
Relationship: SPDXRef-image CONTAINS SPDXRef-express
`;

describe('SPDX tag-value', () => {
  it.each([
    ['as it is', tagValue],
    ['with carriage returns', tagValue.replaceAll('\n', '\r\n')],
    ['behind a byte order mark', `\uFEFF${tagValue.trimStart()}`],
    ['as UTF-16, as PowerShell writes it', Buffer.from(`\uFEFF${tagValue}`, 'utf16le')],
  ])('%s', (_name, document) => {
    const sbom = read(document, 'spdx');
    expect(readSbom(document, 'spdx')).toStrictEqual({
      ok: true,
      value: { ...said, format: 'spdx', specVersion: '2.3', listed: 2, components: ['express'] },
    });
    expect(sbom.ok && sbom.value.components[0]).toStrictEqual({
      id: 'SPDXRef-express',
      name: 'express',
      version: '4.19.2',
      supplier: 'Organization: OpenJS',
      purl: 'pkg:npm/express@4.19.2',
      ecosystem: 'npm',
      distro: null,
      source: null,
      locations: ['/app/package.json'],
      layer: null,
      licences: ['MIT'],
      hashes: [],
      identified: true,
      related: true,
    });
  });
});

const components = (document: unknown): number => {
  const sbom = read(document, null);
  assert(sbom.ok, sbom.ok ? '' : sbom.message);
  return sbom.value.components.length;
};
const described = (document: unknown): readonly string[] => {
  const sbom = read(document, null);
  assert(sbom.ok, sbom.ok ? '' : sbom.message);
  return sbom.value.describes;
};
const cdx = (component: object): object => ({
  ...cyclonedx,
  metadata: { component: { name: 'cart', ...component } },
});

describe('the number of components', () => {
  it.each<[string, unknown, number]>([
    ['SPDX of nothing', { ...spdx, packages: undefined, relationships: undefined }, 0],
    ['SPDX of null', { ...spdx, packages: null, relationships: null }, 0],
    ['tag-value of nothing', tagValue.slice(0, tagValue.indexOf('#####')), 0],
    ['SPDX 3 of nothing', { '@context': CONTEXT, '@graph': [] }, 0],
    [
      'SPDX 3 of one element without a graph',
      { '@context': CONTEXT, type: 'software_Package', name: 'a' },
      1,
    ],
    ['SPDX 3 with a list of contexts', { '@context': [CONTEXT, {}], '@graph': graph }, 2],
    ['CycloneDX of nothing', { bomFormat: 'CycloneDX', specVersion: '1.5' }, 0],
    ['CycloneDX of null', { bomFormat: 'CycloneDX', specVersion: '1.5', components: null }, 0],
    ['Syft of null', { ...syft, artifacts: null }, 0],
    ['SPDX that describes nothing', { ...spdx, relationships: [] }, 3],
    [
      'SPDX that describes two packages and no image',
      {
        ...spdx,
        packages: [express, pino],
        relationships: [describing('SPDXRef-express'), describing('SPDXRef-pino')],
      },
      2,
    ],
    [
      'SPDX that describes the image and a package',
      { ...spdx, relationships: [describing('SPDXRef-image'), describing('SPDXRef-pino')] },
      2,
    ],
    [
      'SPDX that describes by its list',
      { ...spdx, documentDescribes: ['SPDXRef-image'], relationships: [] },
      2,
    ],
    [
      'SPDX that is described',
      {
        ...spdx,
        relationships: [
          {
            spdxElementId: 'SPDXRef-image',
            relationshipType: 'DESCRIBED_BY',
            relatedSpdxElement: 'SPDXRef-DOCUMENT',
          },
        ],
      },
      2,
    ],
    [
      'CycloneDX with an assembly as its root',
      cdx({ ...container, components: [{ type: 'library', name: 'a' }] }),
      3,
    ],
  ])('%s', (_name, document, expected) => {
    expect(components(document)).toBe(expected);
  });
});

describe('the image that is described', () => {
  it.each<[string, unknown, readonly string[]]>([
    [
      'by a package URL in SPDX',
      {
        ...spdx,
        packages: [
          {
            SPDXID: 'SPDXRef-image',
            name: 'cart',
            externalRefs: [{ referenceType: 'purl', referenceLocator: `pkg:oci/cart@sha256%3A${HEX}` }],
          },
        ],
      },
      [DIGEST],
    ],
    ['by its name in SPDX', { ...spdx, packages: [{ SPDXID: 'SPDXRef-image', name: DIGEST }] }, [DIGEST]],
    [
      'two of them in SPDX',
      {
        ...spdx,
        packages: [root, { ...root, SPDXID: 'SPDXRef-2', versionInfo: OTHER, checksums: [] }],
        documentDescribes: ['SPDXRef-2'],
      },
      [DIGEST, OTHER],
    ],
    ['by nothing in SPDX', { ...spdx, relationships: [] }, []],
    [
      'not: an archive has a checksum, and is no image',
      { ...spdx, packages: [{ ...root, primaryPackagePurpose: 'ARCHIVE', versionInfo: '1' }] },
      [],
    ],
    [
      'by a package URL in SPDX 3',
      {
        '@context': CONTEXT,
        '@graph': [
          { type: 'SpdxDocument', spdxId: 'd', rootElement: ['p'] },
          { type: 'software_Package', spdxId: 'p', software_packageUrl: `pkg:oci/cart@${DIGEST}` },
        ],
      },
      [DIGEST],
    ],
    [
      'by a relationship in SPDX 3',
      {
        '@context': CONTEXT,
        '@graph': [
          { type: 'SpdxDocument', spdxId: 'd' },
          { type: 'Relationship', from: 'd', to: ['p'], relationshipType: 'describes' },
          { type: 'software_Package', spdxId: 'p', software_packageVersion: DIGEST },
        ],
      },
      [DIGEST],
    ],
    ['by a package URL in CycloneDX', cdx({ type: 'container', purl: `pkg:oci/cart@${DIGEST}` }), [DIGEST]],
    [
      'by a hash in CycloneDX',
      cdx({ type: 'container', hashes: [{ alg: 'SHA-256', content: HEX }] }),
      [DIGEST],
    ],
    [
      "by Trivy's property",
      cdx({
        type: 'container',
        properties: [
          { name: 'aquasecurity:trivy:RepoDigest', value: `ghcr.io/acme/cart@${DIGEST}` },
          { name: 'aquasecurity:trivy:ImageID', value: OTHER },
        ],
      }),
      [DIGEST],
    ],
    [
      'not: an application has a hash, and is no image',
      cdx({ type: 'application', hashes: [{ alg: 'SHA-256', content: HEX }] }),
      [],
    ],
    ['not: a tag', cdx({ type: 'container', version: 'v1' }), []],
    [
      'by Syft before its schema 9',
      { ...syft, source: { type: 'image', target: { manifestDigest: DIGEST } } },
      [DIGEST],
    ],
    ['not: Syft of a directory', { ...syft, source: { type: 'directory', metadata: { path: '/' } } }, []],
  ])('%s', (_name, document, expected) => {
    expect(described(document)).toStrictEqual(expected);
  });
});

describe('what cannot be read', () => {
  const deep = (depth: number): object => ({
    type: 'library',
    name: 'a',
    components: depth === 0 ? [] : [deep(depth - 1)],
  });

  it.each<[string, unknown, SbomFormat | null, string]>([
    ['SPDX said to be CycloneDX', spdx, 'cyclonedx', 'said to be CycloneDX and is SPDX'],
    ['CycloneDX said to be SPDX', cyclonedx, 'spdx', 'said to be SPDX and is CycloneDX'],
    ['SPDX of a later 2', { ...spdx, spdxVersion: 'SPDX-2.9' }, null, '"SPDX-2.9"'],
    [
      'SPDX under the context of a later 3',
      { ...spdx3, '@context': 'https://spdx.org/rdf/3.1.0/x' },
      null,
      '3.1.0',
    ],
    ['CycloneDX 2', { ...cyclonedx, specVersion: '2.0' }, null, '"2.0"'],
    ['CycloneDX 1.10', { ...cyclonedx, specVersion: '1.10' }, null, '"1.10"'],
    [
      'a component whose name is no text',
      { ...cyclonedx, components: [{ type: 'library', name: 1 }] },
      null,
      'name',
    ],
    ['packages that are no list', { ...spdx, packages: {} }, null, 'packages'],
    ['a graph that is no list', { ...spdx3, '@graph': {} }, null, '@graph'],
    ['components nested without an end', { ...cyclonedx, components: [deep(200)] }, null, 'nested deeper'],
    ['JSON nested without an end', '{"a":'.repeat(200), null, 'not strict JSON'],
    [
      'a member that stands twice',
      '{"spdxVersion":"SPDX-2.3","spdxVersion":"SPDX-2.2"}',
      null,
      'stands twice',
    ],
    ['SPDX XML', '<Document><spdxVersion>SPDX-2.3</spdxVersion></Document>', null, 'it is XML of "Document"'],
    ['a table', 'NAME VERSION\nexpress 4.19.2', null, 'neither JSON, XML nor SPDX tag-value'],
    ['nothing', '', null, 'neither'],
    ['an empty object', {}, null, 'neither SPDX, CycloneDX nor Syft JSON'],
    ['a list', [spdx], null, 'not a JSON object'],
    ['null', null, null, 'not a JSON object'],
    ['a wrapping in a wrapping', { Data: { Data: spdx } }, null, 'neither'],
    ['bytes that are no text', Buffer.from([0xff, 0xfd, 0x00]), null, 'neither'],
    ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x00]), null, 'begins as UTF-16'],
    [
      'tag-value whose text has no end',
      `${tagValue}\nDocumentComment: <text>PackageName: x\nPackageName: y`,
      null,
      'DocumentComment: its <text> has no end',
    ],
    ['tag-value cut off in a tag', `${tagValue}\nPackageNa`, null, 'a line is no tag: "PackageNa"'],
  ])('%s', (_name, document, hint, message) => {
    const sbom = read(document, hint);
    expect(sbom.ok ? 'it was read' : sbom.message).toContain(message);
  });
});

/** In more than linear time each of these would take hours: the test would not end. */
it('ends for text that is made to take long', () => {
  const long = 1_000_000;
  for (const line of ['\n', '\r', ' ', 'a', 'a:\n', '<text>', '# \n', 'PackageName: <text>\n']) {
    expect(read(line.repeat(long), null)).toBeDefined();
    expect(read(`SPDXVersion: SPDX-2.3\n${line.repeat(long)}`, null)).toBeDefined();
  }
}, 60_000);
