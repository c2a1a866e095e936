import { z } from 'zod';
import { SBOM_COMPONENTS } from '../../limits.ts';
import { list, parseTime, text } from '../reading.ts';
import { componentOf, type Draft, ecosystemsOf, hashText, problemList, type Problems } from './component.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import type { JsonDocument } from './json-document.ts';
import { relate } from './relate.ts';
import { imageAndComponents, type Relationship, type Sbom, tooManyComponents } from './sbom.ts';
import { asType, checkRest, unknownVersion } from './shape.ts';
import { toolOf } from './spdx2.ts';

/** A reference to an element: its id, or the element itself written in place. */
const reference = z.union([
  z.string(),
  z.object({ spdxId: z.string().optional(), '@id': z.string().optional(), name: text }),
]);

const creation = { created: text, createdBy: list(reference), createdUsing: list(reference) };
const creationSchema = z.object(creation);

const elementSchema = z.object({
  type: z.string(),
  spdxId: z.string().optional(),
  '@id': z.string().optional(),
  name: text,
  creationInfo: z.unknown().optional(),
  // CreationInfo
  ...creation,
  // SpdxDocument, software_Sbom
  rootElement: list(reference),
  // Relationship
  from: reference.optional(),
  to: list(reference),
  relationshipType: text,
  // software_Package
  software_packageVersion: text,
  software_packageUrl: text,
  software_primaryPurpose: text,
  suppliedBy: reference.nullish(),
  completeness: text,
  software_sbomType: list(z.string()),
  simplelicensing_licenseExpression: text,
  software_contentIdentifier: list(z.unknown()),
  verifiedUsing: list(z.object({ algorithm: text, hashValue: text })),
  externalIdentifier: list(z.object({ externalIdentifierType: text, identifier: text })),
});

type Element = z.output<typeof elementSchema>;
type Reference = z.output<typeof reference>;

/** SPDX 3.0.1, model/Software/Classes/Package and its subclasses in the AI and Dataset profiles. */
const PACKAGES = new Set(['software_Package', 'ai_AIPackage', 'dataset_DatasetPackage']);
const COLLECTIONS = ['SpdxDocument', 'software_Sbom', 'Bom', 'Bundle'];
/** What says something of packages beside relationships, of which there are subclasses. */
const KEPT = new Set([
  ...COLLECTIONS,
  'CreationInfo',
  'Tool',
  'Agent',
  'Person',
  'Organization',
  'SoftwareAgent',
  'simplelicensing_LicenseExpression',
  'expandedlicensing_ListedLicense',
  'expandedlicensing_CustomLicense',
]);
const typeSchema = z.object({ type: z.string() });
const CONTEXT = /^https:\/\/spdx\.org\/rdf\/(3\.0(\.\d+)?)\//;

/** Whether a JSON document is SPDX 3: JSON-LD under the context of spdx.org. */
export function isSpdx3(document: JsonDocument): boolean {
  return contextsOf(document).some((one) => one.startsWith('https://spdx.org/rdf/3'));
}

function contextsOf(document: JsonDocument): readonly string[] {
  return [document.value('@context')].flat().filter((one): one is string => typeof one === 'string');
}

/** Reads SPDX 3.0 as JSON-LD: elements in a `@graph`, or one element alone (SPDX 3.0.1, "Serialization"). */
export function readSpdx3(document: JsonDocument): Sbom {
  const contexts = contextsOf(document);
  const specVersion = contexts.map((one) => CONTEXT.exec(one)?.[1]).find((one) => one !== undefined);
  if (specVersion === undefined) throw unknownVersion('SPDX', contexts[0], '2.2, 2.3 and 3.0');
  const problems = problemList();
  const about = aboutIn(document);
  const packages: ReturnType<typeof listedPackage>[] = [];
  for (const one of elementsOf(document, isPackage)) {
    if (packages.length === SBOM_COMPONENTS) throw tooManyComponents();
    packages.push(listedPackage(one, about, problems));
  }
  const drafts = packages.map(({ component }) => component);
  const relationships = relate(drafts, relationsOf(document), problems);
  if (document.has('@graph')) checkRest(document, ['@graph', '@context']);
  const { components, describes } = imageAndComponents(packages, about.described);
  const made = creationOf(about);
  if (made !== undefined && parseTime(made.created) === null) problems.add('a time that is none');
  const names = (references: readonly Reference[]) =>
    references.flatMap((one) => nameOf(one, about.byId) ?? []);
  return {
    format: 'spdx',
    specVersion,
    listed: packages.length,
    components,
    relationships,
    created: parseTime(made?.created ?? null),
    tools: names(made?.createdUsing ?? []).map(toolOf),
    author: names(made?.createdBy ?? []).join(', ') || null,
    context: sbomTypesOf(about),
    describes,
    ecosystems: ecosystemsOf(components),
    cataloguers: [],
    truncated: about.incomplete,
    problems: problems.list(),
  };
}

/**
 * The elements of some types. Elements refer to each other in any order, so that they are gone through once for each kind, and
 * only what says something of packages is ever in memory.
 */
function* elementsOf(document: JsonDocument, wanted: (type: string) => boolean): Generator<Element> {
  const graph = document.has('@graph')
    ? document.each('@graph')
    : [Object.fromEntries(document.names.map((name) => [name, document.value(name)]))];
  let index = 0;
  for (const item of graph) {
    const { type } = asType(typeSchema, item, `@graph[${index}]`);
    if (wanted(type)) yield asType(elementSchema, item, `@graph[${index}]`);
    index += 1;
  }
}

