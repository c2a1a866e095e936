/** SBOMs that list log4j-core, in every format that is read: what stands in an image, by the media type of its document. */
export interface PlantedSbom {
  readonly format: string;
  readonly mediaType: string;
  readonly text: string;
}

const PURL = 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1';
const CREATED = '2026-01-15T09:00:00Z';

/** CycloneDX of one package, or as it is said; `more` goes into the document. */
export function cyclonedx(specVersion: string, purl = PURL, more: object = {}): object {
  const [, name = '', version = ''] = /([^/]+)@(.+)$/.exec(purl) ?? [];
  return {
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
    version: 1,
    metadata: { timestamp: CREATED },
    components: [{ type: 'library', 'bom-ref': 'package', name, version, purl }],
    ...more,
  };
}

function spdx(spdxVersion: string): object {
  return {
    spdxVersion,
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'app',
    documentNamespace: 'https://sbom.example.com/app',
    creationInfo: { created: CREATED, creators: ['Tool: planted-1.0'] },
    packages: [
      {
        SPDXID: 'SPDXRef-app',
        name: 'app',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        licenseConcluded: 'NOASSERTION',
        licenseDeclared: 'NOASSERTION',
        copyrightText: 'NOASSERTION',
      },
      {
        SPDXID: 'SPDXRef-log4j',
        name: 'log4j-core',
        versionInfo: '2.14.1',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        licenseConcluded: 'NOASSERTION',
        licenseDeclared: 'NOASSERTION',
        copyrightText: 'NOASSERTION',
        externalRefs: [
          { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: PURL },
        ],
      },
    ],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-app' },
      { spdxElementId: 'SPDXRef-app', relationshipType: 'CONTAINS', relatedSpdxElement: 'SPDXRef-log4j' },
    ],
  };
}

const TAG_VALUE = `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: app
DocumentNamespace: https://sbom.example.com/app
Creator: Tool: planted-1.0
Created: ${CREATED}

PackageName: app
SPDXID: SPDXRef-app
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false

PackageName: log4j-core
SPDXID: SPDXRef-log4j
PackageVersion: 2.14.1
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
ExternalRef: PACKAGE-MANAGER purl ${PURL}

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app
Relationship: SPDXRef-app CONTAINS SPDXRef-log4j
`;

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <metadata><timestamp>${CREATED}</timestamp></metadata>
  <components>
    <component type="library" bom-ref="log4j">
      <name>log4j-core</name>
      <version>2.14.1</version>
      <purl>${PURL}</purl>
    </component>
  </components>
</bom>
`;

const id = (name: string): string => `https://sbom.example.com/app#${name}`;
const element = (type: string, name: string, more: object) => ({
  type,
  spdxId: id(name),
  creationInfo: '_:created',
  ...more,
});
const SPDX3 = {
  '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
  '@graph': [
    {
      type: 'CreationInfo',
      '@id': '_:created',
      specVersion: '3.0.1',
      created: CREATED,
      createdBy: [id('acme')],
    },
    element('Organization', 'acme', { name: 'Acme' }),
    element('SpdxDocument', 'document', {
      rootElement: [id('sbom')],
      profileConformance: ['core', 'software'],
    }),
    element('software_Sbom', 'sbom', { rootElement: [id('app')] }),
    element('software_Package', 'app', { name: 'app' }),
    element('software_Package', 'log4j', {
      name: 'log4j-core',
      software_packageVersion: '2.14.1',
      software_packageUrl: PURL,
    }),
    element('Relationship', 'contains', { from: id('app'), to: [id('log4j')], relationshipType: 'contains' }),
  ],
};

const SYFT = {
  artifacts: [
    {
      id: 'log4j',
      name: 'log4j-core',
      version: '2.14.1',
      type: 'java-archive',
      foundBy: 'java-archive-cataloger',
      locations: [{ path: '/app/lib/log4j-core-2.14.1.jar' }],
      licenses: [],
      language: 'java',
      cpes: [],
      purl: PURL,
    },
  ],
  artifactRelationships: [],
  source: { id: 'app', name: 'app', version: '1', type: 'directory', metadata: { path: '/' } },
  distro: {},
  descriptor: { name: 'syft', version: '1.30.0' },
  schema: {
    version: '16.0.24',
    url: 'https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.0.24.json',
  },
};

const json = (format: string, mediaType: string, document: object): PlantedSbom => ({
  format,
  mediaType,
  text: JSON.stringify(document),
});

/** One for each format and version. */
export const PLANTED: readonly PlantedSbom[] = [
  json('spdx-2-2', 'application/spdx+json', spdx('SPDX-2.2')),
  json('spdx-2-3', 'application/spdx+json', spdx('SPDX-2.3')),
  { format: 'spdx-tag-value', mediaType: 'text/spdx', text: TAG_VALUE },
  json('spdx-3', 'application/spdx+json', SPDX3),
  ...['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'].map((version) =>
    json(`cyclonedx-${version.replace('.', '-')}`, 'application/vnd.cyclonedx+json', cyclonedx(version)),
  ),
  { format: 'cyclonedx-xml', mediaType: 'application/vnd.cyclonedx+xml', text: XML },
  json('syft', 'application/vnd.syft+json', SYFT),
];
