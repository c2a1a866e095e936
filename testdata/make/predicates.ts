import type { Predicate } from './sign.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SOURCE = 'https://github.com/acme/shop';
const CREATED = '2026-01-15T09:00:00Z';

/** A small npm service's packages, the same in both SBOM formats. */
const PACKAGES = [
  { name: 'express', version: '4.19.2', license: 'MIT' },
  { name: 'pino', version: '9.1.0', license: 'MIT' },
  { name: 'zod', version: '3.23.8', license: 'MIT' },
];

export function spdx(name: string): Predicate {
  const packages = PACKAGES.map(({ name: title, version, license }) => ({
    SPDXID: `SPDXRef-${title}`,
    name: title,
    versionInfo: version,
    supplier: 'NOASSERTION',
    downloadLocation: 'NOASSERTION',
    licenseConcluded: license,
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: `pkg:npm/${title}@${version}`,
      },
    ],
  }));
  const content = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://sbom.example.com/shop/${name}/v1`,
    creationInfo: { created: CREATED, creators: ['Organization: Acme', 'Tool: acme-sbom-1.0'] },
    packages,
    relationships: PACKAGES.map(({ name: title }) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: `SPDXRef-${title}`,
    })),
  };
  return { type: 'spdxjson', content };
}

export function cyclonedx(name: string): Predicate {
  const components = PACKAGES.map(({ name: title, version, license }) => ({
    type: 'library',
    'bom-ref': `pkg:npm/${title}@${version}`,
    name: title,
    version,
    purl: `pkg:npm/${title}@${version}`,
    licenses: [{ license: { id: license } }],
  }));
  const metadata = { timestamp: CREATED, component: { type: 'container', name, version: 'v1' } };
  return {
    type: 'cyclonedx',
    content: { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata, components },
  };
}

/** SLSA v1 provenance as GitHub's attest-build-provenance action words it. */
export function provenance(): Predicate {
  const content = {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: {
        workflow: { ref: 'refs/tags/v1.0.0', repository: SOURCE, path: '.github/workflows/release.yml' },
      },
      internalParameters: {
        github: {
          event_name: 'push',
          repository_id: '1001',
          repository_owner_id: '2002',
          runner_environment: 'github-hosted',
        },
      },
      resolvedDependencies: [{ uri: `git+${SOURCE}@refs/tags/v1.0.0`, digest: { gitCommit: COMMIT } }],
    },
    runDetails: {
      builder: { id: `${SOURCE}/.github/workflows/release.yml@refs/tags/v1.0.0` },
      metadata: { invocationId: `${SOURCE}/actions/runs/3003/attempts/1` },
    },
  };
  return { type: 'slsaprovenance1', content };
}
