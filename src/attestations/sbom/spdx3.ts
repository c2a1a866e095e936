import type { z } from 'zod';
import { SBOM_COMPONENTS } from '../../limits.ts';
import { quoted } from '../quoted.ts';
import { parseTime } from '../reading.ts';
import {
  byOtherPurls,
  componentOf,
  type Draft,
  ecosystemsOf,
  hashText,
  problemList,
  type Problems,
} from './component.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import { InvalidDocument, type JsonDocument } from './json-document.ts';
import { relate } from './relate.ts';
import {
  imageAndComponents,
  type ListedPackage,
  type Relationship,
  type Sbom,
  tooManyComponents,
} from './sbom.ts';
import { asType, checkRest, unknownVersion } from './shape.ts';
import { toolOf } from './spdx2.ts';
import {
  creationInfo,
  element,
  type Element,
  idOf,
  isElementType,
  nameOf,
  type Reference,
  relationship,
} from './spdx3-schema.ts';

/** SPDX 3.0.1, model/Software/Classes/Package and its subclasses in the AI and Dataset profiles. */
const PACKAGES = new Set(['software_Package', 'ai_AIPackage', 'dataset_DatasetPackage']);
const COLLECTIONS = ['SpdxDocument', 'software_Sbom', 'Bom', 'Bundle'];
/** What says something of packages beside relationships, of which there are subclasses. */
const KEPT = new Set([
  ...COLLECTIONS,
  'Tool',
  'Agent',
  'Person',
  'Organization',
  'SoftwareAgent',
  'simplelicensing_LicenseExpression',
  'expandedlicensing_ListedLicense',
  'expandedlicensing_CustomLicense',
]);
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
  const about = aboutIn(document, problems);
  const packages: ReturnType<typeof listedPackage>[] = [];
  for (const one of packagesOf(document, problems)) {
    if (packages.length === SBOM_COMPONENTS) throw tooManyComponents();
    packages.push(listedPackage(one, about, problems));
  }
  const drafts = packages.map(({ component }) => component);
  const relationships = relate(drafts, relationsOf(document), problems);
  if (document.has('@graph')) checkRest(document, ['@graph', '@context']);
  const { components, besides, describes } = imageAndComponents(packages, about.described);
  const made = creationOf(about);
  if (made !== undefined && parseTime(made.created) === null) problems.add('a time that is none');
  const names = (references: readonly Reference[]) =>
    references.flatMap((one) => nameOf(one, about.byId) ?? []);
  return {
    format: 'spdx',
    specVersion,
    listed: packages.length,
    components,
    besides,
    relationships,
    created: parseTime(made?.created ?? null),
    tools: names(made?.createdUsing ?? []).map(toolOf),
    author: names(made?.createdBy ?? []).join(', ') || null,
    context: sbomTypesOf(about),
    describes,
    ecosystems: ecosystemsOf(components),
    cataloguers: [],
    truncated: about.incomplete,
    partial: null,
    problems: problems.list(),
  };
}

/** A node of the graph, or one that stands in another in place of a reference. */
interface Node {
  readonly value: Typed;
  /** Where in the document, for messages. */
  readonly place: string;
  readonly nested: boolean;
}

interface Typed {
  readonly type: string;
}

/**
 * All nodes. They refer to each other in any order, so that they are gone through once for each kind of them, and only what
 * says something of packages is ever in memory.
 */
function* nodesOf(document: JsonDocument): Generator<Node> {
  const graph = document.has('@graph')
    ? document.each('@graph')
    : [Object.fromEntries(document.names.map((name) => [name, document.value(name)]))];
  let index = 0;
  for (const item of graph) {
    const place = `@graph[${index}]`;
    if (typeof item !== 'object' || item === null || !isTyped(item))
      throw new InvalidDocument(`${place}: it has no type`);
    yield { value: item, place, nested: false };
    for (const value of nestedIn(item)) yield { value, place, nested: true };
    index += 1;
  }
}

/** The depth of a document is limited where it is parsed. What is in an extension is no element. */
function* nestedIn(node: unknown): Generator<Typed> {
  if (typeof node !== 'object' || node === null) return;
  for (const name of Object.keys(node)) {
    const value: unknown = Reflect.get(node, name);
    if (typeof value !== 'object' || value === null || name === 'extension') continue;
    if (isTyped(value)) yield value;
    yield* nestedIn(value);
  }
}

function isTyped(value: object): value is Typed {
  return 'type' in value && typeof value.type === 'string';
}

function* packagesOf(document: JsonDocument, problems: Problems): Generator<Element> {
  for (const { value, place } of nodesOf(document)) {
    if (!PACKAGES.has(value.type)) continue;
    const one = asType(element, value, place);
    tellLeftOut(one, problems);
    yield one;
  }
}

/** SPDX 3.0.1, model/Core/Classes/Element: every one has an id, and says who made it and when. */
function tellLeftOut(one: Element, problems: Problems): void {
  if (idOf(one) === '') problems.add('an element without an id');
  if (one.creationInfo === undefined)
    problems.add('an element that does not say who made it', quoted(idOf(one)));
}

