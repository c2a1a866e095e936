/** An SBOM of so many bytes, in every format that is read. */
export interface LargeSbom {
  readonly format: string;
  readonly mediaType: string;
  readonly predicateType: string;
  readonly text: string;
}

const CREATED = '2026-01-15T09:00:00Z';
const SPDX = 'https://spdx.dev/Document';
const CYCLONEDX = 'https://cyclonedx.org/bom';

/** One package, as tools write it: with a purl, a licence, a digest and what it belongs to. */
interface Package {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly digest: string;
}

function packageOf(at: number): Package {
  const name = `@acme-${at % 97}/package-${at}`;
  const version = `${at % 7}.${at % 31}.${at}`;
  const purl = `pkg:npm/%40acme-${at % 97}/package-${at}@${version}`;
  return { id: `package-${at}`, name, version, purl, digest: at.toString(16).padStart(64, '0') };
}

/** As many packages as fill a document, each as one text and with one more behind all of them. */
function filled(bytes: number, text: (one: Package) => readonly [item: string, related: string]) {
  const items: string[] = [];
  const related: string[] = [];
  for (let at = 0, length = 0; length < bytes; at += 1) {
    const [item, relation] = text(packageOf(at));
    length += item.length + relation.length + 2;
    items.push(item);
    related.push(relation);
  }
  return { items, related };
}

/** Documents of about `bytes`, one at a time: together they would be much. */
export function* largeSboms(bytes: number): Generator<LargeSbom> {
  yield {
    format: 'SPDX 2.3 JSON',
    mediaType: 'application/spdx+json',
    predicateType: SPDX,
    text: spdx2(bytes),
  };
  yield { format: 'SPDX 2.3 tag-value', mediaType: 'text/spdx', predicateType: SPDX, text: tagValue(bytes) };
  yield {
    format: 'SPDX 3.0.1 JSON-LD',
    mediaType: 'application/spdx+json',
    predicateType: SPDX,
    text: spdx3(bytes),
  };
  yield {
    format: 'CycloneDX 1.6 JSON',
    mediaType: 'application/vnd.cyclonedx+json',
    predicateType: CYCLONEDX,
    text: cyclonedx(bytes),
  };
  yield {
    format: 'CycloneDX 1.6 XML',
    mediaType: 'application/vnd.cyclonedx+xml',
    predicateType: CYCLONEDX,
    text: xml(bytes),
  };
  yield {
    format: 'Syft JSON',
    mediaType: 'application/vnd.syft+json',
    predicateType: 'https://syft.dev/bom',
    text: syft(bytes),
  };
}

function spdx2(bytes: number): string {
  const { items, related } = filled(bytes, ({ id, name, version, purl, digest }) => [
    JSON.stringify({
      SPDXID: `SPDXRef-${id}`,
      name,
      versionInfo: version,
      supplier: 'Organization: Acme',
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'MIT',
      copyrightText: 'NOASSERTION',
      checksums: [{ algorithm: 'SHA256', checksumValue: digest }],
      externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
    }),
    JSON.stringify({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: `SPDXRef-${id}`,
    }),
  ]);
  const head = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'large',
    documentNamespace: 'https://sbom.example.com/large',
    creationInfo: { created: CREATED, creators: ['Tool: acme-sbom-1.0'] },
  };
  return `${open(head)},"packages":[${items.join(',')}],"relationships":[${related.join(',')}]}`;
}

function tagValue(bytes: number): string {
  const { items, related } = filled(bytes, ({ id, name, version, purl, digest }) => [
    [
      `PackageName: ${name}`,
      `SPDXID: SPDXRef-${id}`,
      `PackageVersion: ${version}`,
      'PackageSupplier: Organization: Acme',
      'PackageDownloadLocation: NOASSERTION',
      'FilesAnalyzed: false',
      `PackageChecksum: SHA256: ${digest}`,
      'PackageLicenseConcluded: NOASSERTION',
      'PackageLicenseDeclared: MIT',
      'PackageCopyrightText: NOASSERTION',
      `ExternalRef: PACKAGE-MANAGER purl ${purl}`,
      '',
    ].join('\n'),
    `Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-${id}`,
  ]);
  const head = [
    'SPDXVersion: SPDX-2.3',
    'DataLicense: CC0-1.0',
    'SPDXID: SPDXRef-DOCUMENT',
    'DocumentName: large',
    'DocumentNamespace: https://sbom.example.com/large',
    'Creator: Tool: acme-sbom-1.0',
    `Created: ${CREATED}`,
    '',
  ];
  return `${[...head, ...items, ...related].join('\n')}\n`;
}

