import { z } from 'zod';
import { SBOM_COMPONENTS } from '../../limits.ts';
import { quoted } from '../quoted.ts';
import { list, parseTime, text } from '../reading.ts';
import { componentOf, ecosystemsOf, hashText, type Draft, problemList, type Problems } from './component.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import type { JsonDocument } from './json-document.ts';
import { relate } from './relate.ts';
import { asType, checkRest, unknownVersion } from './shape.ts';
import { imageAndComponents, type Relationship, type Sbom, type Tool, tooManyComponents } from './sbom.ts';
import { trivyFacts } from './trivy-properties.ts';

/** SPDX 2.3, clauses 6 to 11; what JSON's schema requires is required. */
const documentSchema = z.object({
  SPDXID: z.string(),
  dataLicense: z.string(),
  name: z.string(),
  creationInfo: z.object({ created: z.string(), creators: z.array(z.string()).min(1) }),
});

const packageSchema = z.object({
  SPDXID: z.string(),
  name: z.string(),
  versionInfo: text,
  supplier: text,
  sourceInfo: text,
  downloadLocation: text,
  primaryPackagePurpose: text,
  licenseDeclared: text,
  licenseConcluded: text,
  checksums: list(z.object({ algorithm: z.string(), checksumValue: z.string() })),
  externalRefs: list(z.object({ referenceType: z.string(), referenceLocator: z.string() })),
  annotations: list(z.object({ comment: text })),
  attributionTexts: list(z.string()),
});

const fileSchema = z.object({ SPDXID: z.string(), fileName: z.string() });

const relationshipSchema = z.object({
  spdxElementId: z.string(),
  relationshipType: z.string(),
  relatedSpdxElement: z.string(),
});

type Package = z.output<typeof packageSchema>;
type Related = z.output<typeof relationshipSchema>;

const VERSION = /^SPDX-(2\.[23])$/;

/** Reads SPDX 2.2 or 2.3, from JSON or as the reader of tag-value hands it over. */
export function readSpdx2(document: JsonDocument): Sbom {
  const version = document.value('spdxVersion');
  const specVersion = typeof version === 'string' ? VERSION.exec(version)?.[1] : undefined;
  if (specVersion === undefined) {
    throw unknownVersion('SPDX', version, '2.2, 2.3 and 3.0');
  }
  const member = (name: string): unknown => document.value(name);
  const head = asType(documentSchema, {
    SPDXID: member('SPDXID'),
    dataLicense: member('dataLicense'),
    name: member('name'),
    creationInfo: member('creationInfo'),
  });
  const problems = problemList();
  const packages: { component: Draft; image: readonly string[] | null }[] = [];
  for (const item of document.each('packages')) {
    if (packages.length === SBOM_COMPONENTS) throw tooManyComponents();
    const one = asType(packageSchema, item, `packages[${packages.length}]`);
    packages.push(listedPackage(one, problems));
  }
  const described = new Set<string>();
  for (const id of document.each('documentDescribes')) if (typeof id === 'string') described.add(id);
  const relationships = relate(
    packages.map(({ component }) => component),
    relationsOf(document, head.SPDXID, described),
    problems,
  );
  let files = 0;
  for (const item of document.each('files')) {
    asType(fileSchema, item, `files[${files}]`);
    files += 1;
  }
  checkRest(document, ['packages', 'documentDescribes', 'relationships', 'files']);
  const { created, creators } = head.creationInfo;
  if (parseTime(created) === null) problems.add('a time that is none', quoted(created));
  const { components, describes } = imageAndComponents(packages, described);
  return {
    format: 'spdx',
    specVersion,
    listed: packages.length,
    components,
    relationships,
    created: parseTime(created),
    tools: named(creators, /^Tool:/).map(toolOf),
    author: named(creators, /^(Organization|Person):/).join(', ') || null,
    context: null,
    describes,
    ecosystems: ecosystemsOf(components),
    cataloguers: [],
    truncated: false,
    problems: problems.list(),
  };
}