const isPackage = (type: string) => PACKAGES.has(type);
/** Of relationships there are subclasses. */
const isRelationship = (type: string) => type.endsWith('Relationship');

/** What a document says about its packages without being one: few elements, however many packages there are. */
interface About {
  readonly elements: readonly Element[];
  readonly byId: ReadonlyMap<string, Element>;
  /** The ids of what it describes. */
  readonly described: ReadonlySet<string>;
  /** Licences by the id of their package. */
  readonly licences: ReadonlyMap<string, readonly string[]>;
  readonly incomplete: boolean;
}

function aboutIn(document: JsonDocument): About {
  const elements = [...elementsOf(document, (type) => KEPT.has(type))];
  const byId = new Map(elements.map((element) => [idOf(element), element]));
  const collections = elements.filter(({ type }) => COLLECTIONS.includes(type));
  const collectionIds = new Set(collections.map(idOf));
  // SPDX 3.0.1, model/Core/Properties/rootElement, and the relationship type `describes`, which says the same.
  const described = new Set(collections.flatMap(({ rootElement }) => rootElement.map(idOf)));
  const licences = new Map<string, string[]>();
  let incomplete = false;
  for (const { from, to, relationshipType, completeness } of elementsOf(document, isRelationship)) {
    incomplete ||= completeness === 'incomplete';
    const id = from ? idOf(from) : '';
    if (relationshipType === 'describes' && collectionIds.has(id))
      for (const one of to) described.add(idOf(one));
    if (relationshipType !== 'hasDeclaredLicense' && relationshipType !== 'hasConcludedLicense') continue;
    const named = to.flatMap((one) => {
      const licence = byId.get(idOf(one));
      return licence?.simplelicensing_licenseExpression ?? licence?.name ?? [];
    });
    licences.set(id, [...new Set([...(licences.get(id) ?? []), ...named])]);
  }
  return { elements, byId, described, licences, incomplete };
}

/** SPDX 3.0.1, model/Core/Vocabularies/RelationshipType. */
function* relationsOf(document: JsonDocument) {
  for (const { from, to, relationshipType } of elementsOf(document, isRelationship)) {
    const kind: Relationship['kind'] | null =
      relationshipType === 'contains' || relationshipType === 'dependsOn' ? relationshipType : null;
    for (const one of to) yield { kind, from: from ? idOf(from) : '', to: idOf(one) };
  }
}

/** SPDX 3.0.1, model/Software/Properties/sbomType: `build`, `analyzed` and others. */
function sbomTypesOf({ elements }: About): string | null {
  return [...new Set(elements.flatMap(({ software_sbomType: types }) => types))].join(', ') || null;
}

/** The document's own CreationInfo, by reference or in place; without a document the first that there is. */
function creationOf({ elements, byId }: About): z.output<typeof creationSchema> | undefined {
  const own = COLLECTIONS.map((type) => elements.find((one) => one.type === type)).find(
    Boolean,
  )?.creationInfo;
  const inPlace = creationSchema.safeParse(own);
  if (inPlace.success) return inPlace.data;
  const referred = typeof own === 'string' ? byId.get(own) : undefined;
  return referred ?? elements.find(({ type }) => type === 'CreationInfo');
}

/** SPDX 3.0.1, model/Core/Vocabularies/ExternalIdentifierType. */
const IDENTIFIERS = new Set(['packageUrl', 'cpe22', 'cpe23', 'swid', 'swhid', 'gitoid']);

function listedPackage(
  one: Element,
  { byId, licences }: About,
  problems: Problems,
): { component: Draft; image: readonly string[] | null } {
  const identifiers = one.externalIdentifier.filter(({ identifier }) => identifier !== null);
  const purl =
    one.software_packageUrl ??
    identifiers.find(({ externalIdentifierType }) => externalIdentifierType === 'packageUrl')?.identifier ??
    null;
  const isImage =
    one.software_primaryPurpose === 'container' ||
    isImagePurl(purl) ||
    digestOf(one.software_packageVersion).length > 0;
  const digests = [
    ...digestOfPurl(purl),
    ...digestOf(one.software_packageVersion),
    ...one.verifiedUsing.flatMap(({ algorithm, hashValue }) =>
      digestOfHash(algorithm ?? '', hashValue ?? ''),
    ),
  ];
  const component = componentOf(
    {
      id: idOf(one) || null,
      name: one.name,
      version: one.software_packageVersion,
      supplier: one.suppliedBy ? nameOf(one.suppliedBy, byId) : null,
      purl,
      identified:
        purl !== null ||
        one.software_contentIdentifier.length > 0 ||
        identifiers.some(({ externalIdentifierType }) => IDENTIFIERS.has(externalIdentifierType ?? '')),
      licences: licences.get(idOf(one)) ?? [],
      hashes: one.verifiedUsing.flatMap(({ algorithm, hashValue }) =>
        algorithm !== null && hashValue !== null ? hashText(algorithm, hashValue) : [],
      ),
    },
    problems,
  );
  return { component, image: isImage ? digests : null };
}

function idOf(one: Reference): string {
  return typeof one === 'string' ? one : (one.spdxId ?? one['@id'] ?? '');
}

/** An agent's or tool's name; its id if the document does not hold it; null where it asserts none. */
function nameOf(one: Reference, byId: ReadonlyMap<string, Element>): string | null {
  const id = idOf(one);
  if (/\/No(Assertion|ne)Element$/.test(id)) return null;
  const named = typeof one === 'string' ? byId.get(id)?.name : one.name;
  return (named ?? id) || null;
}
