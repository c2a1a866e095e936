import { z } from 'zod';
import { SBOM_COMPONENTS } from '../../limits.ts';
import { list, text } from '../reading.ts';
import { cataloguedBySyft } from './catalogued.ts';
import { componentOf, ecosystemsOf, type Draft, problemList, type Problems } from './component.ts';
import { quoted } from '../quoted.ts';
import { ecosystemOfType } from './ecosystem.ts';
import { digestOf } from './image-digest.ts';
import type { JsonDocument } from './json-document.ts';
import { layerOf } from './package-database.ts';
import { relate } from './relate.ts';
import { type Sbom, type SourcePackage, tooManyComponents } from './sbom.ts';
import { asType, checkRest } from './shape.ts';

const imageSchema = z.object({ manifestDigest: text, repoDigests: list(z.string()) });

const artifactSchema = z.object({
  id: text,
  name: z.string(),
  version: text,
  type: text,
  purl: text,
  cpes: list(z.unknown()),
  locations: list(z.object({ path: text, layerID: text })),
  // Texts before schema 7, objects since.
  licenses: list(z.union([z.string(), z.object({ value: text, spdxExpression: text })])),
  metadata: z.unknown().optional(),
});

/** What the package managers of distributions say of the source, as Syft copies it. */
const packageManagerSchema = z.object({
  source: text,
  sourceVersion: text,
  originPackage: text,
});

const documentSchema = z.object({
  source: z
    .object({ type: text, metadata: z.unknown().optional(), target: z.unknown().optional() })
    .nullish(),
  descriptor: z.object({ name: z.string(), version: text, configuration: z.unknown().optional() }),
  schema: z.object({ version: z.string() }).nullish(),
});

/** The path of what was scanned; before schema 9 the target was the path itself. */
const pathSchema = z.union([z.string(), z.object({ path: z.string() }).transform(({ path }) => path)]);

const relationshipSchema = z.object({ parent: z.string(), child: z.string(), type: text });

/** Reads Syft's own JSON. It has neither a time nor suppliers. */
export function readSyft(document: JsonDocument): Sbom {
  const { source, descriptor, schema } = asType(documentSchema, {
    source: document.value('source'),
    descriptor: document.value('descriptor'),
    schema: document.value('schema'),
  });
  const problems = problemList();
  if (!schema) problems.add('no version of its schema');
  const components: Draft[] = [];
  for (const item of document.each('artifacts')) {
    if (components.length === SBOM_COMPONENTS) throw tooManyComponents();
    components.push(component(asType(artifactSchema, item, `artifacts[${components.length}]`), problems));
  }
  const relationships = relate(components, relationsOf(document), problems);
  checkRest(document, ['artifacts', 'artifactRelationships']);
  const catalogued = cataloguedBySyft(descriptor.configuration);
  return {
    format: 'syft',
    specVersion: schema?.version ?? '',
    listed: components.length,
    components,
    besides: [],
    relationships,
    created: null,
    tools: [{ name: descriptor.name, version: descriptor.version }],
    author: null,
    context: null,
    // Before schema 9 the image stood under `target`.
    describes: source?.type === 'image' ? imageDigests(source.metadata ?? source.target) : [],
    ecosystems: ecosystemsOf(components, catalogued.ecosystems),
    cataloguers: catalogued.cataloguers,
    truncated: false,
    partial: partOf(source?.type ?? null, source?.metadata ?? source?.target),
    problems: problems.list(),
  };
}

/** A directory or file is no image, unless it is a whole file system. */
function partOf(type: string | null, scanned: unknown): string | null {
  if (type !== 'directory' && type !== 'file') return null;
  const path = pathSchema.safeParse(scanned);
  const shown = path.success ? ` ${quoted(path.data)}` : '';
  return path.success && path.data === '/' ? null : `it is of the ${type}${shown} alone, and of no image`;
}

function* relationsOf(document: JsonDocument) {
  let index = 0;
  for (const item of document.each('artifactRelationships')) {
    const { parent, child, type } = asType(relationshipSchema, item, `artifactRelationships[${index}]`);
    index += 1;
    // The parent is what the child depends on: "dependency-of" is read from the parent.
    if (type === 'dependency-of') yield { kind: 'dependsOn' as const, from: child, to: parent };
    else yield { kind: type === 'contains' ? ('contains' as const) : null, from: parent, to: child };
  }
}

function component(one: z.output<typeof artifactSchema>, problems: Problems): Draft {
  const { id, name, version, type, purl, cpes, locations, licenses } = one;
  const licences = licenses.map((licence) =>
    typeof licence === 'string' ? licence : (licence.spdxExpression ?? licence.value),
  );
  const source = sourceOf(one);
  return componentOf(
    {
      id,
      name: name || null,
      version,
      supplier: null,
      purl,
      identified: purl !== null || cpes.length > 0,
      ...(type !== null && { ecosystem: ecosystemOfType(type) }),
      ...(source && { source }),
      locations: locations.flatMap(({ path }) => path ?? []),
      layer: layerOf(locations.map(({ path, layerID }) => ({ path, layer: layerID }))),
      licences: licences.flatMap((licence) => licence || []),
    },
    problems,
  );
}

/** A package that is built from a source of its own name names none; Debian's and Alpine's source has its version unless it is told. */
function sourceOf({ metadata }: z.output<typeof artifactSchema>): SourcePackage | null {
  const parsed = packageManagerSchema.safeParse(metadata);
  if (!parsed.success) return null;
  const { source, sourceVersion, originPackage } = parsed.data;
  if (source !== null) return { name: source, version: sourceVersion };
  return originPackage === null ? null : { name: originPackage, version: null };
}

/** The digest that Syft computed, and those under which registries know the image. */
function imageDigests(image: unknown): readonly string[] {
  const parsed = imageSchema.safeParse(image);
  if (!parsed.success) return [];
  const { manifestDigest, repoDigests } = parsed.data;
  return [...new Set([...digestOf(manifestDigest), ...repoDigests.flatMap(digestOf)])];
}
