import { describe, expect, it } from 'vitest';
import type { Reason } from '../reasons.ts';
import {
  attestation,
  child,
  image,
  ISSUER,
  keyOf,
  manifest,
  NIGHTLY,
  refused,
  RELEASE,
  signature,
  unreadable,
  unresolved,
  verified,
  workflow,
} from './judged-image.fixture.ts';
import { judgeWithoutPolicy } from './no-policy.ts';
import type { JudgedImage } from './subject.ts';

const said = (judged: JudgedImage) => {
  const { status, reason } = judgeWithoutPolicy(judged);
  return `${status} ${reason}`;
};

const SIGNED = verified(signature(workflow(RELEASE)));
const ATTESTED = verified(attestation(workflow(RELEASE)));

describe('without a policy', () => {
  it.each<[string, JudgedImage, string]>([
    ['a signature that verifies', image(manifest('a', SIGNED)), 'warn SignerNotEvaluated'],
    ['a key that verifies', image(manifest('a', verified(signature(keyOf('k'))))), 'warn SignerNotEvaluated'],
    [
      'a key or root that is not known',
      image(manifest('a', refused('SignerNotTrusted'))),
      'warn NoKeyConfigured',
    ],
    ['nothing', image(), 'warn SignatureMissing'],
    ['only attestations', image(manifest('a', ATTESTED)), 'warn SignatureMissing'],
    ['a forged signature', image(manifest('a', refused('SignatureInvalid'))), 'fail SignatureInvalid'],
    [
      'a copied signature',
      image(manifest('a', refused('SignatureForOtherImage'))),
      'fail SignatureForOtherImage',
    ],
    [
      'a signature without log entry',
      image(manifest('a', refused('LogEntryMissing'))),
      'fail LogEntryMissing',
    ],
    [
      'a forged signature beside a stranger',
      image(manifest('a', refused('SignerNotTrusted'), refused('SignatureInvalid'))),
      'fail SignatureInvalid',
    ],
    [
      'a forged signature beside a good one',
      image(manifest('a', SIGNED, refused('SignatureInvalid'))),
      'warn SignerNotEvaluated',
    ],
    ['an image out of reach', unresolved(), 'unknown RegistryUnreachable'],
    ['evidence out of reach', image(unreadable(manifest('a'))), 'unknown RegistryUnreachable'],
    ['an unknown log', image(manifest('a', refused('TrustRootOutdated'))), 'unknown TrustRootOutdated'],
    [
      'something in doubt beside something forged',
      image(manifest('a', refused('TrustRootOutdated'), refused('SignatureInvalid'))),
      'unknown TrustRootOutdated',
    ],
    [
      'a signature beside what is out of reach',
      image(unreadable(manifest('a', SIGNED))),
      'warn SignerNotEvaluated',
    ],
    [
      'a signed index',
      image(manifest('i', SIGNED), [child('amd64'), child('s390x')]),
      'warn SignerNotEvaluated',
    ],
    [
      'one child signed and one not',
      image(manifest('i'), [child('amd64', SIGNED), child('s390x')]),
      'warn SignatureMissing',
    ],
    [
      'one child signed and one forged',
      image(manifest('i'), [child('amd64', SIGNED), child('s390x', refused('SignatureInvalid'))]),
      'fail SignatureInvalid',
    ],
    [
      'one child signed and one out of reach',
      image(manifest('i'), [child('amd64', SIGNED), unreadable(child('s390x'))]),
      'unknown RegistryUnreachable',
    ],
  ])('%s', (_name, judged, expected) => {
    expect(said(judged)).toBe(expected);
  });

  it('is never a pass, whatever is found', () => {
    const reasons: Reason[] = [
      'SignerNotTrusted',
      'SignatureInvalid',
      'TrustRootOutdated',
      'TimestampMissing',
    ];
    const found = [SIGNED, ATTESTED, ...reasons.map(refused)];
    for (const one of found) {
      for (const other of found) {
        expect(judgeWithoutPolicy(image(manifest('a', one, other))).status).not.toBe('pass');
        expect(judgeWithoutPolicy(image(manifest('a', one), [child('x', other)])).status).not.toBe('pass');
      }
    }
  });

  it('names who signed', () => {
    const both = image(manifest('a', SIGNED, verified(signature(workflow(NIGHTLY)))));
    expect(judgeWithoutPolicy(both).message).toBe(
      `signed by ${NIGHTLY} (issuer ${ISSUER}) and ${RELEASE} (issuer ${ISSUER}); no policy says whether one of them may be trusted`,
    );
  });

  it('names who attested', () => {
    expect(judgeWithoutPolicy(image(manifest('a', ATTESTED))).message).toBe(
      `there are attestations by ${RELEASE} (issuer ${ISSUER}), but none of them is a signature`,
    );
  });

  it('lists its evidence and says where what is broken lies', () => {
    const judgement = judgeWithoutPolicy(image(manifest('a', refused('SignatureInvalid'))));
    expect(judgement.details).toEqual({ location: 'registry/app@SignatureInvalid' });
    expect(judgement.evidence).toHaveLength(1);
  });

  it('says what to do next, whatever is found', () => {
    const reasons: Reason[] = [
      'SignerNotTrusted',
      'SignatureInvalid',
      'TrustRootOutdated',
      'LogEntryMissing',
    ];
    const found = [
      manifest('a'),
      unreadable(manifest('a')),
      ...reasons.map((one) => manifest('a', refused(one))),
    ];
    for (const one of found) expect(judgeWithoutPolicy(image(one)).remediation).not.toBeNull();
  });
});
