import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Signer } from '../../verify/verifier.ts';
import { readIdentity } from '../../verify/sigstore/identity.ts';
import { parseCertificate } from '../../verify/x509/certificate.ts';
import { corpusFolder, filesOf, layoutPredicates, statementOf } from '../corpus.fixture.ts';
import type { ConfiguredBuilder } from './builders.ts';
import { provenanceLevel, unsignedLevel } from './level.ts';
import {
  COMMIT,
  GENERATOR,
  key,
  provenance,
  RELEASE,
  REPOSITORY,
  RUN,
  v02,
  v1,
  workflow,
} from './provenance.fixture.ts';
import { readProvenance } from './provenance.ts';

const GITHUB = 'https://github.com';
const CLOUD_BUILD = 'https://cloudbuild.googleapis.com/GoogleHostedWorker';
const own = provenance('v1', v1);
const generated = provenance('v0.2', v02);

const builder = (id: string, level: 1 | 2 | 3, ...signedBy: string[]): ConfiguredBuilder => ({
  matches: (other) => other === id,
  signedBy,
  level,
});
const builtBy = (builderId: string): typeof own => ({ ...own, builderId });
const levelOf = (
  signer: Signer,
  said = own,
  builders: readonly ConfiguredBuilder[] = [],
  acceptedBy: readonly string[] = ['ci'],
): ReturnType<typeof provenanceLevel> => provenanceLevel({ signer }, said, builders, acceptedBy);

const generator = (id: string): [Signer, typeof own] => [workflow(id), { ...generated, builderId: id }];
const otherIssuer: Signer = { ...workflow(RELEASE), issuer: 'https://token.actions.example.com' };
const withoutExtensions: Signer = { ...workflow(GENERATOR), extensions: {} };
const DELEGATOR = GENERATOR.replace('generator_container', 'delegator_generic');
const NODE_BUILDER = GENERATOR.replace('generator_container', 'builder_nodejs');

describe('the level of a built-in builder', () => {
  it.each<[string, Signer, typeof own, number, string]>([
    ['slsa-github-generator at a release', ...generator(GENERATOR), 3, 'apart from the calling workflow'],
    ['another of its workflows', ...generator(NODE_BUILDER), 3, 'apart'],
    ['it at a branch', ...generator(GENERATOR.replace('tags/v2.0.0', 'heads/main')), 2, 'GitHub-hosted'],
    ['it at a moving tag', ...generator(GENERATOR.replace('v2.0.0', 'v2')), 2, 'GitHub-hosted'],
    ['it at a pre-release', ...generator(GENERATOR.replace('v2.0.0', 'v2.0.0-rc.1')), 2, 'GitHub-hosted'],
    ['it at a tag that goes on', ...generator(`${GENERATOR}.1`), 2, 'GitHub-hosted'],
    [
      'a workflow of it that builds nothing',
      ...generator(GENERATOR.replace('_slsa3', '')),
      2,
      'GitHub-hosted',
    ],
    ['a fork of it', ...generator(GENERATOR.replace('slsa-framework', 'evil')), 2, 'GitHub-hosted'],
    ['a host that begins alike', ...generator(GENERATOR.replace('.com', '.com.evil.example')), 2, 'GitHub'],
    [
      'its delegator for one of its builders',
      workflow(DELEGATOR),
      { ...generated, builderId: NODE_BUILDER },
      3,
      'ap',
    ],
    [
      "its delegator for someone's builder",
      workflow(DELEGATOR),
      { ...generated, builderId: RELEASE },
      2,
      'GitHub-hosted',
    ],
    ['its delegator for itself', ...generator(DELEGATOR), 2, 'GitHub-hosted'],
    ['its delegator at a branch', ...generator(DELEGATOR.replace('tags/v2.0.0', 'heads/main')), 2, 'GitHub'],
    ['it under a certificate of before extension .9', withoutExtensions, generated, 3, 'apart'],
    ["the project's own workflow", workflow(RELEASE), own, 2, 'not that the build could not'],
    [
      'it on a self-hosted runner',
      workflow(GENERATOR, { runnerEnvironment: 'self-hosted' }),
      generated,
      1,
      'self-hosted',
    ],
    [
      'the own workflow on a self-hosted runner',
      workflow(RELEASE, { runnerEnvironment: 'self-hosted' }),
      { ...own, gitHub: { ...own.gitHub, runnerEnvironment: 'self-hosted' } },
      1,
      'self-hosted',
    ],
    [
      'a runner of another kind',
      workflow(RELEASE, { runnerEnvironment: 'x' }),
      { ...own, gitHub: generated.gitHub },
      1,
      '"x"',
    ],
    [
      'the own workflow, runner unknown',
      { ...withoutExtensions, subject: { kind: 'uri', value: RELEASE } },
      own,
      1,
      'does not say',
    ],
    ['the same words of another issuer', otherIssuer, own, 1, 'neither built in'],
    ['a key', key, own, 1, 'neither built in'],
    ["a key that says it is slsa-github-generator's", key, generated, 1, 'neither built in'],
    ["a key that says it is Google Cloud Build's", key, builtBy(CLOUD_BUILD), 1, 'spec.builders'],
  ])('%s', (_name, signer, said, level, why) => {
    const result = levelOf(signer, said);
    expect(result).toMatchObject({ level, contradictions: [] });
    expect(result.why).toContain(why);
  });
});

