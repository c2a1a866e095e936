import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, describe, expect, it } from 'vitest';
import { corpusFolder, filesOf, layoutPredicates, statementOf } from '../corpus.fixture.ts';
import { COMMIT, GENERATOR, provenance, RELEASE, REPOSITORY, RUN, v02, v1 } from './provenance.fixture.ts';
import { readProvenance, slsaPredicate } from './provenance.ts';
import { normaliseSource } from './source-uri.ts';

const COMMITTED = { digest: `gitCommit:${COMMIT}` };

describe('readProvenance', () => {
  it('reads v1 as GitHub writes it', () => {
    expect(provenance('v1', v1)).toStrictEqual({
      version: 'v1',
      builderId: RELEASE,
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      sources: [{ uri: REPOSITORY, ...COMMITTED }],
      sourceRef: 'refs/tags/v1.0.0',
      entryPoint: '.github/workflows/release.yml',
      parameters: v1.buildDefinition.externalParameters,
      invocationId: RUN,
      startedOn: new Date('2026-01-15T09:00:00Z'),
      finishedOn: new Date('2026-01-15T09:05:00Z'),
      gitHub: { repositoryId: '1001', ownerId: '2002', trigger: 'push', runnerEnvironment: 'github-hosted' },
    });
  });

  it('reads v0.2 as slsa-github-generator writes it', () => {
    expect(provenance('v0.2', v02)).toStrictEqual({
      version: 'v0.2',
      builderId: GENERATOR,
      buildType: 'https://github.com/slsa-framework/slsa-github-generator/container@v1',
      sources: [{ uri: `git+${REPOSITORY}@refs/tags/v1.0.0`, ...COMMITTED }],
      sourceRef: 'refs/tags/v1.0.0',
      entryPoint: '.github/workflows/release.yml',
      parameters: { image: 'cart' },
      invocationId: '3003-1',
      startedOn: null,
      finishedOn: new Date('2026-01-15T09:05:00Z'),
      gitHub: { repositoryId: '1001', ownerId: '2002', trigger: 'push', runnerEnvironment: null },
    });
  });

  it('reads v0.1 as Google Cloud Build writes it', () => {
    const predicate = {
      builder: { id: 'https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3' },
      recipe: {
        type: 'https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1',
        definedInMaterial: 0,
        entryPoint: 'cloudbuild.yaml',
        arguments: { id: 'x' },
      },
      metadata: { buildInvocationId: 'x', buildStartedOn: '2026-01-15T09:00:00.5Z' },
      materials: [{ uri: `${REPOSITORY}/commit/${COMMIT}`, digest: { sha1: COMMIT } }],
    };
    expect(provenance('v0.1', predicate)).toMatchObject({
      version: 'v0.1',
      builderId: 'https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3',
      sources: [{ uri: REPOSITORY, ...COMMITTED }],
      startedOn: new Date('2026-01-15T09:00:00.500Z'),
    });
  });
});

const tekton = [
  { name: 'pipeline', uri: 'git+https://github.com/tektoncd/catalog', digest: { sha1: COMMIT } },
  { name: 'inputs/result', uri: `git+${REPOSITORY}.git`, digest: { sha1: COMMIT } },
  { uri: 'oci://ghcr.io/acme/builder', digest: { sha256: 'ab' } },
];
const definition = (changes: object): object => ({
  ...v1,
  buildDefinition: { ...v1.buildDefinition, externalParameters: {}, resolvedDependencies: [], ...changes },
});

