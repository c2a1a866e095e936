import { z } from 'zod';
import { quoted } from '../quoted.ts';
import { list, parseTime, read, readAs, type Reading, text, unreadable } from '../reading.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import { imageAndComponents, type ListedPackage, type Sbom } from './sbom.ts';

const packageSchema = z.object({
  SPDXID: z.string().default(''),
  name: text,
  versionInfo: text,
  supplier: text,
  primaryPackagePurpose: text,
  checksums: list(z.object({ algorithm: z.string(), checksumValue: z.string() })),
  externalRefs: list(z.object({ referenceType: z.string(), referenceLocator: z.string() })),
});

const relationshipSchema = z.object({
  spdxElementId: z.string(),
  relationshipType: z.string(),
  relatedSpdxElement: z.string(),
});

const documentSchema = z.object({
  spdxVersion: z.string(),
  SPDXID: z.string().default('SPDXRef-DOCUMENT'),
  creationInfo: z.object({ created: text, creators: list(z.string()) }).nullish(),
  documentDescribes: list(z.string()),
  packages: list(packageSchema),
  relationships: list(relationshipSchema),
});

export type Spdx2Document = z.input<typeof documentSchema>;
type Package = z.output<typeof packageSchema>;
type Relationship = z.output<typeof relationshipSchema>;

const VERSION = /^SPDX-(2\.[23])$/;

/** Reads SPDX 2.2 or 2.3, from JSON or as the reader of tag-value hands it over. */
export function readSpdx2(document: unknown): Reading<Sbom> {
  const parsed = readAs(documentSchema, document, 'an SPDX 2 document');
  if (!parsed.ok) return parsed;
  const { spdxVersion, SPDXID, creationInfo, documentDescribes, packages, relationships } = parsed.value;
  const specVersion = VERSION.exec(spdxVersion)?.[1];
  if (specVersion === undefined) {
    return unreadable(`it is SPDX of the version ${quoted(spdxVersion)}; 2.2, 2.3 and 3.0 can be read`);
  }
  const described = new Set([
    ...documentDescribes,
    ...relationships.flatMap((one) => describedBy(one, SPDXID)),
  ]);
  const related = new Set(relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement]));
  const listed = packages.map((one) => listedPackage(one, related.has(one.SPDXID)));
  return read({
    format: 'spdx',
    specVersion,
    ...imageAndComponents(listed, described),
    created: parseTime(creationInfo?.created ?? null),
    tool: creators(creationInfo?.creators ?? [], /^Tool:/),
    author: creators(creationInfo?.creators ?? [], /^(Organization|Person):/),
  });
}

/** SPDX 2.3, clause 11.1: DESCRIBES, and DESCRIBED_BY the other way round. */
function describedBy(relationship: Relationship, document: string): readonly string[] {
  const { spdxElementId, relationshipType, relatedSpdxElement } = relationship;
  if (relationshipType === 'DESCRIBES' && spdxElementId === document) return [relatedSpdxElement];
  if (relationshipType === 'DESCRIBED_BY' && relatedSpdxElement === document) return [spdxElementId];
  return [];
}

/** SPDX 2.3, Annex F: the references that identify a package to others, in their short form or as an IRI. */
const IDENTIFIERS = new Set(['purl', 'cpe22Type', 'cpe23Type', 'swid', 'swh', 'gitoid']);

function listedPackage(one: Package, related: boolean): ListedPackage {
  const references = one.externalRefs.map(({ referenceType, referenceLocator }) => ({
    type: referenceType.slice(referenceType.lastIndexOf('/') + 1),
    locator: referenceLocator,
  }));
  const purl = references.find(({ type }) => type === 'purl')?.locator ?? null;
  return {
    id: one.SPDXID,
    component: {
      name: asserted(one.name),
      version: asserted(one.versionInfo),
      supplier: asserted(one.supplier),
      purl,
      identified: references.some(({ type, locator }) => IDENTIFIERS.has(type) && locator !== ''),
      related,
    },
    image: isImage(one, purl) ? imageDigests(one, purl) : null,
  };
}

function isImage(one: Package, purl: string | null): boolean {
  return (
    one.primaryPackagePurpose === 'CONTAINER' ||
    isImagePurl(purl) ||
    digestOf(one.versionInfo).length > 0 ||
    digestOf(one.name).length > 0
  );
}

function imageDigests(one: Package, purl: string | null): readonly string[] {
  return [
    ...digestOfPurl(purl),
    ...digestOf(one.versionInfo),
    ...digestOf(one.name),
    ...one.checksums.flatMap(({ algorithm, checksumValue }) => digestOfHash(algorithm, checksumValue)),
  ];
}

/** SPDX 2.3, clause 7.5.1 and others: NOASSERTION and NONE are words for nothing. */
function asserted(value: string | null): string | null {
  return value === 'NOASSERTION' || value === 'NONE' ? null : value;
}

/** SPDX 2.3, clause 6.8: `Tool: name-version`, `Organization: name (e-mail)`, `Person: name (e-mail)`. */
function creators(all: readonly string[], kind: RegExp): string | null {
  const names = all.filter((one) => kind.test(one)).map((one) => one.replace(kind, '').trim());
  return names.filter((name) => asserted(name) !== null && name !== '').join(', ') || null;
}
