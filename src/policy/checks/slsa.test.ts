import { describe, expect, it } from 'vitest';
import {
  COMMIT,
  GENERATOR,
  key,
  RELEASE,
  REPOSITORY,
  v02,
  v1,
  workflow,
} from '../../attestations/slsa/provenance.fixture.ts';
import type { Claim } from '../../verify/verifier.ts';
import { compileBuilder } from '../builder.ts';
import { image, refused, unreadable, unresolved } from '../judged-image.fixture.ts';
import type { JudgedImage } from '../subject.ts';
import {
  DEFINITIONS,
  attached,
  attested,
  judgeBy,
  platform,
  refusedPiece,
  said,
} from './attested.fixture.ts';
import {
  ASKED,
  CI,
  FROM_EVIL,
  GOOD,
  judge,
  judgeClaims,
  OWN,
  provenance,
  saying,
} from './provenance-claims.fixture.ts';
import { slsaCheck } from './slsa.ts';

describe('slsa', () => {
  it.each<[string, JudgedImage, string]>([
    ['by an authority', image(attached('a', GOOD)), 'pass ProvenanceAccepted'],
    ['of nobody', image(), 'fail ProvenanceMissing'],
    [
      'that is another attestation',
      image(attached('a', attested(CI, 'https://spdx.dev/Document', {}))),
      'fail ProvenanceMissing',
    ],
    ['by a stranger', image(attached('a', provenance(v1, workflow(GENERATOR)))), 'fail SignerNotTrusted'],
    ['that cannot be read', image(attached('a', provenance({}))), 'unknown ProvenanceUnreadable'],
    [
      'that cannot be read, beside one that can',
      image(attached('a', provenance({}), GOOD)),
      'pass ProvenanceAccepted',
    ],
    [
      'that is a verification summary',
      image(
        attached(
          'a',
          attested(CI, 'https://slsa.dev/verification_summary/v1', { verificationResult: 'PASSED' }),
        ),
      ),
      'unknown ProvenanceUnreadable',
    ],
    ['of an image that is not there', unresolved('ImageNotFound'), 'unknown ImageNotFound'],
    ['that could not be fetched', image(unreadable(attached('a'))), 'unknown RegistryUnreachable'],
    [
      'beside something that could not be fetched',
      image(unreadable(attached('a', GOOD))),
      'pass ProvenanceAccepted',
    ],
    [
      'of another source, beside something that could not be fetched',
      image(
        unreadable(
          attached('a', provenance(saying({ repository: 'https://github.com/evil/cart' }), FROM_EVIL)),
        ),
      ),
      'unknown RegistryUnreachable',
    ],
    [
      'that is forged',
      image({ ...attached('a'), verdicts: [refused('SignatureInvalid')] }),
      'fail SignatureInvalid',
    ],
    [
      'beside a signature in doubt, which has no place for one',
      image({ ...attached('a'), verdicts: [refusedPiece('simple-signing', 'TrustRootOutdated')] }),
      'fail ProvenanceMissing',
    ],
    [
      'on the index alone',
      image(attached('e', GOOD), [platform('a'), platform('b')]),
      'pass ProvenanceAccepted',
    ],
    [
      'on every child',
      image(attached('e'), [platform('a', GOOD), platform('b', GOOD)]),
      'pass ProvenanceAccepted',
    ],
    [
      'on one child of two',
      image(attached('e'), [platform('a', GOOD), platform('b')]),
      'fail ProvenanceMissing',
    ],
    [
      'that nobody has signed',
      image({ ...attached('a'), verdicts: [refusedPiece('statement', 'EvidenceUnsigned')] }),
      'fail ProvenanceMissing',
    ],
  ])('%s', (_name, judged, expected) => {
    expect(said(judge(judged))).toBe(expected);
  });
});

describe('level', () => {
  const generated = attested(workflow(GENERATOR), 'https://slsa.dev/provenance/v0.2', v02);
  const signedBy = { anyOf: ['generator', 'ci', 'release-key'] };
  const ownSource = { ...saying({}, OWN) };

  it.each<[string, 1 | 2 | 3, Claim, readonly string[], string]>([
    ['3 of slsa-github-generator', 3, generated, [], 'pass ProvenanceAccepted'],
    ["2 of a workflow on GitHub's runners", 2, GOOD, [], 'pass ProvenanceAccepted'],
    ["no 3 of a workflow on GitHub's runners", 3, GOOD, [], 'fail SlsaLevelTooLow'],
    ['3 of such a workflow that the policy names', 3, GOOD, [`${REPOSITORY}/**`], 'pass ProvenanceAccepted'],
    ['1 of a key', 1, provenance(ownSource, key), [], 'pass ProvenanceAccepted'],
    ['no 2 of a key', 2, provenance(ownSource, key), [], 'fail SlsaLevelTooLow'],
    [
      '3 of a key whose builder the policy names',
      3,
      provenance(ownSource, key),
      [OWN],
      'pass ProvenanceAccepted',
    ],
    [
      'no 2 of a key that names a builder which is not its own',
      2,
      provenance(saying({}, GENERATOR), key),
      [OWN],
      'fail SlsaLevelTooLow',
    ],
    [
      '3 of a builder of another host that the policy names',
      3,
      provenance(ownSource),
      [OWN],
      'pass ProvenanceAccepted',
    ],
    [
      'no level of a builder of another host that it does not name',
      1,
      provenance(ownSource),
      [],
      'fail ProvenanceContradictsCertificate',
    ],
  ])('%s', (_name, level, claim, builders, expected) => {
    expect(judgeClaims([claim], { level, signedBy }, builders)).toBe(expected);
  });

  it('of a builder counts only from its own signers', () => {
    const builders = [compileBuilder({ id: OWN, signedBy: ['generator'], level: 3 })];
    const slsa = { ...ASKED, level: 3 as const, signedBy };
    const judged = judgeBy(slsaCheck, { slsa }, image(attached('a', provenance(ownSource, key))), {
      ...DEFINITIONS,
      builders,
    });
    expect(said(judged)).toBe('fail SlsaLevelTooLow');
  });

  it('is told with its builder, source and why', () => {
    expect(judge(image(attached('a', GOOD)))).toMatchObject({
      authority: 'ci',
      details: {
        level: 2,
        builder: RELEASE,
        sourceRepository: REPOSITORY,
        sourceRef: 'refs/tags/v1.0.0',
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      },
    });
    expect(GOOD.signer).toMatchObject({ extensions: { sourceRepositoryDigest: COMMIT } });
  });
});