/** Of relationships there are subclasses. */
const isRelationship = (type: string) => type.endsWith('Relationship');

function* statedIn(document: JsonDocument): Generator<Element> {
  for (const { value, place } of nodesOf(document))
    if (isRelationship(value.type)) yield asType(relationship, value, place);
}

/** What a document says about its packages without being one: few elements, however many packages there are. */
interface About {
  readonly elements: readonly Element[];
  readonly byId: ReadonlyMap<string, Element>;
  readonly creations: ReadonlyMap<string, CreationInfo>;
  /** The ids of what it describes. */
  readonly described: ReadonlySet<string>;
  /** Licences by the id of their package. */
  readonly licences: ReadonlyMap<string, readonly string[]>;
  readonly incomplete: boolean;
}

type CreationInfo = z.output<typeof creationInfo>;

/** Holds all that is neither package nor relationship against the rules for its class, and keeps what says something of packages. */
function keptIn(document: JsonDocument, problems: Problems): Pick<About, 'elements' | 'creations'> {
  const elements: Element[] = [];
  const creations = new Map<string, CreationInfo>();
  for (const { value, place, nested } of nodesOf(document)) {
    const { type } = value;
    if (PACKAGES.has(type) || isRelationship(type) || (nested && !KEPT.has(type) && type !== 'CreationInfo'))
      continue;
    const isElement = isElementType(type);
    if (isElement === null) throw new InvalidDocument(`${place}.type: SPDX 3 has no class ${quoted(type)}`);
    if (type === 'CreationInfo') {
      const made = asType(creationInfo, value, place);
      if (made.specVersion === null || made.createdBy.length === 0)
        problems.add('a CreationInfo that does not say who made it, or by which version');
      if (!nested) creations.set(made['@id'] ?? '', made);
    } else if (isElement) {
      const one = asType(element, value, place);
      tellLeftOut(one, problems);
      if (KEPT.has(type)) elements.push(one);
    }
  }
  return { elements, creations };
}

function aboutIn(document: JsonDocument, problems: Problems): About {
  const { elements, creations } = keptIn(document, problems);
  const byId = new Map(elements.map((one) => [idOf(one), one]));
  const collections = elements.filter(({ type }) => COLLECTIONS.includes(type));
  const collectionIds = new Set(collections.map(idOf));
  // SPDX 3.0.1, model/Core/Properties/rootElement, and the relationship type `describes`, which says the same.
  const described = new Set(collections.flatMap(({ rootElement }) => rootElement.map(idOf)));
  const licences = new Map<string, string[]>();
  let incomplete = false;
  for (const { from, to, relationshipType, completeness } of statedIn(document)) {
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
  return { elements, byId, creations, described, licences, incomplete };
}

/** SPDX 3.0.1, model/Core/Vocabularies/RelationshipType. */
function* relationsOf(document: JsonDocument) {
  for (const { from, to, relationshipType } of statedIn(document)) {
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
function creationOf({ elements, creations }: About): CreationInfo | undefined {
  const own = COLLECTIONS.map((type) => elements.find((one) => one.type === type)).find(
    Boolean,
  )?.creationInfo;
  if (typeof own === 'object') return own;
  const [first] = creations.values();
  return (own === undefined ? undefined : creations.get(own)) ?? first;
}

/** SPDX 3.0.1, model/Core/Vocabularies/ExternalIdentifierType. */
const IDENTIFIERS = new Set(['packageUrl', 'cpe22', 'cpe23', 'swid', 'swhid', 'gitoid']);

function listedPackage(
  one: Element,
  { byId, licences }: About,
  problems: Problems,
): ListedPackage & { readonly component: Draft } {
  const identifiers = one.externalIdentifier.filter((each) => each.externalIdentifierType === 'packageUrl');
  const purls = [one.software_packageUrl, ...identifiers.map(({ identifier }) => identifier)];
  const [purl = null, ...more] = purls.filter((stated) => stated !== null);
  const isImage =
    one.software_primaryPurpose === 'container' ||
    isImagePurl(purl) ||
    digestOf(one.software_packageVersion).length > 0;
  const digests = [
    ...digestOfPurl(purl),
    ...digestOf(one.software_packageVersion),
    ...one.verifiedUsing.flatMap((used) => digestOfHash(used.algorithm ?? '', used.hashValue ?? '')),
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
        one.externalIdentifier.some(({ externalIdentifierType }) => IDENTIFIERS.has(externalIdentifierType)),
      licences: licences.get(idOf(one)) ?? [],
      hashes: one.verifiedUsing.flatMap(({ algorithm, hashValue }) =>
        algorithm !== undefined && hashValue !== null ? hashText(algorithm, hashValue) : [],
      ),
    },
    problems,
  );
  return { component, image: isImage ? digests : null, others: byOtherPurls(component, more, problems) };
}
