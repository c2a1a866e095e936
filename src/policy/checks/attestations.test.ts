import { describe, expect, it } from 'vitest';
import { key, RELEASE, v1, workflow } from '../../attestations/slsa/provenance.fixture.ts';
import type { Claim } from '../../verify/verifier.ts';
import { image, manifest, refused, signature, unreadable, verified } from '../judged-image.fixture.ts';
import type { AttestationFile } from '../schema.ts';
import type { JudgedImage } from '../subject.ts';
import { attached, attested, judgeBy, platform, refusedPiece, said } from './attested.fixture.ts';
import { attestationsCheck } from './attestations.ts';

const REVIEW = 'https://example.com/review/v1';
const SCAN = 'https://cosign.sigstore.dev/attestation/vuln/v1';
const CI = workflow(RELEASE);
const STRANGER = workflow('https://github.com/evil/cart/.github/workflows/a.yml@refs/heads/main');
const BY_CI = attested(CI, REVIEW, { approved: true });
const BY_KEY = attested(key, REVIEW, { approved: true });
const BY_STRANGER = attested(STRANGER, REVIEW, { approved: true });
const DAY = 86_400_000;
const REVIEWED: AttestationFile = { predicateType: REVIEW, signedBy: { anyOf: ['ci', 'release-key'] } };
const both: AttestationFile = { ...REVIEWED, signedBy: { allOf: ['ci', 'release-key'] } };

const judge = (judged: JudgedImage, ...asked: readonly AttestationFile[]) =>
  judgeBy(attestationsCheck, { attestations: asked.length > 0 ? [...asked] : [REVIEWED] }, judged);

