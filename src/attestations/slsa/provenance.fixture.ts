import type { Signer } from '../../verify/verifier.ts';
import { type Provenance, readProvenance } from './provenance.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
export const REPOSITORY = 'https://github.com/acme/cart';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const RELEASE = `${REPOSITORY}/.github/workflows/release.yml@refs/tags/v1.0.0`;
export const GENERATOR =
  'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/v2.0.0';
export const RUN = `${REPOSITORY}/actions/runs/3003/attempts/1`;

type Certificate = Extract<Signer, { kind: 'certificate' }>;

/** A certificate for a job of acme/cart at v1.0.0, whose signing workflow is `builder`. */
export function workflow(builder: string, extensions: Certificate['extensions'] = {}): Certificate {
  return {
    kind: 'certificate',
    trustRoot: 'sigstore',
    subject: { kind: 'uri', value: builder },
    issuer: ISSUER,
    extensions: {
      buildSigner: builder,
      runnerEnvironment: 'github-hosted',
      sourceRepository: REPOSITORY,
      sourceRepositoryDigest: COMMIT,
      sourceRepositoryRef: 'refs/tags/v1.0.0',
      sourceRepositoryIdentifier: '1001',
      sourceRepositoryOwnerIdentifier: '2002',
      buildConfig: RELEASE,
      buildTrigger: 'push',
      runInvocation: RUN,
      ...extensions,
    },
  };
}

export const key: Signer = { kind: 'key', authority: 'release-key', fingerprint: '00' };

/** A v1 predicate as GitHub's own action writes it. */
export const v1 = {
  buildDefinition: {
    buildType: 'https://actions.github.io/buildtypes/workflow/v1',
    externalParameters: {
      workflow: { ref: 'refs/tags/v1.0.0', repository: REPOSITORY, path: '.github/workflows/release.yml' },
    },
    internalParameters: {
      github: {
        event_name: 'push',
        repository_id: '1001',
        repository_owner_id: '2002',
        runner_environment: 'github-hosted',
      },
    },
    resolvedDependencies: [
      { uri: 'pkg:docker/alpine@3.20' },
      { uri: `git+${REPOSITORY}@refs/tags/v1.0.0`, digest: { gitCommit: COMMIT } },
    ],
  },
  runDetails: {
    builder: { id: RELEASE },
    metadata: {
      invocationId: RUN,
      startedOn: '2026-01-15T09:00:00Z',
      finishedOn: '2026-01-15T09:05:00+00:00',
    },
  },
};

/** A v0.2 predicate as slsa-github-generator writes it. */
export const v02 = {
  builder: { id: GENERATOR },
  buildType: 'https://github.com/slsa-framework/slsa-github-generator/container@v1',
  invocation: {
    configSource: {
      uri: `git+${REPOSITORY}@refs/tags/v1.0.0`,
      digest: { sha1: COMMIT },
      entryPoint: '.github/workflows/release.yml',
    },
    parameters: { image: 'cart' },
    environment: {
      github_repository_id: '1001',
      github_repository_owner_id: '2002',
      github_event_name: 'push',
    },
  },
  metadata: { buildInvocationID: '3003-1', buildFinishedOn: '2026-01-15T09:05:00Z' },
  materials: [{ uri: `git+${REPOSITORY}@refs/tags/v1.0.0`, digest: { sha1: COMMIT } }],
};

/** Reads a predicate that can be read. */
export function provenance(version: 'v0.1' | 'v0.2' | 'v1', predicate: unknown): Provenance {
  const read = readProvenance(`https://slsa.dev/provenance/${version}`, predicate);
  if (!read.ok) throw new Error(read.message);
  return read.value;
}
