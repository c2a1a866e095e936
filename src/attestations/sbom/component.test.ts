import { assert, describe, expect, it } from 'vitest';
import { SBOM_COMPONENTS } from '../../limits.ts';
import { readSbom } from './read-sbom.ts';
import type { Component, Sbom } from './sbom.ts';

const LAYER = `sha256:${'ab'.repeat(32)}`;

function read(document: unknown): Sbom {
  const sbom = readSbom(document, null);
  assert(sbom.ok, sbom.ok ? '' : sbom.message);
  return sbom.value;
}

const spdx = (one: object, more: object = {}) =>
  read({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    dataLicense: 'CC0-1.0',
    name: 'cart',
    documentNamespace: 'https://sbom.example.com/cart',
    creationInfo: { created: '2026-01-15T09:00:00Z', creators: ['Tool: trivy-0.70.0'] },
    packages: [{ SPDXID: 'SPDXRef-a', name: 'libssl3', downloadLocation: 'NONE', ...one }],
    ...more,
  });
const purlOf = (purl: string) => ({
  externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
});
const cyclonedx = (one: object, more: object = {}) =>
  read({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: [{ type: 'library', name: 'libssl3', 'bom-ref': 'a', ...one }],
    ...more,
  });
const trivy = (facts: Record<string, string>) => ({
  properties: Object.entries(facts).map(([name, value]) => ({ name: `aquasecurity:trivy:${name}`, value })),
});
const syft = (one: object, more: object = {}) =>
  read({
    artifacts: [{ id: 'a', name: 'libssl3', version: '3.0.2-1', ...one }],
    descriptor: { name: 'syft', version: '1.42.0' },
    schema: { version: '16.1.3' },
    ...more,
  });

