import { z } from 'zod';
import { list, read, readAs, type Reading, text } from '../reading.ts';
import { artifact, asSource, digestSet, instant, withDigest } from './fields.ts';
import type { GitHubRun, Provenance } from './provenance.ts';
import { isGitSource, refOfSource } from './source-uri.ts';

const BUILDKIT_METADATA = 'https://mobyproject.org/buildkit@v1#metadata';

const schema = z.object({
  builder: z.object({ id: z.string() }),
  buildType: z.string(),
  invocation: z
    .object({
      configSource: z.object({ uri: text, digest: digestSet, entryPoint: text }).nullish(),
      parameters: z.unknown().optional(),
      environment: z.unknown().optional(),
    })
    .nullish(),
  metadata: z
    .object({
      buildInvocationID: text,
      // The specification's name is the other; slsa-github-generator, Tekton and BuildKit write this one or that.
      buildInvocationId: text,
      buildStartedOn: instant,
      buildFinishedOn: instant,
      [BUILDKIT_METADATA]: z.object({ vcs: z.object({ source: text, revision: text }).nullish() }).nullish(),
    })
    .nullish(),
  materials: list(artifact),
});

type Predicate = z.output<typeof schema>;

/** Reads slsa.dev/provenance/v0.2, which slsa-github-generator, BuildKit and Tekton Chains write. */
export function readProvenanceV02(predicate: unknown): Reading<Provenance> {
  const parsed = readAs(schema, predicate, 'SLSA provenance v0.2');
  if (!parsed.ok) return parsed;
  const { builder, buildType, invocation, metadata } = parsed.value;
  const sources = sourcesOf(parsed.value);
  return read({
    version: 'v0.2',
    builderId: builder.id,
    buildType,
    sources,
    sourceRef: sources.map(({ uri }) => refOfSource(uri)).find((ref) => ref !== null) ?? null,
    entryPoint: invocation?.configSource?.entryPoint ?? null,
    parameters: invocation?.parameters ?? null,
    invocationId: metadata?.buildInvocationId ?? metadata?.buildInvocationID ?? null,
    startedOn: metadata?.buildStartedOn ?? null,
    finishedOn: metadata?.buildFinishedOn ?? null,
    gitHub: gitHubRun(invocation?.environment),
  });
}

/**
 * v0.2, "invocation.configSource": where the definition comes from that started the build, which for workflows and
 * Dockerfiles is the repository that is built. Tekton's are resolved from elsewhere; there, and where nothing was
 * started from a repository, it is the git repositories among the "materials". Last what BuildKit's client says.
 */
function sourcesOf({ buildType, invocation, metadata, materials }: Predicate): Provenance['sources'] {
  const config = buildType.startsWith('tekton.dev/') ? null : invocation?.configSource;
  const configured = config ? asSource(config) : [];
  if (configured.length > 0) return configured.map((source) => withDigest(source, materials));
  const repositories = materials.flatMap(asSource).filter(({ uri }) => isGitSource(uri));
  if (repositories.length > 0) return repositories;
  const vcs = metadata?.[BUILDKIT_METADATA]?.vcs;
  return vcs?.source ? [{ uri: vcs.source, digest: vcs.revision ? `gitCommit:${vcs.revision}` : null }] : [];
}

const environmentSchema = z.object({
  github_repository_id: text,
  github_repository_owner_id: text,
  github_event_name: text,
});

/** slsa-github-generator's environment. Other builders keep other things there. */
function gitHubRun(environment: unknown): GitHubRun {
  const parsed = environmentSchema.safeParse(environment);
  return {
    repositoryId: parsed.data?.github_repository_id ?? null,
    ownerId: parsed.data?.github_repository_owner_id ?? null,
    trigger: parsed.data?.github_event_name ?? null,
    runnerEnvironment: null,
  };
}