function spdx3(bytes: number): string {
  const id = (name: string): string => `https://sbom.example.com/large#${name}`;
  const element = (type: string, name: string, more: object): string =>
    JSON.stringify({ type, spdxId: id(name), creationInfo: '_:created', ...more });
  const { items, related } = filled(bytes, (one) => [
    element('software_Package', one.id, {
      name: one.name,
      software_packageVersion: one.version,
      software_packageUrl: one.purl,
      software_downloadLocation: `https://packages.example.com/${one.id}.tgz`,
      suppliedBy: id('acme'),
      verifiedUsing: [{ type: 'Hash', algorithm: 'sha256', hashValue: one.digest }],
    }),
    element('Relationship', `contains-${one.id}`, {
      from: id('app'),
      to: [id(one.id)],
      relationshipType: 'contains',
    }),
  ]);
  const creation = {
    type: 'CreationInfo',
    '@id': '_:created',
    specVersion: '3.0.1',
    created: CREATED,
    createdBy: [id('acme')],
  };
  const graph = [
    JSON.stringify(creation),
    element('Organization', 'acme', { name: 'Acme' }),
    element('SpdxDocument', 'document', {
      rootElement: [id('sbom')],
      profileConformance: ['core', 'software'],
    }),
    element('software_Sbom', 'sbom', { rootElement: [id('app')] }),
    element('software_Package', 'app', { name: 'app' }),
  ];
  const context = { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' };
  return `${open(context)},"@graph":[${[...graph, ...items, ...related].join(',')}]}`;
}

function cyclonedx(bytes: number): string {
  const { items, related } = filled(bytes, ({ id, name, version, purl, digest }) => [
    JSON.stringify({
      type: 'library',
      'bom-ref': id,
      publisher: 'Acme',
      name,
      version,
      hashes: [{ alg: 'SHA-256', content: digest }],
      licenses: [{ license: { id: 'MIT' } }],
      purl,
      properties: [
        { name: 'acme:found:by', value: 'javascript-package-cataloger' },
        { name: 'acme:found:in', value: `/app/node_modules/${name}/package.json` },
      ],
    }),
    JSON.stringify({ ref: id, dependsOn: ['package-0'].filter((other) => other !== id) }),
  ]);
  const head = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
    version: 1,
    metadata: { timestamp: CREATED },
  };
  return `${open(head)},"components":[${items.join(',')}],"dependencies":[${related.join(',')}]}`;
}

function xml(bytes: number): string {
  const { items, related } = filled(bytes, ({ id, name, version, purl, digest }) => [
    `<component type="library" bom-ref="${id}"><publisher>Acme</publisher><name>${name}</name><version>${version}</version><hashes><hash alg="SHA-256">${digest}</hash></hashes><licenses><license><id>MIT</id></license></licenses><purl>${purl}</purl><properties><property name="acme:found:by">javascript-package-cataloger</property><property name="acme:found:in">/app/node_modules/${name}/package.json</property></properties></component>`,
    `<dependency ref="${id}"></dependency>`,
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><metadata><timestamp>${CREATED}</timestamp></metadata>
<components>${items.join('\n')}</components>
<dependencies>${related.join('\n')}</dependencies></bom>
`;
}

function syft(bytes: number): string {
  const { items, related } = filled(bytes, ({ id, name, version, purl, digest }) => [
    JSON.stringify({
      id,
      name,
      version,
      type: 'npm',
      foundBy: 'javascript-package-cataloger',
      locations: [{ path: `/app/node_modules/${name}/package.json`, layerID: `sha256:${digest}` }],
      licenses: [{ value: 'MIT', spdxExpression: 'MIT', type: 'declared', urls: [], locations: [] }],
      language: 'javascript',
      cpes: [],
      purl,
    }),
    JSON.stringify({ parent: 'image', child: id, type: 'contains' }),
  ]);
  const rest = {
    source: { id: 'image', name: 'large', version: '1', type: 'image', metadata: {} },
    distro: {},
    descriptor: { name: 'syft', version: '1.0.0', timestamp: CREATED },
    schema: { version: '16.0.0', url: 'https://sbom.example.com/schema.json' },
  };
  const tail = JSON.stringify(rest).slice(1);
  return `{"artifacts":[${items.join(',')}],"artifactRelationships":[${related.join(',')}],${tail}`;
}

/** The beginning of an object to which more is added. */
function open(object: object): string {
  return JSON.stringify(object).slice(0, -1);
}