describe('the source', () => {
  it.each<[string, 'v0.1' | 'v0.2' | 'v1', unknown, object[]]>([
    [
      'of a workflow, without a digest anywhere',
      'v1',
      definition({ externalParameters: { workflow: { repository: REPOSITORY } } }),
      [{ uri: REPOSITORY, digest: null }],
    ],
    [
      'of Google Cloud Build',
      'v1',
      definition({
        externalParameters: {
          buildConfigSource: { repository: REPOSITORY, ref: 'refs/heads/main', path: 'x' },
        },
        resolvedDependencies: [{ uri: `git+${REPOSITORY}`, digest: { gitCommit: COMMIT } }],
      }),
      [{ uri: REPOSITORY, ...COMMITTED }],
    ],
    [
      'of BuildKit, from git',
      'v1',
      definition({
        externalParameters: { configSource: { uri: `${REPOSITORY}.git#main`, digest: { sha1: COMMIT } } },
      }),
      [{ uri: `${REPOSITORY}.git#main`, ...COMMITTED }],
    ],
    [
      'of BuildKit, from a local directory',
      'v1',
      definition({ externalParameters: { configSource: { path: 'Dockerfile' } } }),
      [],
    ],
    [
      'of Tekton Chains, whose pipeline is another repository',
      'v1',
      definition({ resolvedDependencies: tekton }),
      [{ uri: `git+${REPOSITORY}.git`, ...COMMITTED }],
    ],
    [
      'where a workflow parameter is something else',
      'v1',
      definition({ externalParameters: { workflow: 'x' } }),
      [],
    ],
    [
      'of Tekton Chains',
      'v0.2',
      {
        builder: { id: 'https://tekton.dev/chains/v2' },
        buildType: 'tekton.dev/v1/TaskRun',
        invocation: { configSource: { uri: 'git+https://github.com/tektoncd/catalog' } },
        materials: [
          { uri: `git+${REPOSITORY}.git`, digest: { sha1: COMMIT } },
          { uri: 'oci://ghcr.io/acme/builder' },
        ],
      },
      [{ uri: `git+${REPOSITORY}.git`, ...COMMITTED }],
    ],
    [
      'of BuildKit, by its client',
      'v0.2',
      {
        builder: { id: '' },
        buildType: 'https://mobyproject.org/buildkit@v1',
        invocation: { configSource: { entryPoint: 'Dockerfile' } },
        metadata: {
          'https://mobyproject.org/buildkit@v1#metadata': { vcs: { source: REPOSITORY, revision: COMMIT } },
        },
        materials: [{ uri: 'pkg:docker/alpine@3.20', digest: { sha256: 'ab' } }],
      },
      [{ uri: REPOSITORY, ...COMMITTED }],
    ],
    [
      'of a recipe that names no material',
      'v0.1',
      { builder: { id: 'x' }, materials: [{ uri: `git+${REPOSITORY}` }, { uri: 'pkg:docker/alpine' }] },
      [{ uri: `git+${REPOSITORY}`, digest: null }],
    ],
    ['where there are no materials', 'v0.2', { builder: { id: 'x' }, buildType: 'y', materials: null }, []],
  ])('%s', (_name, version, predicate, sources) => {
    expect(provenance(version, predicate).sources).toStrictEqual(sources);
  });
});

describe('what cannot be read', () => {
  it.each<[string, string, unknown, string]>([
    ['v1 under v0.2', 'provenance/v0.2', v1, 'builder'],
    ['v0.2 under v1', 'provenance/v1', v02, 'buildDefinition'],
    ['a builder that is no text', 'provenance/v0.2', { ...v02, builder: { id: 1 } }, 'builder.id'],
    [
      'a time that is none',
      'provenance/v0.2',
      { ...v02, metadata: { buildStartedOn: 'today' } },
      'buildStartedOn',
    ],
    [
      'a day that is none',
      'provenance/v0.2',
      { ...v02, metadata: { buildStartedOn: '2026-02-30T00:00:00Z' } },
      'St',
    ],
    ['a list for a predicate', 'provenance/v1', [], 'document'],
    ['no predicate', 'provenance/v1', undefined, 'document'],
    ['a verification summary', 'verification_summary/v1', {}, 'verification summary'],
    ['another version', 'provenance/v2', v1, 'not SLSA provenance'],
    ['a type that goes on', 'provenance/v1/x', v1, 'not SLSA provenance'],
  ])('%s', (_name, type, predicate, message) => {
    const read = readProvenance(`https://slsa.dev/${type}`, predicate);
    expect(read.ok ? '' : read.message).toContain(message);
  });
});

describe('slsaPredicate', () => {
  it.each([
    ['https://slsa.dev/provenance/v1', 'v1'],
    ['https://slsa.dev/verification_summary/v1', 'verification summary'],
    ['https://spdx.dev/Document', null],
    ['constructor', null],
  ])('%s → %s', (type, expected) => {
    expect(slsaPredicate(type)).toBe(expected);
  });
});

describe('real provenance', () => {
  it("is read from the project's own images", () => {
    const all = layoutPredicates('https://slsa.dev/provenance/v1').map((one) => provenance('v1', one));
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all.map(({ sourceRef }) => sourceRef))).toStrictEqual(new Set(['refs/tags/v1.0.0']));
    expect(new Set(all.flatMap(({ sources }) => sources.map(({ uri }) => uri)))).toStrictEqual(
      new Set(['https://github.com/acme/shop']),
    );
  });
});

const folder = corpusFolder('slsa-container-provenance');

describe.skipIf(folder === null)('provenance of slsa-github-generator', () => {
  const statements = filesOf(folder).flatMap((file) => {
    const statement = file.includes('blobs/') ? statementOf(readFileSync(join(folder ?? '', file))) : null;
    return statement ? [[file.split('/')[0] ?? '', statement] as const] : [];
  });

  it('is there', () => {
    expect(statements).not.toHaveLength(0);
  });

  it.each(statements)('is read as %s wrote it', (version, { predicateType, predicate }) => {
    const read = readProvenance(predicateType, predicate);
    assert(read.ok);
    const { builderId, sources, sourceRef } = read.value;
    expect(builderId).toBe(GENERATOR.replace('v2.0.0', version));
    expect(sources.map(({ uri }) => normaliseSource(uri))).toStrictEqual([
      'https://github.com/slsa-framework/example-package',
    ]);
    expect(sourceRef).toMatch(/^refs\/(heads\/main|tags\/v13\.0\.30)$/);
  });
});