describe('what is said of a component', () => {
  it.each<[string, () => Sbom, Partial<Component>]>([
    [
      'the ecosystem and distribution of its package URL',
      () => spdx(purlOf('pkg:deb/debian/libssl3@3.0.2-1?arch=amd64&distro=debian-12')),
      { ecosystem: 'deb', distro: 'debian-12', source: null },
    ],
    [
      'the source in its package URL',
      () => spdx(purlOf('pkg:deb/debian/libssl3@3.0.2-1?upstream=openssl')),
      { source: { name: 'openssl', version: null } },
    ],
    [
      'the source and its version in its package URL',
      () => spdx(purlOf('pkg:deb/debian/libssl3@3.0.2-1?upstream=openssl%401%3A3.0.2-1')),
      { source: { name: 'openssl', version: '1:3.0.2-1' } },
    ],
    [
      'the source of an RPM',
      () => spdx(purlOf('pkg:rpm/redhat/openssl-libs@3.0.7-1.el9?upstream=openssl-3.0.7-1.el9.src.rpm')),
      { source: { name: 'openssl', version: '3.0.7-1.el9' } },
    ],
    [
      'a package URL that is none, as it is written',
      () => spdx(purlOf('libssl3')),
      { purl: 'libssl3', ecosystem: null },
    ],
    [
      "Trivy's properties, of an RPM with epoch and release",
      () =>
        cyclonedx(
          trivy({
            SrcName: 'openssl',
            SrcVersion: '3.0.7',
            SrcRelease: '1.el9',
            SrcEpoch: '1',
            LayerDiffID: LAYER,
            FilePath: 'app/a.jar',
            PkgType: 'redhat',
          }),
        ),
      {
        source: { name: 'openssl', version: '1:3.0.7-1.el9' },
        layer: LAYER,
        locations: ['/app/a.jar'],
        ecosystem: 'rpm',
      },
    ],
    [
      "Trivy's word on the source in SPDX",
      () => spdx({ sourceInfo: 'built package from: openssl 1:3.0.7-1.el9' }),
      { source: { name: 'openssl', version: '1:3.0.7-1.el9' }, locations: [] },
    ],
    [
      "Trivy's word on the place in SPDX",
      () => spdx({ sourceInfo: 'package found in: usr/local/bin/cart' }),
      { source: null, locations: ['/usr/local/bin/cart'] },
    ],
    [
      'the file that Trivy has with a package in SPDX',
      () =>
        spdx(
          {},
          {
            files: [{ SPDXID: 'SPDXRef-f', fileName: 'app/a.jar' }],
            relationships: [
              { spdxElementId: 'SPDXRef-a', relationshipType: 'CONTAINS', relatedSpdxElement: 'SPDXRef-f' },
            ],
          },
        ),
      { locations: ['/app/a.jar'] },
    ],
    [
      'not the files of others, of which a package has many',
      () =>
        spdx(
          {},
          {
            creationInfo: { created: '2026-01-15T09:00:00Z', creators: ['Tool: other-1.0'] },
            files: [{ SPDXID: 'SPDXRef-f', fileName: 'app/a.jar' }],
            relationships: [
              { spdxElementId: 'SPDXRef-a', relationshipType: 'CONTAINS', relatedSpdxElement: 'SPDXRef-f' },
            ],
          },
        ),
      { locations: [] },
    ],
    [
      "Trivy's program that a package is in, however far below and in whatever circle",
      () =>
        cyclonedx(
          {},
          {
            components: [
              { type: 'library', name: 'libssl3', 'bom-ref': 'a' },
              { type: 'library', name: 'b', 'bom-ref': 'b' },
              { type: 'application', name: 'usr/bin/cart', 'bom-ref': 'c', ...trivy({ Class: 'lang-pkgs' }) },
            ],
            dependencies: [
              { ref: 'c', dependsOn: ['b'] },
              { ref: 'b', dependsOn: ['a'] },
              { ref: 'a', dependsOn: ['b', 'c'] },
            ],
          },
        ),
      { name: 'libssl3', locations: ['/usr/bin/cart'] },
    ],
    [
      "Trivy's annotations in SPDX",
      () =>
        spdx({
          attributionTexts: ['SrcName: openssl'],
          annotations: [{ annotator: 'Tool: trivy', comment: `LayerDiffID: ${LAYER}` }],
        }),
      { source: { name: 'openssl', version: null }, layer: LAYER },
    ],
    [
      "Syft's properties in CycloneDX",
      () =>
        cyclonedx({
          properties: [
            { name: 'syft:location:0:path', value: '/var/lib/dpkg/status' },
            { name: 'syft:location:0:layerID', value: LAYER },
            { name: 'syft:metadata:source', value: 'openssl' },
            { name: 'syft:metadata:sourceVersion', value: '3.0.2' },
            { name: 'syft:package:type', value: 'java-archive' },
          ],
        }),
      {
        locations: ['/var/lib/dpkg/status'],
        layer: LAYER,
        source: { name: 'openssl', version: '3.0.2' },
        ecosystem: 'maven',
      },
    ],
    [
      'all of it in Syft JSON',
      () =>
        syft({
          type: 'deb',
          locations: [{ path: '/var/lib/dpkg/status', layerID: LAYER }],
          licenses: [{ value: 'x', spdxExpression: 'Apache-2.0' }, 'MIT'],
          metadata: { source: 'openssl', sourceVersion: '3.0.2' },
        }),
      {
        id: 'a',
        ecosystem: 'deb',
        locations: ['/var/lib/dpkg/status'],
        layer: LAYER,
        licences: ['Apache-2.0', 'MIT'],
        source: { name: 'openssl', version: '3.0.2' },
      },
    ],
    [
      'the origin of an Alpine package in Syft JSON',
      () => syft({ type: 'apk', metadata: { originPackage: 'openssl' } }),
      { source: { name: 'openssl', version: null } },
    ],
    [
      'licences and hashes in CycloneDX',
      () =>
        cyclonedx({
          licenses: [{ license: { id: 'MIT' } }, { license: { name: 'Own' } }],
          hashes: [
            { alg: 'SHA-256', content: 'AB'.repeat(32) },
            { alg: 'SHA3-256', content: 'cd'.repeat(32) },
          ],
        }),
      { licences: ['MIT', 'Own'], hashes: [LAYER, `sha3-256:${'cd'.repeat(32)}`] },
    ],
    [
      'licences and hashes in SPDX, what is not asserted aside',
      () =>
        spdx({
          licenseDeclared: 'NOASSERTION',
          licenseConcluded: 'MIT',
          checksums: [{ algorithm: 'SHA256', checksumValue: 'ab'.repeat(32) }],
        }),
      { licences: ['MIT'], hashes: [LAYER] },
    ],
  ])('%s', (_name, document, expected) => {
    expect(document().components[0]).toMatchObject(expected);
  });
});

