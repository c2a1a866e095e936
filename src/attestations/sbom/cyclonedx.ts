import { z } from 'zod';
import { DOCUMENT_DEPTH, SBOM_COMPONENTS } from '../../limits.ts';
import { quoted } from '../quoted.ts';
import { list, parseTime, read, readAs, type Reading, text, unreadable } from '../reading.ts';
import { digestOf, digestOfHash, digestOfPurl, isImagePurl } from './image-digest.ts';
import { type Component, type Sbom, tooManyComponents } from './sbom.ts';

const named = z.object({ name: text }).nullish();

const componentSchema = z.object({
  type: text,
  'bom-ref': text,
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

const documentSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z
    .object({
      timestamp: text,
      tools: toolsSchema.nullish(),
      authors: list(z.object({ name: text })),
      manufacturer: named,
      component: componentSchema.nullish(),
    })
    .nullish(),
  components: list(z.unknown()),
  dependencies: list(z.object({ ref: z.string(), dependsOn: list(z.string()) })),
});

type Entry = z.output<typeof componentSchema>;

const VERSIONS = /^1\.[2-7]$/;

/** Reads CycloneDX 1.2 to 1.7 as JSON. */
export function readCyclonedx(document: unknown): Reading<Sbom> {
  const parsed = readAs(documentSchema, document, 'a CycloneDX document');
  if (!parsed.ok) return parsed;
  const { specVersion, metadata, components, dependencies } = parsed.value;
  if (!VERSIONS.test(specVersion)) {
    return unreadable(`it is CycloneDX of the version ${quoted(specVersion)}; 1.2 to 1.7 can be read`);
  }
  const related = new Set(dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]));
  const root = metadata?.component ?? null;
  const listed = flatten([...components, ...(root?.components ?? [])], related);
  if (!listed.ok) return listed;
  const authors = metadata?.authors.map(({ name }) => name).filter((name) => name !== null);
  return read({
    format: 'cyclonedx',
    specVersion,
    components: listed.value,
    created: parseTime(metadata?.timestamp ?? null),
    tool: (metadata?.tools ?? []).map(toolName).find((name) => name !== '') ?? null,
    author: authors?.join(', ') || (metadata?.manufacturer?.name ?? null),
    describes: root ? imageDigests(root) : [],
  });
}

/** Components and those in them. Files are none, but a file may hold some. */
function flatten(top: readonly unknown[], related: ReadonlySet<string>): Reading<readonly Component[]> {
  const components: Component[] = [];
  let level = top;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DOCUMENT_DEPTH) return unreadable(`its components are nested deeper than ${DOCUMENT_DEPTH}`);
    if (components.length + level.length > SBOM_COMPONENTS) return tooManyComponents();
    const entries = readAs(z.array(componentSchema), level, 'a CycloneDX document: components');
    if (!entries.ok) return entries;
    for (const one of entries.value.filter(({ type }) => type !== 'file')) {
      // A component in another one is related to it by that.
      components.push(component(one, depth > 0 || related.has(one['bom-ref'] ?? '')));
    }
    level = entries.value.flatMap((one) => one.components);
  }
  return read(components);
}

function component(one: Entry, related: boolean): Component {
  return {
    name: one.name,
    version: one.version,
    supplier: one.supplier?.name ?? one.manufacturer?.name ?? one.publisher,
    purl: one.purl,
    identified:
      (one.purl ?? one.cpe ?? one.swid?.tagId ?? null) !== null ||
      one.omniborId.length > 0 ||
      one.swhid.length > 0,
    related,
  };
}

/** What the metadata's component says of the image's digest. A component that is no image has none. */
function imageDigests(root: Entry): readonly string[] {
  if (root.type !== 'container' && !isImagePurl(root.purl)) return [];
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

function toolName({ name, version }: z.output<typeof toolSchema>): string {
  return [name, version].filter((part) => part !== null).join(' ');
}
