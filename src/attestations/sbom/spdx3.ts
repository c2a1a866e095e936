import { z } from 'zod';
import { quoted } from '../quoted.ts';
import { list, parseTime, read, readAs, type Reading, text, unreadable } from '../reading.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import { imageAndComponents, type ListedPackage, type Sbom } from './sbom.ts';

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
  software_contentIdentifier: list(z.unknown()),
  verifiedUsing: list(z.object({ algorithm: text, hashValue: text })),
  externalIdentifier: list(z.object({ externalIdentifierType: text, identifier: text })),
});

type Element = z.output<typeof elementSchema>;
type Reference = z.output<typeof reference>;

/** SPDX 3.0.1, model/Software/Classes/Package and its subclasses in the AI and Dataset profiles. */
const PACKAGES = new Set(['software_Package', 'ai_AIPackage', 'dataset_DatasetPackage']);
const COLLECTIONS = ['SpdxDocument', 'software_Sbom', 'Bom', 'Bundle'];
const CONTEXT = /^https:\/\/spdx\.org\/rdf\/(3\.0(\.\d+)?)\//;

const shellSchema = z.object({
  '@context': z.union([z.string(), z.array(z.unknown())]),
  '@graph': z.array(elementSchema).optional(),
});

/** Whether a JSON document is SPDX 3: JSON-LD under the context of spdx.org. */
export function isSpdx3(document: object): boolean {
  const context: unknown = '@context' in document ? document['@context'] : undefined;
  const contexts: readonly unknown[] = Array.isArray(context) ? context : [context];
  return contexts.some((one) => typeof one === 'string' && one.startsWith('https://spdx.org/rdf/3'));
}

/** Reads SPDX 3.0 as JSON-LD: elements in a `@graph`, or one element alone (SPDX 3.0.1, "Serialization"). */
export function readSpdx3(document: unknown): Reading<Sbom> {
  const shell = readAs(shellSchema, document, 'an SPDX 3 document');
  if (!shell.ok) return shell;
  const graph = shell.value['@graph'];
  const elements = graph ? read(graph) : readAs(z.array(elementSchema), [document], 'an SPDX 3 document');
  if (!elements.ok) return elements;
  const context =
    [shell.value['@context']].flat().find((one): one is string => typeof one === 'string') ?? '';
  const specVersion = CONTEXT.exec(context)?.[1];
  if (specVersion === undefined) {
    return unreadable(`it is SPDX under the context ${quoted(context)}; 2.2, 2.3 and 3.0 can be read`);
  }
  return read(sbomOf(elements.value, specVersion));
}

function sbomOf(elements: readonly Element[], specVersion: string): Sbom {
  const byId = new Map(elements.map((element) => [idOf(element), element]));
  const relationships = elements.filter(({ relationshipType }) => relationshipType !== null);
  const related = new Set(relationships.flatMap(({ from, to }) => [from ? idOf(from) : '', ...to.map(idOf)]));
  const packages = elements
    .filter(({ type }) => PACKAGES.has(type))
    .map((one) => listedPackage(one, byId, related.has(idOf(one))));
  const made = creationOf(elements, byId);
  const names = (references: readonly Reference[]): string | null =>
    references
      .map((one) => nameOf(one, byId))
      .filter((name) => name !== null)
      .join(', ') || null;
  return {
    format: 'spdx',
    specVersion,
    ...imageAndComponents(packages, describedIds(elements, relationships)),
    created: parseTime(made?.created ?? null),
    tool: names(made?.createdUsing ?? []),
    author: names(made?.createdBy ?? []),
  };
}

/** The document's own CreationInfo, by reference or in place; without a document the first that there is. */
function creationOf(
  elements: readonly Element[],
  byId: ReadonlyMap<string, Element>,
): z.output<typeof creationSchema> | undefined {
  const own = COLLECTIONS.map((type) => elements.find((one) => one.type === type)).find(
    Boolean,
  )?.creationInfo;
  const inPlace = creationSchema.safeParse(own);
  if (inPlace.success) return inPlace.data;
  const referred = typeof own === 'string' ? byId.get(own) : undefined;
  return referred ?? elements.find(({ type }) => type === 'CreationInfo');
}

/** SPDX 3.0.1, model/Core/Properties/rootElement, and the relationship type `describes`, which says the same. */
function describedIds(elements: readonly Element[], relationships: readonly Element[]): Set<string> {
  const collections = elements.filter(({ type }) => COLLECTIONS.includes(type));
  const ids = new Set(collections.map(idOf));
  const describing = relationships.filter(
    ({ relationshipType, from }) => relationshipType === 'describes' && from && ids.has(idOf(from)),
  );
  return new Set([
    ...collections.flatMap(({ rootElement }) => rootElement.map(idOf)),
    ...describing.flatMap(({ to }) => to.map(idOf)),
  ]);
}

/** SPDX 3.0.1, model/Core/Vocabularies/ExternalIdentifierType. */
const IDENTIFIERS = new Set(['packageUrl', 'cpe22', 'cpe23', 'swid', 'swhid', 'gitoid']);

function listedPackage(one: Element, byId: ReadonlyMap<string, Element>, related: boolean): ListedPackage {
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
  return {
    id: idOf(one),
    component: {
      name: one.name,
      version: one.software_packageVersion,
      supplier: one.suppliedBy ? nameOf(one.suppliedBy, byId) : null,
      purl,
      identified:
        purl !== null ||
        one.software_contentIdentifier.length > 0 ||
        identifiers.some(({ externalIdentifierType }) => IDENTIFIERS.has(externalIdentifierType ?? '')),
      related,
    },
    image: isImage ? digests : null,
  };
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
