import { z } from 'zod';
import { list, read, readAs, type Reading, text } from '../reading.ts';
import { artifact, asSource, instant, NO_RUN } from './fields.ts';
import type { Provenance } from './provenance.ts';
import { isGitSource, refOfSource } from './source-uri.ts';

const schema = z.object({
  builder: z.object({ id: z.string() }),
  recipe: z
    .object({
      type: z.string(),
      definedInMaterial: z.int().min(0).nullish(),
      entryPoint: text,
      arguments: z.unknown().optional(),
    })
    .nullish(),
  metadata: z
    .object({ buildInvocationId: text, buildStartedOn: instant, buildFinishedOn: instant })
    .nullish(),
  materials: list(artifact),
});

/** Reads the first version (slsa.dev/provenance/v0.1), which Google Cloud Build wrote. */
export function readProvenanceV01(predicate: unknown): Reading<Provenance> {
  const parsed = readAs(schema, predicate, 'SLSA provenance v0.1');
  if (!parsed.ok) return parsed;
  const { builder, recipe, metadata, materials } = parsed.value;
  const sources = sourcesOf(materials.flatMap(asSource), recipe?.definedInMaterial ?? null);
  return read({
    version: 'v0.1',
    builderId: builder.id,
    buildType: recipe?.type ?? '',
    sources,
    sourceRef: sources[0] ? refOfSource(sources[0].uri) : null,
    entryPoint: recipe?.entryPoint ?? null,
    parameters: recipe?.arguments ?? null,
    invocationId: metadata?.buildInvocationId ?? null,
    startedOn: metadata?.buildStartedOn ?? null,
    finishedOn: metadata?.buildFinishedOn ?? null,
    gitHub: NO_RUN,
  });
}

/**
 * v0.1, "recipe.definedInMaterial": the index of the material that holds the recipe's steps, which is the repository
 * that is built. Without it, every material that is a git repository.
 */
function sourcesOf(materials: Provenance['sources'], definedIn: number | null): Provenance['sources'] {
  const repositories = materials.map(({ uri, digest }) => ({ uri: withoutCommit(uri), digest }));
  const defining = definedIn === null ? undefined : repositories[definedIn];
  return defining
    ? [defining]
    : repositories.filter((one, at) => isGitSource(one.uri) || one.uri !== materials[at]?.uri);
}

/** Cloud Build names a commit's page (`https://github.com/acme/cart/commit/…`) where others name the repository. */
function withoutCommit(uri: string): string {
  return uri.replace(/\/commit\/[0-9a-f]{40}$/, '');
}
