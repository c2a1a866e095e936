import { quoted } from '../quoted.ts';
import { certifiedBuilder, type CertificateSigner } from './builders.ts';
import type { Provenance } from './provenance.ts';
import { normaliseSource } from './source-uri.ts';

/**
 * What the provenance says otherwise than the certificate that signed it. Whoever may sign under a certificate can
 * write any predicate; only the certificate's word is the issuer's. What one of them does not say contradicts nothing.
 */
export function contradictions(signer: CertificateSigner, provenance: Provenance): readonly string[] {
  const { extensions } = signer;
  const { gitHub } = provenance;
  return [
    builderContradiction(signer, provenance),
    sourceContradiction(extensions.sourceRepository, provenance),
    commitContradiction(signer, provenance),
    differ('source reference', provenance.sourceRef, extensions.sourceRepositoryRef),
    workflowContradiction(extensions.buildConfig, provenance.entryPoint),
    runContradiction(extensions.runInvocation, provenance.invocationId),
    differ('repository id', gitHub.repositoryId, extensions.sourceRepositoryIdentifier),
    differ('owner id', gitHub.ownerId, extensions.sourceRepositoryOwnerIdentifier),
    differ('trigger', gitHub.trigger, extensions.buildTrigger),
    differ('runner environment', gitHub.runnerEnvironment, extensions.runnerEnvironment),
  ].filter((contradiction) => contradiction !== null);
}

function differ(what: string, said: string | null, certified: string | undefined): string | null {
  if (said === null || certified === undefined || said === certified) return null;
  return `its ${what} is ${quoted(said)}, the certificate's is ${quoted(certified)}`;
}

/** Ids by which GitHub's runners went before workflows were named; they say the runner's environment. */
const RUNNER = /^https:\/\/github\.com\/actions\/runner\/(github-hosted|self-hosted)$/;

function builderContradiction(signer: CertificateSigner, { builderId }: Provenance): string | null {
  const certified = certifiedBuilder(signer, builderId);
  if (certified === null || builderId === '' || builderId === certified) return null;
  const { runInvocation, runnerEnvironment } = signer.extensions;
  const runner = RUNNER.exec(builderId)?.[1];
  if (runner !== undefined) return differ('runner environment', runner, runnerEnvironment);
  // docker/build-push-action gives BuildKit the run's URL as the builder, with or without the attempt.
  if (runInvocation === builderId || runInvocation?.startsWith(`${builderId}/attempts/`)) return null;
  return `its builder is ${quoted(builderId)}, the certificate's is ${quoted(certified)}`;
}

function sourceContradiction(certified: string | undefined, { sources }: Provenance): string | null {
  if (certified === undefined || sources.length === 0) return null;
  const repository = normaliseSource(certified);
  if (sources.some(({ uri }) => normaliseSource(uri) === repository)) return null;
  const said = sources.map(({ uri }) => quoted(uri)).slice(0, 3);
  return `its source is ${said.join(', ')}, the certificate's is ${quoted(certified)}`;
}

/** Extension .13 is the commit; only the source that the certificate names can be held against it. */
function commitContradiction({ extensions }: CertificateSigner, { sources }: Provenance): string | null {
  const repository = normaliseSource(extensions.sourceRepository ?? '');
  const same = sources.find(({ uri }) => normaliseSource(uri) === repository);
  const [algorithm, commit = null] = same?.digest?.split(':') ?? [];
  return algorithm === 'gitCommit' ? differ('commit', commit, extensions.sourceRepositoryDigest) : null;
}

/** Extension .18 is the calling workflow's URL and reference; entry points that are no workflow are another thing. */
function workflowContradiction(certified: string | undefined, entryPoint: string | null): string | null {
  if (certified === undefined || entryPoint === null || !entryPoint.startsWith('.github/workflows/'))
    return null;
  const holds = certified.includes(`/${entryPoint}@`);
  return holds ? null : `its workflow is ${quoted(entryPoint)}, the certificate's is ${quoted(certified)}`;
}

function runContradiction(certified: string | undefined, invocationId: string | null): string | null {
  const run = runOf(certified ?? '');
  const said = runOf(invocationId ?? '');
  if (run === null || said === null || run === said) return null;
  return `its run is ${quoted(invocationId ?? '')}, the certificate's is ${quoted(certified ?? '')}`;
}

/** A GitHub run and attempt, from its URL or as slsa-github-generator writes it: `5063709022-1`. */
function runOf(text: string): string | null {
  const [, run, attempt] =
    /^https:\/\/[^/]+\/[^/]+\/[^/]+\/actions\/runs\/(\d+)\/attempts\/(\d+)$/.exec(text) ??
    /^(\d+)-(\d+)$/.exec(text) ??
    [];
  return run === undefined ? null : `${run}-${attempt}`;
}
