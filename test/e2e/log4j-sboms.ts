import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** SBOMs that list log4j-core, in every format that is read: what stands in an image, by the media type of its document. */
export interface PlantedSbom {
  readonly format: string;
  readonly mediaType: string;
  /** The document of the image with this digest. */
  readonly textOf: (digest: string) => string;
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

const json = (format: string, mediaType: string, document: object): PlantedSbom => ({
  format,
  mediaType,
  textOf: () => JSON.stringify(document),
});

const WRITTEN = resolve(import.meta.dirname, '../../testdata/sboms');
const written = z
  .object({ cart: z.object({ digest: z.string() }) })
  .parse(JSON.parse(readFileSync(join(WRITTEN, 'images.json'), 'utf8')));
const hexOf = (digest: string) => digest.replace('sha256:', '');

/** The media type of what the real tools write, by the end of the file's name. */
const MEDIA_TYPES = {
  '.cdx.json': 'application/vnd.cyclonedx+json',
  '.cdx.xml': 'application/vnd.cyclonedx+xml',
  '.spdx': 'text/spdx',
  '.spdx.json': 'application/spdx+json',
  '.spdx-2.2.json': 'application/spdx+json',
  '.spdx-2.3.json': 'application/spdx+json',
  'syft.json': 'application/vnd.syft+json',
};

/** What Syft and Trivy have written of one image, as if it were of another. */
function ofRealTools(): PlantedSbom[] {
  return readdirSync(join(WRITTEN, 'cart')).map((file) => {
    const [, mediaType = ''] = Object.entries(MEDIA_TYPES).find(([end]) => file.endsWith(end)) ?? [];
    const text = readFileSync(join(WRITTEN, 'cart', file), 'utf8');
    const textOf = (digest: string) => text.replaceAll(hexOf(written.cart.digest), hexOf(digest));
    return { format: file.replaceAll('.', '-'), mediaType, textOf };
  });
}

/** What the real tools write, and one for each format and version that they do not. */
export const PLANTED: readonly PlantedSbom[] = [
  ...ofRealTools(),
  json('spdx-3', 'application/spdx+json', SPDX3),
  ...['1.2', '1.3', '1.4', '1.5', '1.7'].map((version) =>
    json(`cyclonedx-${version.replace('.', '-')}`, 'application/vnd.cyclonedx+json', cyclonedx(version)),
  ),
];