describe('the level of a configured builder', () => {
  it.each<[string, Signer, typeof own, readonly ConfiguredBuilder[], number]>([
    ['by its workflow', workflow(RELEASE), own, [builder(RELEASE, 3, 'ci')], 3],
    ['lower than the built-in one', ...generator(GENERATOR), [builder(GENERATOR, 1, 'ci')], 1],
    ['by a key', key, builtBy('https://ci.acme.example'), [builder('https://ci.acme.example', 3, 'ci')], 3],
    ['Google Cloud Build', key, builtBy(CLOUD_BUILD), [builder(CLOUD_BUILD, 3, 'ci')], 3],
    ['of another authority', key, builtBy(CLOUD_BUILD), [builder(CLOUD_BUILD, 3, 'gcb')], 1],
    ['of nobody', key, builtBy(CLOUD_BUILD), [builder(CLOUD_BUILD, 3)], 1],
    [
      'the best of several',
      key,
      builtBy('x'),
      [1, 3, 2].map((level) => builder('x', level as 1 | 2 | 3, 'ci')),
      3,
    ],
    [
      'with a name of its own beside a certificate',
      workflow(RELEASE),
      builtBy('https://ci.acme.example'),
      [builder('https://ci.acme.example', 2, 'ci')],
      2,
    ],
    ['of another issuer', otherIssuer, own, [builder(RELEASE, 2, 'ci')], 2],
    [
      'on a self-hosted runner',
      workflow(RELEASE, { runnerEnvironment: 'self-hosted' }),
      provenance('v0.2', { ...v02, builder: { id: RELEASE } }),
      [builder(RELEASE, 3, 'ci')],
      1,
    ],
  ])('%s', (_name, signer, said, builders, level) => {
    expect(levelOf(signer, said, builders)).toMatchObject({ level, contradictions: [] });
  });

  it('is not had for a workflow that only the provenance names', () => {
    const other = RELEASE.replace('release', 'hardened');
    const result = levelOf(workflow(RELEASE), builtBy(other), [builder(other, 3, 'ci')]);
    expect(result).toMatchObject({ level: 0, builder: RELEASE });
    expect(result.contradictions).toHaveLength(1);
  });
});

describe('a signer that no authority accepts', () => {
  it.each<[string, Signer, typeof own]>([
    ['slsa-github-generator', ...generator(GENERATOR)],
    ['the own workflow', workflow(RELEASE), own],
    ['a key', key, builtBy(CLOUD_BUILD)],
  ])('%s has level 1 at most', (_name, signer, said) => {
    const result = levelOf(signer, said, [builder(said.builderId, 3, 'ci')], []);
    expect(result.level).toBe(1);
    expect(result.why).toContain('unauthenticated');
  });

  it('nor has what nobody signed', () => {
    expect(unsignedLevel(generated)).toMatchObject({
      level: 1,
      source: REPOSITORY,
      sourceFrom: 'provenance',
    });
  });
});

