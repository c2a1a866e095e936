import { z } from 'zod';
import { list, read, readAs, type Reading, text } from '../reading.ts';
import { digestOf } from './image-digest.ts';
import type { Sbom } from './sbom.ts';

const imageSchema = z.object({ manifestDigest: text, repoDigests: list(z.string()) });

const documentSchema = z.object({
  artifacts: list(z.object({ id: text, name: text, version: text, purl: text, cpes: list(z.unknown()) })),
  artifactRelationships: list(z.object({ parent: z.string(), child: z.string() })),
  source: z
    .object({ type: text, metadata: z.unknown().optional(), target: z.unknown().optional() })
    .nullish(),
  descriptor: z.object({ name: text, version: text }).nullish(),
  schema: z.object({ version: z.string() }).nullish(),
});

/** Reads Syft's own JSON. It has neither a time nor suppliers. */
export function readSyft(document: unknown): Reading<Sbom> {
  const parsed = readAs(documentSchema, document, 'a Syft document');
  if (!parsed.ok) return parsed;
  const { artifacts, artifactRelationships, source, descriptor, schema } = parsed.value;
  const related = new Set(artifactRelationships.flatMap(({ parent, child }) => [parent, child]));
  return read({
    format: 'syft',
    specVersion: schema?.version ?? '',
    components: artifacts.map(({ id, name, version, purl, cpes }) => ({
      name,
      version,
      supplier: null,
      purl,
      identified: purl !== null || cpes.length > 0,
      related: related.has(id ?? ''),
    })),
    created: null,
    tool: [descriptor?.name, descriptor?.version].filter(Boolean).join(' ') || null,
    author: null,
    // Before schema 9 the image stood under `target`.
    describes: source?.type === 'image' ? imageDigests(source.metadata ?? source.target) : [],
  });
}

/** The digest that Syft computed, and those under which registries know the image. */
function imageDigests(image: unknown): readonly string[] {
  const parsed = imageSchema.safeParse(image);
  if (!parsed.success) return [];
  const { manifestDigest, repoDigests } = parsed.data;
  return [...new Set([...digestOf(manifestDigest), ...repoDigests.flatMap(digestOf)])];
}
