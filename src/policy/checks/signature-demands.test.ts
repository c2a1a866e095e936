import { describe, expect, it } from 'vitest';
import { key, RELEASE, workflow } from '../../attestations/slsa/provenance.fixture.ts';
import type { Claim } from '../../verify/verifier.ts';
import { about, image, refused, signature, unreadable, verified } from '../judged-image.fixture.ts';
import type { SignatureFile } from '../schema.ts';
import type { JudgedImage } from '../subject.ts';
import { attached, attested, judgeBy, platform, said } from './attested.fixture.ts';
import { signatureCheck } from './signature.ts';

const BY_CI = signature(workflow(RELEASE));
const BY_KEY = signature(key);
const ANY: SignatureFile = { anyOf: ['ci', 'release-key'] };
/** As in an index that carries somebody else's signed image together with its signature. */
const ABOUT_ANOTHER = about(`sha256:${'9'.repeat(64)}`, verified(BY_CI));
const DAY = 86_400_000;

const judge = (judged: JudgedImage, asked: Partial<SignatureFile>) =>
  judgeBy(signatureCheck, { signature: { ...ANY, ...asked } }, judged);

/** A signature with annotations under it, or over the reference that cosign writes into simple signing. */
function over(annotations: Record<string, unknown>, dockerReference: string | null = null): Claim {
  return { ...BY_CI, content: { kind: 'signature', annotations, dockerReference } };
}

