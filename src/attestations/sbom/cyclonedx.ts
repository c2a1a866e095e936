import { z } from 'zod';
import { DOCUMENT_DEPTH, SBOM_COMPONENTS } from '../../limits.ts';
import { quoted } from '../quoted.ts';
import { list, parseTime, text } from '../reading.ts';
import { componentOf, type Draft, ecosystemsOf, hashText, problemList, type Problems } from './component.ts';
import { checkedCyclonedx } from './cyclonedx-rules.ts';
import { ecosystemOfType } from './ecosystem.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import { InvalidDocument, type JsonDocument } from './json-document.ts';
import { layerOf } from './package-database.ts';
import { relate } from './relate.ts';
import { type Relationship, type Sbom, type Tool, tooManyComponents } from './sbom.ts';
import { asType, checkRest } from './shape.ts';
import { placeInPrograms, trivyFacts } from './trivy-properties.ts';

const named = z.object({ name: text }).nullish();

const licenceSchema = z.object({
  license: z.object({ id: text, name: text }).nullish(),
  expression: text,
});

const componentSchema = z.object({
  type: text,
  'bom-ref': text,
  group: text,
  name: text,
  version: text,
  purl: text,
  cpe: text,
  swid: z.object({ tagId: text }).nullish(),
  omniborId: list(z.string()),
  swhid: list(z.string()),
  publisher: text,
  supplier: named,
  manufacturer: named,
  hashes: list(z.object({ alg: z.string(), content: z.string() })),
  licenses: list(licenceSchema),
  evidence: z.object({ occurrences: list(z.object({ location: text })) }).nullish(),
  properties: list(z.object({ name: text, value: text })),
  // Read one level at a time, so that depth and number are limited before they cost anything.
  components: list(z.unknown()),
});

/** A tool of before CycloneDX 1.5; since then tools are components and services. */
const toolSchema = z.object({ vendor: text, name: text, version: text });
const toolsSchema = z.union([
  z.array(toolSchema),
  z
    .object({ components: list(toolSchema), services: list(toolSchema) })
    .transform(({ components, services }) => [...components, ...services]),
]);

const metadataSchema = z
  .object({
    timestamp: text,
    tools: toolsSchema.nullish(),
    authors: list(z.object({ name: text })),
    manufacturer: named,
    manufacture: named,
    lifecycles: list(z.object({ phase: text, name: text })),
    component: componentSchema.nullish(),
  })
  .nullish();

const dependencySchema = z.object({ ref: z.string(), dependsOn: list(z.string()) });
const compositionSchema = z.object({ aggregate: text });

type Entry = z.output<typeof componentSchema>;

/** Reads CycloneDX 1.2 to 1.7, from JSON or as the reader of XML hands it over. */
export function readCyclonedx(unchecked: JsonDocument): Sbom {
  const { document, specVersion } = checkedCyclonedx(unchecked);
  const problems = problemList();
  const metadata = asType(metadataSchema, document.value('metadata'), 'metadata');
  const root = metadata?.component ?? null;
  const rootId = root?.['bom-ref'] ?? null;
  const contents: Contents = {
    listed: 0,
    components: [],
    contained: [],
    looked: new Set(),
    programs: new Map(),
  };
  for (const item of document.each('components')) addTree(contents, item, null, problems);
  const listed = contents.listed;
  for (const item of root?.components ?? []) addTree(contents, item, root, problems);
  const { components } = contents;
  const described =
    root === null || isImage(root) || root.type === 'file' ? [] : [component(root, false, problems)];
  const others = rootId === null ? [] : [rootId];
  const relationships = relate(components, relationsOf(document, contents.contained), problems, others);
  placeInPrograms(contents.programs, components, relationships);
  let truncated = false;
  for (const item of document.each('compositions')) {
    const { aggregate } = asType(compositionSchema, item, 'compositions');
    truncated ||= aggregate?.startsWith('incomplete') === true;
  }
  checkRest(document, ['components', 'dependencies', 'compositions', 'metadata']);
  const phases = (metadata?.lifecycles ?? []).flatMap(({ phase, name }) => phase ?? name ?? []).join(', ');
  const timestamp = metadata?.timestamp ?? null;
  if (timestamp !== null && parseTime(timestamp) === null)
    problems.add('a time that is none', quoted(timestamp));
  const authors = metadata?.authors.flatMap(({ name }) => name ?? []).join(', ') ?? '';
  return {
    format: 'cyclonedx',
    specVersion,
    listed,
    components,
    besides: described,
    relationships,
    created: parseTime(timestamp),
    tools: (metadata?.tools ?? []).flatMap(toolOf),
    author: authors || (metadata?.manufacturer?.name ?? metadata?.manufacture?.name ?? null),
    context: phases || null,
    describes: root ? imageDigests(root) : [],
    ecosystems: ecosystemsOf(components, [...contents.looked]),
    cataloguers: [],
    truncated,
    partial: partOf(root, document, components),
    problems: problems.list(),
  };
}

/** What is gathered of a document's components; `looked` are the ecosystems that Trivy says it looked for, `programs` its paths of them by id. */
interface Contents {
  listed: number;
  readonly components: Draft[];
  readonly contained: { readonly kind: 'contains'; readonly from: string; readonly to: string }[];
  readonly looked: Set<string>;
  readonly programs: Map<string, string>;
}