describe('what is said of a document', () => {
  it.each<[string, () => Sbom, Partial<Sbom>]>([
    [
      'a package URL that is none',
      () => spdx(purlOf('x')),
      { problems: ['a package URL that is none: "x"'] },
    ],
    [
      'an id that stands twice',
      () =>
        spdx(
          {},
          {
            packages: [
              { SPDXID: 'a', name: 'a', downloadLocation: 'NONE' },
              { SPDXID: 'a', name: 'b', downloadLocation: 'NONE' },
            ],
          },
        ),
      { problems: ['an id that stands twice: "a"'] },
    ],
    [
      'a composition that is not complete',
      () => cyclonedx({}, { compositions: [{ aggregate: 'incomplete' }] }),
      { truncated: true },
    ],
    [
      'a composition that is',
      () => cyclonedx({}, { compositions: [{ aggregate: 'complete' }] }),
      { truncated: false },
    ],
    [
      'its phase',
      () => cyclonedx({}, { metadata: { lifecycles: [{ phase: 'build' }] } }),
      { context: 'build' },
    ],
    [
      'what its configuration says was looked for, lock files aside',
      () =>
        syft(
          { type: 'deb' },
          {
            descriptor: {
              name: 'syft',
              configuration: {
                catalogers: { used: ['java-archive-cataloger', 'javascript-lock-cataloger'] },
              },
            },
          },
        ),
      { ecosystems: ['deb', 'maven'], cataloguers: ['java-archive-cataloger', 'javascript-lock-cataloger'] },
    ],
    [
      'what Trivy looked for, though it found nothing of it',
      () => cyclonedx({ type: 'application', ...trivy({ Class: 'lang-pkgs', Type: 'gobinary' }) }),
      { ecosystems: ['golang'] },
    ],
    [
      'a circle of dependencies',
      () => cyclonedx({}, { dependencies: [{ ref: 'a', dependsOn: ['a', 'gone'] }] }),
      { relationships: [{ kind: 'dependsOn', from: 'a', to: 'a' }] },
    ],
    [
      'what depends on what in Syft JSON',
      () =>
        syft(
          {},
          {
            artifacts: [
              { id: 'a', name: 'a' },
              { id: 'b', name: 'b' },
            ],
            artifactRelationships: [
              { parent: 'a', child: 'b', type: 'dependency-of' },
              { parent: 'a', child: 'file', type: 'contains' },
            ],
          },
        ),
      { relationships: [{ kind: 'dependsOn', from: 'b', to: 'a' }] },
    ],
  ])('%s', (_name, document, expected) => {
    expect(document()).toMatchObject(expected);
  });

  it('refuses more components than any image has', () => {
    const many = `{"artifacts":[${'{"name":"a"},'.repeat(SBOM_COMPONENTS)}{"name":"a"}],"descriptor":{"name":"x"}}`;
    expect(readSbom(Buffer.from(many), null)).toMatchObject({
      ok: false,
      message: `it lists more than ${SBOM_COMPONENTS} components (limit SBOM_COMPONENTS)`,
    });
  }, 60_000);
});

describe('JSON that is read item by item', () => {
  const cdx = (members: string) => `{"bomFormat":"CycloneDX","specVersion":"1.6",${members}}`;

  it.each<[string, string, string]>([
    ['a member that stands twice', cdx('"version":1,"version":2'), '"version" stands twice'],
    [
      'a member of an item that stands twice',
      cdx('"components":[{"type":"library","name":"a","name":"b"}]'),
      'stands twice',
    ],
    [
      'a member twice in what no reader asks for',
      cdx('"services":[{"name":"a","name":"b"}]'),
      'stands twice',
    ],
    [
      'a list without a comma',
      cdx('"components":[{"type":"library","name":"a"} {"type":"library","name":"b"}]'),
      'no , at byte',
    ],
    ['a list that ends in a comma', cdx('"components":[{"type":"library","name":"a"},]'), 'not strict JSON'],
    ['a list without an end', cdx('"components":[').slice(0, -1), 'has no end'],
    ['text behind the document', `${cdx('"version":1')} x`, 'something follows'],
    ['a list that is none', cdx('"components":{}'), 'components is no list'],
    ['depth in an item', cdx(`"components":[${'['.repeat(200)}]`), 'nested deeper'],
    ['bytes that are no UTF-8', cdx('"components":[{"type":"library","name":"\u00FF"}]'), 'UTF-8'],
  ])('refuses %s', (_name, document, message) => {
    const sbom = readSbom(Buffer.from(document, 'latin1'), null);
    expect(sbom.ok ? 'it was read' : sbom.message).toContain(message);
  });
});
