import { SBOM_COMPONENTS } from '../../limits.ts';
import { quoted } from '../quoted.ts';
import { parseTime } from '../reading.ts';
import {
  byOtherPurls,
  componentOf,
  ecosystemsOf,
  hashText,
  type Draft,
  problemList,
  type Problems,
} from './component.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import type { JsonDocument } from './json-document.ts';
import { relate } from './relate.ts';
import { asType, checkRest, unknownVersion } from './shape.ts';
import { imageAndComponents, type Relationship, type Sbom, type Tool, tooManyComponents } from './sbom.ts';
import {
  DESCRIBE,
  SPDX2_PARTS,
  type Spdx2Package,
  type Spdx2Relationship,
  type Spdx2Version,
} from './spdx2-schema.ts';
import { fromRoot, trivyFacts, trivySourceInfo } from './trivy-properties.ts';

function versionOf(version: unknown): Spdx2Version {
  if (version === 'SPDX-2.2') return '2.2';
  if (version === 'SPDX-2.3') return '2.3';
  throw unknownVersion('SPDX', version, '2.2, 2.3 and 3.0');
}

/** Reads SPDX 2.2 or 2.3, from JSON or as the reader of tag-value hands it over. */
export function readSpdx2(document: JsonDocument): Sbom {
  const problems = problemList();
  const specVersion = versionOf(document.value('spdxVersion'));
  const parts = SPDX2_PARTS[specVersion];
  const head = asType(parts.document, {
    SPDXID: document.value('SPDXID'),
    dataLicense: document.value('dataLicense'),
    name: document.value('name'),
    documentNamespace: document.value('documentNamespace'),
    creationInfo: document.value('creationInfo'),
  });
  const packages: ReturnType<typeof listedPackage>[] = [];
  for (const item of document.each('packages')) {
    if (packages.length === SBOM_COMPONENTS) throw tooManyComponents();
    const one = asType(parts.package, item, `packages[${packages.length}]`);
    tellLeftOut(one, specVersion, problems);
    packages.push(listedPackage(one, problems));
  }
  const described = new Set<string>();
  const elsewhere = new Set<string>();
  for (const id of document.each('documentDescribes')) if (typeof id === 'string') described.add(id);
  const relationships = relate(
    packages.map(({ component }) => component),
    relationsOf(document, head.SPDXID, { described, elsewhere }, specVersion, problems),
    problems,
  );
  checkOthers(document, specVersion, problems);
  if (specVersion === '2.3' && head.documentNamespace === null) problems.add('no namespace');
  const { created, creators } = head.creationInfo;
  const tools = named(creators, /^Tool:/).map(toolOf);
  if (tools.some(({ name }) => name === 'trivy')) locateByFiles(packages, document, specVersion);
  if (parseTime(created) === null) problems.add('a time that is none', quoted(created));
  const { components, besides, describes } = imageAndComponents(packages, described);
  return {
    format: 'spdx',
    specVersion,
    listed: packages.length,
    components,
    besides,
    relationships,
    created: parseTime(created),
    tools,
    author: named(creators, /^(Organization|Person):/).join(', ') || null,
    context: null,
    describes,
    ecosystems: ecosystemsOf(components),
    cataloguers: [],
    truncated: false,
    partial: fileAlone(besides) ?? goesOn(elsewhere),
    problems: problems.list(),
  };
}

/** Holds what says nothing of packages against its schema, and parses all else, so that all of a document is strict JSON. */
function checkOthers(document: JsonDocument, version: Spdx2Version, problems: Problems): void {
  const { file, others } = SPDX2_PARTS[version];
  let files = 0;
  for (const item of document.each('files')) {
    const { SPDXID, checksums } = asType(file, item, `files[${files}]`);
    if (checksums.length === 0) problems.add('a file without a checksum', quoted(SPDXID));
    files += 1;
  }
  for (const [name, schema] of Object.entries(others)) {
    let index = 0;
    for (const item of document.each(name)) {
      asType<unknown>(schema, item, `${name}[${index}]`);
      index += 1;
    }
  }
  checkRest(document, ['packages', 'relationships', 'files', ...Object.keys(others)]);
}

