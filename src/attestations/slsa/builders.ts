import type { Signer } from '../../verify/verifier.ts';
import { quoted } from '../quoted.ts';

/** Who signed with a certificate. */
export type CertificateSigner = Extract<Signer, { kind: 'certificate' }>;

export type Level = 0 | 1 | 2 | 3;

/** A builder that a policy trusts beside the built-in ones. */
export interface ConfiguredBuilder {
  /** Whether the builder's id is the one meant. */
  readonly matches: (builderId: string) => boolean;
  /** The authorities of which one has to have signed. */
  readonly signedBy: readonly string[];
  readonly level: 1 | 2 | 3;
}

/** GitHub's OIDC issuer. What a certificate of another issuer says of GitHub is not GitHub's word. */
const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

/**
 * slsa-github-generator's reusable workflows, which isolate the build from the one that calls them. They are trusted at
 * full release tags alone: a branch or a `v1` moves, and a pre-release is not audited.
 */
const GENERATOR =
  /^https:\/\/github\.com\/slsa-framework\/slsa-github-generator\/\.github\/workflows\/(?!delegator_)[a-z0-9_-]+_slsa3\.yml@refs\/tags\/v\d+\.\d+\.\d+$/;

/** Its delegators sign for a reusable workflow that calls them, which they name as the builder. */
const DELEGATOR =
  /^https:\/\/github\.com\/slsa-framework\/slsa-github-generator\/\.github\/workflows\/delegator_[a-z0-9_-]+_slsa3\.yml@refs\/tags\/v\d+\.\d+\.\d+$/;

/** Google Cloud Build's hosted workers; provenance of before 1.0 names a version behind `@`. */
const CLOUD_BUILD = /^https:\/\/cloudbuild\.googleapis\.com\/GoogleHostedWorker(@v\d+\.\d+)?$/;

/** What the built-in map says of a builder whose signer the policy accepts. */
export interface BuilderLevel {
  readonly level: 1 | 2 | 3;
  readonly why: string;
}

function isGitHub(signer: CertificateSigner): boolean {
  return signer.issuer === GITHUB_ISSUER;
}

/**
 * The id of the builder that the signer's certificate vouches for; null where only the provenance names one. `said` is
 * the one that the provenance names, which counts as vouched for if a delegator has signed.
 */
export function certifiedBuilder(signer: Signer, said: string): string | null {
  if (signer.kind !== 'certificate') return null;
  if (!isGitHub(signer)) return signer.extensions.buildSigner ?? null;
  // Before there was extension .9, the certificate's subject was the workflow that signs, as it still is.
  const certified = signer.extensions.buildSigner ?? signer.subject.value;
  return DELEGATOR.test(certified) ? said : certified;
}

/** Why a run was not on a runner of the provider's; null if it was, or if the certificate does not say. */
export function notHosted(signer: Signer): string | null {
  const environment = signer.kind === 'certificate' ? signer.extensions.runnerEnvironment : undefined;
  return environment === 'self-hosted'
    ? 'it was built on a self-hosted runner, whose owner can write any provenance: level 1 at most'
    : null;
}

/** The level that a configured builder has for this id, if one of its authorities has signed; null if none is configured. */
export function configuredLevel(
  builders: readonly ConfiguredBuilder[],
  builderId: string,
  acceptedBy: readonly string[],
): 1 | 2 | 3 | null {
  const levels = builders
    .filter(({ signedBy }) => signedBy.some((authority) => acceptedBy.includes(authority)))
    .filter(({ matches }) => matches(builderId))
    .map(({ level }) => level);
  return levels.reduce<1 | 2 | 3 | null>(
    (best, level) => (best !== null && best > level ? best : level),
    null,
  );
}

/** The level of a builder that no policy configures. */
export function defaultLevel(signer: Signer, builderId: string): BuilderLevel {
  if (signer.kind === 'certificate' && isGitHub(signer)) {
    return gitHubLevel(signer.extensions.runnerEnvironment, builderId);
  }
  if (CLOUD_BUILD.test(builderId)) {
    // Any key can sign this id. Only the policy knows which authority holds Google's.
    const why =
      'it says that Google Cloud Build built it; name the authority that holds its key under spec.builders';
    return { level: 1, why };
  }
  return { level: 1, why: `its builder ${quoted(builderId)} is neither built in nor under spec.builders` };
}

function gitHubLevel(environment: string | undefined, builderId: string): BuilderLevel {
  if (environment !== undefined && environment !== 'github-hosted') {
    return {
      level: 1,
      why: `it was built on a runner of the kind ${quoted(environment)}, which is not GitHub's`,
    };
  }
  if (GENERATOR.test(builderId)) {
    return {
      level: 3,
      why: 'slsa-github-generator built it apart from the calling workflow and signed for it',
    };
  }
  if (environment === undefined) {
    return { level: 1, why: 'the certificate does not say whether it was built on a GitHub-hosted runner' };
  }
  const why =
    'a workflow on a GitHub-hosted runner signed for it: that proves who built it from which source, not that the build could not write its own provenance';
  return { level: 2, why };
}