describe('attestations', () => {
  it.each<[string, JudgedImage, AttestationFile[], string]>([
    ['by an authority', image(attached('a', BY_CI)), [], 'pass AttestationAccepted'],
    ['of nobody', image(), [], 'fail AttestationMissing'],
    ['by a stranger', image(attached('a', BY_STRANGER)), [], 'fail SignerNotTrusted'],
    [
      'by a stranger beside an authority',
      image(attached('a', BY_STRANGER, BY_CI)),
      [],
      'pass AttestationAccepted',
    ],
    ['of another type', image(attached('a', attested(CI, `${REVIEW}0`, {}))), [], 'fail AttestationMissing'],
    ['that is a signature', image(attached('a', signature(CI))), [], 'fail AttestationMissing'],
    [
      'that is forged',
      image({ ...attached('a'), verdicts: [refused('SignatureInvalid')] }),
      [],
      'fail SignatureInvalid',
    ],
    [
      'that is forged beside a good one',
      image(manifest('a', refused('SignatureInvalid'), verified(BY_CI))),
      [],
      'pass AttestationAccepted',
    ],
    [
      'beside a signature in doubt',
      image({ ...attached('a'), verdicts: [refusedPiece('simple-signing', 'TrustRootOutdated')] }),
      [],
      'fail AttestationMissing',
    ],
    ['that could not be fetched', image(unreadable(attached('a'))), [], 'unknown RegistryUnreachable'],
    [
      'beside something that could not be fetched',
      image(unreadable(attached('a', BY_CI))),
      [],
      'pass AttestationAccepted',
    ],
    ['by both who must', image(attached('a', BY_CI, BY_KEY)), [both], 'pass AttestationAccepted'],
    ['by one of both who must', image(attached('a', BY_CI)), [both], 'fail AttestationMissing'],
    [
      'of an index, for its children',
      image(attached('e', BY_CI), [platform('a'), platform('b')]),
      [],
      'pass AttestationAccepted',
    ],
    [
      'on one child of two',
      image(attached('e'), [platform('a', BY_CI), platform('b')]),
      [],
      'fail AttestationMissing',
    ],
    [
      'by both who must, on index and children',
      image(attached('e', BY_CI), [platform('a', BY_KEY), platform('b', BY_KEY)]),
      [both],
      'pass AttestationAccepted',
    ],
    [
      'by both who must, each on another child',
      image(attached('e'), [platform('a', BY_KEY), platform('b', BY_CI)]),
      [both],
      'fail AttestationMissing',
    ],
    [
      'with a condition, which cannot be checked',
      image(attached('a', BY_CI)),
      [{ ...REVIEWED, conditions: [{ cel: 'true' }] }],
      'unknown NotSupported',
    ],
  ])('%s', (_name, judged, asked, expected) => {
    expect(said(judge(judged, ...asked))).toBe(expected);
  });

  const scanned: AttestationFile = { ...REVIEWED, predicateType: SCAN };

  it.each<[string, AttestationFile[], Claim[], string]>([
    ['both', [REVIEWED, scanned], [BY_CI, attested(CI, SCAN, {})], 'pass AttestationAccepted'],
    ['only the first', [REVIEWED, scanned], [BY_CI], 'fail AttestationMissing'],
    ['only the second', [REVIEWED, scanned], [attested(CI, SCAN, {})], 'fail AttestationMissing'],
    [
      'all, of which one has a condition',
      [REVIEWED, { ...scanned, conditions: [{ cel: 'true' }] }],
      [BY_CI],
      'unknown NotSupported',
    ],
    [
      'none, of which one has a condition',
      [REVIEWED, { ...scanned, conditions: [{ cel: 'true' }] }],
      [],
      'fail AttestationMissing',
    ],
  ])('asks for several, and there are %s', (_name, asked, claims, expected) => {
    expect(said(judge(image(attached('a', ...claims)), ...asked))).toBe(expected);
  });

  const resigned = ['2027-01-02T00:00:00Z'];
  const old = '2026-01-01T00:00:00Z';

  it.each<[string, string, unknown, string[], string]>([
    ['young enough', REVIEW, {}, resigned, 'pass AttestationAccepted'],
    ['too old', REVIEW, {}, [old], 'fail EvidenceTooOld'],
    ['without a verified time', REVIEW, {}, [], 'unknown AgeUnknown'],
    ['of the future', REVIEW, {}, ['2028-01-01T00:00:00Z'], 'unknown AgeUnknown'],
    [
      'of an old build that was signed again',
      'https://slsa.dev/provenance/v1',
      v1,
      resigned,
      'fail EvidenceTooOld',
    ],
    [
      'of an old SBOM that was signed again',
      'https://cyclonedx.org/bom',
      { bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { timestamp: old } },
      resigned,
      'fail EvidenceTooOld',
    ],
    [
      'of an old scan that was signed again',
      SCAN,
      { metadata: { scanFinishedOn: old } },
      resigned,
      'fail EvidenceTooOld',
    ],
    [
      'of a scan that began long ago',
      SCAN,
      { metadata: { scanStartedOn: old, scanFinishedOn: resigned[0] } },
      resigned,
      'fail EvidenceTooOld',
    ],
    [
      'of an old free text that was signed again',
      'https://cosign.sigstore.dev/attestation/v1',
      { Data: '', Timestamp: old },
      resigned,
      'fail EvidenceTooOld',
    ],
    [
      'of a young free text',
      'https://cosign.sigstore.dev/attestation/v1',
      { Data: '', Timestamp: resigned[0] },
      resigned,
      'pass AttestationAccepted',
    ],
    [
      'of a time inside that is none',
      'https://cosign.sigstore.dev/attestation/v1',
      { Timestamp: 'long ago' },
      resigned,
      'pass AttestationAccepted',
    ],
  ])('with an age: %s', (_name, predicateType, predicate, signed, expected) => {
    const asked = { ...REVIEWED, predicateType, maxAge: 30 * DAY };
    expect(said(judge(image(attached('a', attested(CI, predicateType, predicate, signed))), asked))).toBe(
      expected,
    );
  });

  it('says of which type there is none', () => {
    expect(judge(image())).toMatchObject({
      message: `there is no attestation of type ${REVIEW}`,
      remediation: `attest it by digest: cosign attest --type ${REVIEW} --predicate FILE NAME@DIGEST`,
    });
  });

  it('says who has attested and who has not', () => {
    expect(judge(image(attached('a', BY_CI)), both).message).toBe('signed by ci, but not by release-key');
  });
});