describe('provenance that contradicts its certificate', () => {
  it.each<[string, Signer, typeof own, string]>([
    ['names another builder', workflow(RELEASE), builtBy(GENERATOR), 'its builder is'],
    ['names Google Cloud Build', workflow(RELEASE), builtBy(CLOUD_BUILD), 'its builder is'],
    [
      'names a hosted runner',
      workflow(RELEASE, { runnerEnvironment: 'self-hosted' }),
      { ...builtBy(`${GITHUB}/actions/runner/github-hosted`), gitHub: generated.gitHub },
      'runner environment',
    ],
    [
      'names another run as the builder',
      workflow(RELEASE),
      builtBy(RUN.replace('3003', '4004')),
      'its builder is',
    ],
    [
      'says another runner environment',
      workflow(RELEASE, { runnerEnvironment: 'self-hosted' }),
      own,
      'runner environment',
    ],
    [
      'names another source',
      workflow(GENERATOR, { sourceRepository: `${GITHUB}/evil/cart` }),
      generated,
      'its source is',
    ],
    [
      'names a source that begins alike',
      workflow(GENERATOR, { sourceRepository: `${REPOSITORY}-2` }),
      generated,
      'its source is',
    ],
    [
      'names another commit',
      workflow(GENERATOR, { sourceRepositoryDigest: COMMIT.replace('0', '1') }),
      generated,
      'its commit',
    ],
    [
      'names another reference',
      workflow(GENERATOR, { sourceRepositoryRef: 'refs/heads/main' }),
      generated,
      'source reference',
    ],
    [
      'names another workflow',
      workflow(GENERATOR, { buildConfig: `${REPOSITORY}/.github/workflows/x.yml@refs/heads/main` }),
      generated,
      'its workflow',
    ],
    [
      'names another run',
      workflow(GENERATOR, { runInvocation: RUN.replace('3003', '4004') }),
      generated,
      'its run',
    ],
    ['names another attempt', workflow(RELEASE, { runInvocation: RUN.replace(/1$/, '2') }), own, 'its run'],
    [
      'names another repository id',
      workflow(GENERATOR, { sourceRepositoryIdentifier: '9' }),
      generated,
      'repository id',
    ],
    ['names another owner id', workflow(RELEASE, { sourceRepositoryOwnerIdentifier: '9' }), own, 'owner id'],
    ['names another trigger', workflow(RELEASE, { buildTrigger: 'pull_request' }), own, 'trigger'],
  ])('%s', (_name, signer, said, contradiction) => {
    const result = levelOf(signer, said);
    expect(result.level).toBe(0);
    expect(result.contradictions).toHaveLength(1);
    expect(result.contradictions[0]).toContain(contradiction);
    expect(result.why).toContain(contradiction);
  });

  it.each<[string, Signer, typeof own]>([
    ['names no builder', workflow(RELEASE), builtBy('')],
    ['names the run as the builder', workflow(RELEASE), builtBy(RUN)],
    ['names the run without its attempt', workflow(RELEASE), builtBy(RUN.replace('/attempts/1', ''))],
    ['names the runner', workflow(RELEASE), builtBy(`${GITHUB}/actions/runner/github-hosted`)],
    ['names no source', workflow(RELEASE), { ...own, sources: [], sourceRef: null }],
    [
      'writes the source otherwise',
      workflow(RELEASE),
      { ...own, sources: [{ uri: `${REPOSITORY}.git#x`, digest: null }] },
    ],
    ['has an invocation that is no run', workflow(RELEASE), { ...own, invocationId: 'k3v0' }],
    ['has a Dockerfile as its entry', workflow(RELEASE), { ...own, entryPoint: 'Dockerfile' }],
  ])('does not where it %s', (_name, signer, said) => {
    expect(levelOf(signer, said)).toMatchObject({ level: 2, contradictions: [], builder: RELEASE });
  });
});

