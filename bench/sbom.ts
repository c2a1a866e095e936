const PACKAGES = 300;

/** An SPDX document as large as that of a service with a few direct dependencies. */
export function spdx(name: string): object {
  const titles = Array.from({ length: PACKAGES }, (_, at) => `package-${at}`);
  const packages = titles.map((title, at) => ({
    SPDXID: `SPDXRef-${title}`,
    name: title,
    versionInfo: `1.${at}.0`,
    supplier: 'NOASSERTION',
    downloadLocation: 'NOASSERTION',
    licenseConcluded: 'MIT',
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: `pkg:npm/${title}@1.${at}.0`,
      },
    ],
  }));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://sbom.example.com/bench/${name}`,
    creationInfo: {
      created: '2026-01-15T09:00:00Z',
      creators: ['Organization: Acme', 'Tool: acme-sbom-1.0'],
    },
    packages,
    relationships: titles.map((title) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: `SPDXRef-${title}`,
    })),
  };
}