/** SPDX 2.3, clause 11.1; `described` gathers what the document describes, which is told both ways round. */
function* relationsOf(document: JsonDocument, documentId: string, described: Set<string>) {
  let index = 0;
  for (const item of document.each('relationships')) {
    const one = asType(relationshipSchema, item, `relationships[${index}]`);
    index += 1;
    const { spdxElementId, relationshipType: type, relatedSpdxElement } = one;
    if (type === 'DESCRIBES' && spdxElementId === documentId) described.add(relatedSpdxElement);
    if (type === 'DESCRIBED_BY' && relatedSpdxElement === documentId) described.add(spdxElementId);
    yield meaning(one);
  }
}

function meaning({ spdxElementId: one, relationshipType, relatedSpdxElement: other }: Related) {
  const relation = (kind: Relationship['kind'] | null, from: string, to: string) => ({ kind, from, to });
  switch (relationshipType) {
    case 'CONTAINS':
      return relation('contains', one, other);
    case 'CONTAINED_BY':
      return relation('contains', other, one);
    case 'DEPENDS_ON':
      return relation('dependsOn', one, other);
    case 'DEPENDENCY_OF':
      return relation('dependsOn', other, one);
    default:
      return relation(null, one, other);
  }
}

/** SPDX 2.3, Annex F: the references that identify a package to others, in their short form or as an IRI. */
const IDENTIFIERS = new Set(['purl', 'cpe22Type', 'cpe23Type', 'swid', 'swh', 'gitoid']);

function listedPackage(one: Package, problems: Problems) {
  const references = one.externalRefs.map(({ referenceType, referenceLocator }) => ({
    type: referenceType.slice(referenceType.lastIndexOf('/') + 1),
    locator: referenceLocator,
  }));
  const purl = references.find(({ type }) => type === 'purl')?.locator || null;
  if (one.downloadLocation === null)
    problems.add('a package without a download location', quoted(one.SPDXID));
  const trivy = trivyFacts(
    annotated([...one.attributionTexts, ...one.annotations.map(({ comment }) => comment)]),
  );
  const licences = [one.licenseDeclared, one.licenseConcluded].map(asserted).filter((each) => each !== null);
  const component = componentOf(
    {
      id: one.SPDXID,
      name: asserted(one.name),
      version: asserted(one.versionInfo),
      supplier: asserted(one.supplier),
      purl,
      identified: references.some(({ type, locator }) => IDENTIFIERS.has(type) && locator !== ''),
      licences: [...new Set(licences)],
      hashes: one.checksums.map(({ algorithm, checksumValue }) => hashText(algorithm, checksumValue)),
      ...trivy,
      locations: trivy.locations.length > 0 ? trivy.locations : pathsIn(one.sourceInfo),
    },
    problems,
  );
  return { component, image: isImage(one, purl) ? imageDigests(one, purl) : null };
}

/** Trivy's `SrcName: bash` in annotations, and before them in attribution texts. */
function annotated(texts: readonly (string | null)[]): (name: string) => string | null {
  return (name) => {
    const found = texts.find((one) => one?.startsWith(`${name}: `) === true);
    return found?.slice(name.length + 2).trim() || null;
  };
}

/** Syft ends its `sourceInfo` with the paths: `acquired package info from DPKG DB: /var/lib/dpkg/status, /…`. */
function pathsIn(sourceInfo: string | null): readonly string[] {
  const paths = /^acquired package info from [^:]*: (.*)$/.exec(sourceInfo ?? '')?.[1] ?? '';
  return paths.split(', ').filter((path) => path.startsWith('/'));
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
function named(creators: readonly string[], kind: RegExp): string[] {
  const names = creators.filter((one) => kind.test(one)).map((one) => one.replace(kind, '').trim());
  return names.filter((name) => asserted(name) !== null && name !== '');
}

/** The version stands behind the last hyphen, and begins with a digit or `v`. */
export function toolOf(text: string): Tool {
  const [, name, version] = /^(.+?)-(v?\d.*|dev|devel|unknown)$/.exec(text) ?? [];
  return name === undefined || version === undefined ? { name: text, version: null } : { name, version };
}