/** Trivy says where a package is by the one file that the package contains. */
function locateByFiles(
  packages: readonly { readonly component: Draft }[],
  document: JsonDocument,
  version: Spdx2Version,
): void {
  const { relationship, file } = SPDX2_PARTS[version];
  const lost = packages.flatMap(({ component }) => (component.locations.length === 0 ? component : []));
  const byId = new Map(lost.map((component) => [component.id, component]));
  const owners = new Map<string, Draft>();
  for (const item of document.each('relationships')) {
    const { spdxElementId, relationshipType, relatedSpdxElement } = asType(relationship, item);
    const owner = relationshipType === 'CONTAINS' ? byId.get(spdxElementId) : undefined;
    if (owner) owners.set(relatedSpdxElement, owner);
  }
  for (const item of document.each('files')) {
    const { SPDXID, fileName } = asType(file, item);
    const owner = owners.get(SPDXID);
    if (owner) owner.locations = [fromRoot(fileName)];
  }
}

/** What a package must say by the specification, tools leave out, and nothing here needs. */
function tellLeftOut(one: Spdx2Package, version: Spdx2Version, problems: Problems): void {
  if (one.downloadLocation === null)
    problems.add('a package without a download location', quoted(one.SPDXID));
  if (version === '2.2' && [one.licenseConcluded, one.licenseDeclared, one.copyrightText].includes(null))
    problems.add('a package without licence or copyright, as SPDX 2.2 asks for', quoted(one.SPDXID));
  if (one.externalRefs.some(({ referenceCategory }) => referenceCategory === undefined))
    problems.add('an external reference without a category', quoted(one.SPDXID));
}

/** Syft's name for a document of one file; of a directory it may be a whole image's, as BuildKit has it scanned. */
function fileAlone([only]: readonly { readonly id: string | null; readonly name: string | null }[]):
  | string
  | null {
  return only?.id?.startsWith('SPDXRef-DocumentRoot-File-') === true
    ? `it is of the file ${quoted(only.name ?? '')} alone`
    : null;
}

/** SPDX 2.3, clause 6.6: packages that are listed in another document are in no list here. */
function goesOn(elsewhere: ReadonlySet<string>): string | null {
  const [first] = elsewhere;
  return first === undefined ? null : `it refers to what another document lists (${quoted(first)})`;
}

/** SPDX 2.3, clause 11.1; `described` gathers what the document describes, which is told both ways round, `elsewhere` what other documents list. */
function* relationsOf(
  document: JsonDocument,
  documentId: string,
  { described, elsewhere }: Record<'described' | 'elsewhere', Set<string>>,
  version: Spdx2Version,
  problems: Problems,
) {
  let index = 0;
  for (const item of document.each('relationships')) {
    const one = asType(SPDX2_PARTS[version].relationship, item, `relationships[${index}]`);
    index += 1;
    const { spdxElementId, relationshipType: type, relatedSpdxElement } = one;
    if (type === DESCRIBE) problems.add('a relationship of the type DESCRIBE in place of DESCRIBES');
    if ((type === 'DESCRIBES' || type === DESCRIBE) && spdxElementId === documentId)
      described.add(relatedSpdxElement);
    if (type === 'DESCRIBED_BY' && relatedSpdxElement === documentId) described.add(spdxElementId);
    const meant = meaning(one);
    const ends = meant.kind === null ? [] : [meant.from, meant.to];
    for (const end of ends) if (end.startsWith('DocumentRef-')) elsewhere.add(end);
    yield meant;
  }
}

function meaning({ spdxElementId: one, relationshipType, relatedSpdxElement: other }: Spdx2Relationship) {
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

function listedPackage(one: Spdx2Package, problems: Problems) {
  const references = one.externalRefs.map(({ referenceType, referenceLocator }) => ({
    type: referenceType.slice(referenceType.lastIndexOf('/') + 1),
    locator: referenceLocator,
  }));
  const [purl = null, ...more] = new Set(
    references.flatMap(({ type, locator }) => (type === 'purl' && locator !== '' ? locator : [])),
  );
  const trivy = trivyFacts(
    annotated([...one.attributionTexts, ...one.annotations.map(({ comment }) => comment)]),
  );
  const told = trivySourceInfo(one.sourceInfo);
  const paths = [trivy.locations, told.locations, pathsIn(one.sourceInfo)].find((all) => all.length > 0);
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
      ...told,
      ...trivy,
      locations: paths ?? [],
    },
    problems,
  );
  const image = isImage(one, purl) ? imageDigests(one, purl) : null;
  return { component, image, others: byOtherPurls(component, more, problems) };
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

function isImage(one: Spdx2Package, purl: string | null): boolean {
  return (
    one.primaryPackagePurpose === 'CONTAINER' ||
    isImagePurl(purl) ||
    digestOf(one.versionInfo).length > 0 ||
    digestOf(one.name).length > 0
  );
}

function imageDigests(one: Spdx2Package, purl: string | null): readonly string[] {
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