describe('signature', () => {
  it.each<[string, Partial<SignatureFile>, Claim[], string]>([
    [
      'with the annotation',
      { annotations: { env: 'prod' } },
      [over({ env: 'prod', a: 'b' })],
      'pass SignatureVerified',
    ],
    [
      'with all annotations',
      { annotations: { env: 'prod', a: 'b' } },
      [over({ env: 'prod', a: 'b' })],
      'pass SignatureVerified',
    ],
    [
      'with one of two annotations',
      { annotations: { env: 'prod', a: 'b' } },
      [over({ env: 'prod' })],
      'fail AnnotationMismatch',
    ],
    [
      'with another value of it',
      { annotations: { env: 'prod' } },
      [over({ env: 'test' })],
      'fail AnnotationMismatch',
    ],
    [
      'with a value that is no text',
      { annotations: { env: '1' } },
      [over({ env: 1 })],
      'fail AnnotationMismatch',
    ],
    [
      'with a name that every object has',
      { annotations: { constructor: 'a' } },
      [over({})],
      'fail AnnotationMismatch',
    ],
    [
      'without the annotation, beside one with it',
      { annotations: { env: 'prod' } },
      [over({}), over({ env: 'prod' })],
      'pass SignatureVerified',
    ],
    [
      'with each annotation in another signature',
      { annotations: { env: 'prod', a: 'b' } },
      [over({ env: 'prod' }), over({ a: 'b' })],
      'fail AnnotationMismatch',
    ],
    [
      'of this repository',
      { sameRepository: true },
      [over({}, 'registry.example.com/shop/app')],
      'pass SignatureVerified',
    ],
    [
      'of this repository, with tag',
      { sameRepository: true },
      [over({}, 'registry.example.com/shop/app:v9')],
      'pass SignatureVerified',
    ],
    [
      'of another repository',
      { sameRepository: true },
      [over({}, 'registry.example.com/shop/other')],
      'fail SignatureForOtherImage',
    ],
    [
      'of a longer repository',
      { sameRepository: true },
      [over({}, 'registry.example.com/shop/app/x')],
      'fail SignatureForOtherImage',
    ],
    ['of a repository that it does not name', { sameRepository: true }, [BY_CI], 'fail RepositoryNotSigned'],
    [
      'of another repository where nobody asks',
      {},
      [over({}, 'registry.example.com/shop/other')],
      'pass SignatureVerified',
    ],
    ['young enough', { maxAge: 366 * DAY }, [BY_CI], 'pass SignatureVerified'],
    ['too old', { maxAge: 365 * DAY }, [BY_CI], 'fail EvidenceTooOld'],
    [
      'too old, beside one that is young enough',
      { maxAge: 365 * DAY },
      [BY_CI, { ...BY_KEY, times: [{ value: new Date('2027-01-01T00:00:00Z'), source: 'log' }] }],
      'pass SignatureVerified',
    ],
    ['without a verified time', { maxAge: 365 * DAY }, [{ ...BY_KEY, times: [] }], 'unknown AgeUnknown'],
    ['without a verified time where nobody asks', {}, [{ ...BY_KEY, times: [] }], 'pass SignatureVerified'],
    ['by two of two', { atLeast: 2 }, [BY_CI, BY_KEY], 'pass SignatureVerified'],
    ['by one of two, twice', { atLeast: 2 }, [BY_CI, BY_CI], 'fail SignatureMissing'],
    [
      'by two of two, one of them too old',
      { atLeast: 2, maxAge: 365 * DAY },
      [BY_CI, { ...BY_KEY, times: [{ value: new Date('2027-01-01T00:00:00Z'), source: 'log' }] }],
      'fail EvidenceTooOld',
    ],
    ['by one who cannot be verified, and nobody else', { anyOf: ['ci', 'pki'] }, [], 'unknown NotSupported'],
    ['by one who cannot be verified, and a stranger', { anyOf: ['pki'] }, [BY_CI], 'unknown NotSupported'],
    [
      'by another than one who cannot be verified',
      { anyOf: ['ci', 'pki'] },
      [BY_CI],
      'pass SignatureVerified',
    ],
    [
      'by all but one who cannot be verified',
      { anyOf: undefined, allOf: ['ci', 'pki'] },
      [BY_CI],
      'unknown NotSupported',
    ],
    [
      'by fewer than asked, one of whom cannot be verified',
      { anyOf: ['ci', 'pki'], atLeast: 2 },
      [BY_CI],
      'unknown NotSupported',
    ],
  ])('%s', (_name, asked, claims, expected) => {
    expect(said(judge(image(attached('a', ...claims)), asked))).toBe(expected);
  });

  it.each<[string, JudgedImage, string]>([
    ['both on the index', image(attached('e', BY_CI, BY_KEY), [platform('a')]), 'pass SignatureVerified'],
    [
      'both on every child',
      image(attached('e'), [platform('a', BY_CI, BY_KEY), platform('b', BY_KEY, BY_CI)]),
      'pass SignatureVerified',
    ],
    [
      'one on the index and one on the child',
      image(attached('e', BY_CI), [platform('a', BY_KEY)]),
      'fail SignatureMissing',
    ],
  ])('by two of two: %s', (_name, judged, expected) => {
    expect(said(judge(judged, { atLeast: 2 }))).toBe(expected);
  });

  it.each<[string, JudgedImage, string]>([
    ['satisfied anyOf', image(unreadable(attached('a', BY_CI), 'LimitExceeded')), 'pass SignatureVerified'],
    ['nothing else', image(unreadable(attached('a'), 'LimitExceeded')), 'unknown LimitExceeded'],
    [
      'a child that is surely unsigned',
      image(attached('e'), [unreadable(platform('a')), platform('b')]),
      'fail SignatureMissing',
    ],
  ])('a limit beside %s', (_name, judged, expected) => {
    expect(said(judge(judged, {}))).toBe(expected);
  });

  it.each<[string, JudgedImage]>([
    ['an image', image({ ...attached('a'), verdicts: [ABOUT_ANOTHER] })],
    ['an index, for its children', image({ ...attached('e'), verdicts: [ABOUT_ANOTHER] }, [platform('a')])],
  ])('of another digest says nothing of %s that carries it', (_name, judged) => {
    expect(said(judge(judged, {}))).toBe('fail SignatureMissing');
  });

  it('is told in full, refused and verified', () => {
    const judged = image({ ...attached('a', BY_CI, attested(key, 'x', {})), faults: [] });
    expect(
      judge(judged, {})
        .evidence.map(({ kind, result }) => `${kind} ${result}`)
        .toSorted(),
    ).toEqual(['attestation verified', 'signature verified']);
    const forged = image({ ...attached('a'), verdicts: [refused('SignatureInvalid')] });
    expect(judge(forged, {}).evidence).toMatchObject([{ result: 'refused', reason: 'SignatureInvalid' }]);
  });

  it('says how many it asks for, and who has signed', () => {
    expect(judge(image(attached('a', BY_CI, BY_CI)), { anyOf: ['ci'], atLeast: 2 }).message).toBe(
      'signed by ci, but not by as many signers as the rule asks for',
    );
    expect(judge(image(attached('a', BY_CI)), { atLeast: 2 }).message).toBe(
      'signed by ci, but not by release-key',
    );
  });
});