/** A component and those in it. Files are none, but a file may hold some. What is nested is related by that. */
function addTree(contents: Contents, top: unknown, parent: Entry | null, problems: Problems): void {
  let level: { readonly item: unknown; readonly parent: Entry | null }[] = [{ item: top, parent }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DOCUMENT_DEPTH) {
      throw new InvalidDocument(`its components are nested deeper than ${DOCUMENT_DEPTH}`);
    }
    const below: typeof level = [];
    for (const { item, parent: above } of level) {
      const one = asType(componentSchema, item, `components[${contents.listed}]`);
      if (contents.listed === SBOM_COMPONENTS) throw tooManyComponents();
      contents.listed += 1;
      // A file with a package URL is a package, as an archive that a tool lists by its path.
      if (one.type !== 'file' || one.purl !== null)
        contents.components.push(component(one, above !== null, problems));
      const [from, to] = [above?.['bom-ref'] ?? null, one['bom-ref']];
      if (from !== null && to !== null) contents.contained.push({ kind: 'contains', from, to });
      const looked = property(one, 'aquasecurity:trivy:Type');
      if (looked !== null) contents.looked.add(ecosystemOfType(looked));
      const isProgram = property(one, 'aquasecurity:trivy:Class') === 'lang-pkgs';
      if (isProgram && to !== null && one.name !== null) contents.programs.set(to, one.name);
      below.push(...one.components.map((nested) => ({ item: nested, parent: one })));
    }
    level = below;
  }
}

function* relationsOf(document: JsonDocument, contained: Contents['contained']): Generator<Relationship> {
  yield* contained;
  let index = 0;
  for (const item of document.each('dependencies')) {
    const { ref, dependsOn } = asType(dependencySchema, item, `dependencies[${index}]`);
    index += 1;
    // An entry without dependencies says that there are none: that too relates it.
    if (dependsOn.length === 0) yield { kind: 'dependsOn', from: ref, to: '' };
    for (const to of dependsOn) yield { kind: 'dependsOn', from: ref, to };
  }
}

function component(one: Entry, nested: boolean, problems: Problems): Draft {
  const trivy = trivyFacts((name) => property(one, `aquasecurity:trivy:${name}`));
  const syft = syftFacts(one);
  const occurrences = one.evidence?.occurrences.flatMap(({ location }) => location ?? []) ?? [];
  const licences = one.licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name);
  const draft = componentOf(
    {
      id: one['bom-ref'],
      name: one.name,
      version: one.version,
      supplier: one.supplier?.name ?? one.manufacturer?.name ?? one.publisher,
      purl: one.purl,
      identified:
        (one.purl ?? one.cpe ?? one.swid?.tagId ?? null) !== null ||
        one.omniborId.length > 0 ||
        one.swhid.length > 0,
      licences: licences.flatMap((licence) => licence ?? []),
      hashes: one.hashes.map(({ alg, content }) => hashText(alg, content)),
      ...syft,
      ...trivy,
      locations: [...new Set([...syft.locations, ...trivy.locations, ...occurrences])],
    },
    problems,
  );
  draft.related = nested;
  return draft;
}

/** What Syft says of a package in properties, since CycloneDX has no place for it. */
function syftFacts(
  one: Entry,
): Pick<Draft, 'locations'> & Partial<Pick<Draft, 'layer' | 'source' | 'ecosystem'>> {
  const matching = (pattern: RegExp) =>
    one.properties.flatMap(({ name, value }) =>
      name !== null && value !== null && pattern.test(name) ? { name, value } : [],
    );
  const layer = layerOf(
    matching(/^syft:location:\d+:layerID$/).map(({ name, value }) => ({
      path: property(one, name.replace(/layerID$/, 'path')),
      layer: value,
    })),
  );
  const source = property(one, 'syft:metadata:source') ?? property(one, 'syft:metadata:originPackage');
  const type = property(one, 'syft:package:type');
  return {
    locations: matching(/^syft:location:\d+:path$/).map(({ value }) => value),
    ...(layer !== null && { layer }),
    ...(source !== null && {
      source: { name: source, version: property(one, 'syft:metadata:sourceVersion') },
    }),
    ...(type !== null && { ecosystem: ecosystemOfType(type) }),
  };
}

function property(one: Entry, wanted: string): string | null {
  return one.properties.find(({ name }) => name === wanted)?.value ?? null;
}

const vulnerabilitySchema = z.object({ affects: list(z.object({ ref: z.string() })) });

/** Why a document is no list of an image's packages: its subject is a file or directory, or it is one of vulnerabilities and lists what has them. */
function partOf(root: Entry | null, document: JsonDocument, components: readonly Draft[]): string | null {
  if (root?.type === 'file' && root.name !== '/')
    return `it is of the files ${quoted(root.name ?? '')} alone`;
  const affected = new Set<string | null>();
  for (const item of document.each('vulnerabilities'))
    for (const { ref } of asType(vulnerabilitySchema, item, 'vulnerabilities').affects) affected.add(ref);
  return affected.size > 0 && components.every(({ id }) => affected.has(id))
    ? 'it lists those packages alone that have vulnerabilities'
    : null;
}

function isImage({ type, purl }: Entry): boolean {
  return type === 'container' || isImagePurl(purl);
}

/** What the metadata's component says of the image's digest. A component that is no image has none. */
function imageDigests(root: Entry): readonly string[] {
  if (!isImage(root)) return [];
  const repoDigests = root.properties.filter(({ name }) => name === 'aquasecurity:trivy:RepoDigest');
  return [
    ...new Set([
      ...digestOfPurl(root.purl),
      ...digestOf(root.version),
      ...digestOf(root.name),
      ...root.hashes.flatMap(({ alg, content }) => digestOfHash(alg, content)),
      ...repoDigests.flatMap(({ value }) => digestOf(value)),
    ]),
  ];
}

function toolOf({ name, version }: z.output<typeof toolSchema>): Tool[] {
  return name === null ? [] : [{ name, version }];
}