describe('the source', () => {
  const two = { ...own, sources: [REPOSITORY, `${GITHUB}/acme/lib`].map((uri) => ({ uri, digest: null })) };

  it.each<[string, Signer, typeof own, object]>([
    [
      'of the certificate',
      workflow(RELEASE),
      own,
      { source: REPOSITORY, sourceRef: 'refs/tags/v1.0.0', sourceFrom: 'certificate' },
    ],
    ['of the certificate alone', workflow(RELEASE), two, { sources: [REPOSITORY] }],
    [
      'of the provenance',
      key,
      generated,
      { source: REPOSITORY, sourceRef: 'refs/tags/v1.0.0', sourceFrom: 'provenance' },
    ],
    [
      'of the provenance, several',
      key,
      two,
      { source: REPOSITORY, sources: [REPOSITORY, `${GITHUB}/acme/lib`] },
    ],
    [
      'of nobody',
      key,
      { ...own, sources: [], sourceRef: null },
      { source: null, sources: [], sourceFrom: null },
    ],
  ])('%s', (_name, signer, said, expected) => {
    expect(levelOf(signer, said)).toMatchObject(expected);
  });
});

describe('real provenance', () => {
  it("of the project's own images is level 2 only by configuration, as its issuer is not GitHub", () => {
    const [predicate] = layoutPredicates('https://slsa.dev/provenance/v1');
    const said = provenance('v1', predicate);
    const extensions = {
      buildSigner: said.builderId,
      runnerEnvironment: 'github-hosted',
      sourceRepository: `${GITHUB}/acme/shop`,
    };
    const signer: Signer = { ...otherIssuer, extensions };
    expect(levelOf(signer, said)).toMatchObject({ level: 1, contradictions: [] });
    expect(levelOf(signer, said, [builder(said.builderId, 2, 'ci')]).level).toBe(2);
  });
});

const folder = corpusFolder('slsa-container-provenance');
const CERTIFICATE = 'dev.sigstore.cosign/certificate';
const manifestSchema = z.object({
  layers: z
    .array(z.object({ digest: z.string(), annotations: z.object({ [CERTIFICATE]: z.string() }) }))
    .min(1),
});

describe.skipIf(folder === null)('provenance of slsa-github-generator with its certificate', () => {
  const cases = filesOf(folder).flatMap((file) => {
    const blob = file.includes('blobs/') ? readFileSync(join(folder ?? '', file)) : Buffer.alloc(0);
    if (blob.subarray(0, 1).toString() !== '{') return [];
    const { data } = manifestSchema.safeParse(JSON.parse(blob.toString()));
    const [layer] = data?.layers ?? [];
    if (!layer) return [];
    const envelope = readFileSync(join(folder ?? '', file, '..', layer.digest.replace('sha256:', '')));
    const identity = readIdentity(parseCertificate(new X509Certificate(layer.annotations[CERTIFICATE]).raw));
    const signer: Signer = { kind: 'certificate', trustRoot: 'sigstore', ...identity };
    return [{ version: file.split('/')[0] ?? '', signer, statement: statementOf(envelope) }];
  });

  it('is there', () => {
    expect(cases.map(({ version }) => version)).toContain('v2.0.0');
  });

  it.each(cases)('is level 3 with $version', ({ version, signer, statement }) => {
    assert(statement);
    const read = readProvenance(statement.predicateType, statement.predicate);
    assert(read.ok);
    expect(levelOf(signer, read.value)).toMatchObject({
      level: 3,
      builder: GENERATOR.replace('v2.0.0', version),
      source: `${GITHUB}/slsa-framework/example-package`,
      // Fulcio's certificates had no source URI before 2023.
      sourceFrom: version === 'v1.4.0' ? 'provenance' : 'certificate',
      contradictions: [],
    });
  });
});
