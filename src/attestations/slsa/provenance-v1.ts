import { z } from 'zod';
import { list, read, readAs, type Reading, text } from '../reading.ts';
import { type Artifact, artifact, asSource, digestSet, instant, withDigest } from './fields.ts';
import type { GitHubRun, Provenance, Source } from './provenance.ts';
import { isGitSource, refOfSource } from './source-uri.ts';

const schema = z.object({
  buildDefinition: z.object({
    buildType: z.string(),
    externalParameters: z.record(z.string(), z.unknown()),
    internalParameters: z.unknown().optional(),
    resolvedDependencies: list(artifact),
  }),
  runDetails: z.object({
    builder: z.object({ id: z.string() }),
    metadata: z.object({ invocationId: text, startedOn: instant, finishedOn: instant }).nullish(),
  }),
});

/** Reads slsa.dev/provenance/v1. */
export function readProvenanceV1(predicate: unknown): Reading<Provenance> {
  const parsed = readAs(schema, predicate, 'SLSA provenance v1');
  if (!parsed.ok) return parsed;
  const { buildDefinition, runDetails } = parsed.value;
  const { buildType, externalParameters, internalParameters, resolvedDependencies } = buildDefinition;
  const named = namedSource(externalParameters);
  const sources = named
    ? [withDigest(named.source, resolvedDependencies)]
    : repositoriesOf(resolvedDependencies);
  return read({
    version: 'v1',
    builderId: runDetails.builder.id,
    buildType,
    sources,
    sourceRef: named?.ref ?? sources.map(({ uri }) => refOfSource(uri)).find((ref) => ref !== null) ?? null,
    entryPoint: named?.path ?? null,
    parameters: externalParameters,
    invocationId: runDetails.metadata?.invocationId ?? null,
    startedOn: runDetails.metadata?.startedOn ?? null,
    finishedOn: runDetails.metadata?.finishedOn ?? null,
    gitHub: gitHubRun(internalParameters),
  });
}

interface NamedSource {
  readonly source: Source;
  readonly ref: string | null;
  readonly path: string | null;
}

const byRepository = z.object({ repository: z.string().min(1), ref: text, path: text });
const byUri = z.object({ uri: z.string().min(1), digest: digestSet, path: text });

/**
 * v1, "externalParameters": what is under outside control, and so the source. Its build types name it `workflow`
 * (GitHub's, slsa-github-generator's), `buildConfigSource` (Cloud Build), `source` (container-based generators) or
 * `configSource` (BuildKit).
 */
function namedSource(parameters: Readonly<Record<string, unknown>>): NamedSource | null {
  for (const name of ['workflow', 'buildConfigSource']) {
    const { data } = byRepository.safeParse(parameters[name]);
    if (data) return { source: { uri: data.repository, digest: null }, ref: data.ref, path: data.path };
  }
  for (const name of ['source', 'configSource']) {
    const { data } = byUri.safeParse(parameters[name]);
    const [source] = data ? asSource(data) : [];
    if (data && source) return { source, ref: refOfSource(data.uri), path: data.path };
  }
  return null;
}

/** Names under which Tekton Chains lists where its tasks come from, which is not the source. */
const DEFINITIONS = new Set(['pipeline', 'pipelineTask', 'task']);

/** v1, "resolvedDependencies": where no parameter names a source, the git repositories that were fetched. */
function repositoriesOf(dependencies: readonly Artifact[]): readonly Source[] {
  return dependencies
    .filter(({ name }) => !DEFINITIONS.has(name ?? ''))
    .flatMap(asSource)
    .filter(({ uri }) => isGitSource(uri));
}

const internalSchema = z.object({
  github: z.object({
    repository_id: text,
    repository_owner_id: text,
    event_name: text,
    runner_environment: text,
  }),
});

/** The build type of GitHub's workflows, "internalParameters". Other builders keep other things there. */
function gitHubRun(internalParameters: unknown): GitHubRun {
  const { data } = internalSchema.safeParse(internalParameters);
  return {
    repositoryId: data?.github.repository_id ?? null,
    ownerId: data?.github.repository_owner_id ?? null,
    trigger: data?.github.event_name ?? null,
    runnerEnvironment: data?.github.runner_environment ?? null,
  };
}
