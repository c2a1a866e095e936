import { describe, expect, it } from 'vitest';
import type { Reason } from '../../reasons.ts';
import { keyAuthority, keylessAuthority } from '../authority.ts';
import type { Judgement } from '../finding.ts';
import {
  attestation,
  child,
  image,
  ISSUER,
  keyOf,
  manifest,
  NIGHTLY,
  NOW,
  refused,
  RELEASE,
  signature,
  unreadable,
  unresolved,
  verified,
  workflow,
} from '../judged-image.fixture.ts';
import type { RuleFile } from '../schema.ts';
import type { JudgedImage } from '../subject.ts';
import { signatureCheck } from './signature.ts';

const AUTHORITIES = new Map([
  ['ci', keylessAuthority('ci', { trustRoot: 'acme', issuer: ISSUER, subject: RELEASE })],
  ['key', keyAuthority('key', ['f'.repeat(64)])],
]);

function judge(
  judged: JudgedImage,
  demand: NonNullable<RuleFile['signature']> = { anyOf: ['ci'] },
): Judgement {
  const rule: RuleFile = {
    name: 'signed',
    match: { images: ['**'] },
    enforcement: 'enforce',
    signature: demand,
  };
  const evaluate = signatureCheck.compile(rule, { authorities: AUTHORITIES, builders: [] });
  if (!evaluate) throw new Error('the rule asks for a signature');
  return evaluate(judged, NOW);
}

const said = ({ status, reason }: Judgement) => `${status} ${reason}`;

const BY_CI = verified(signature(workflow(RELEASE)));
const BY_KEY = verified(signature(keyOf('key')));
const BY_NIGHTLY = verified(signature(workflow(NIGHTLY)));
const ATTESTED = verified(attestation(workflow(RELEASE)));

describe('signature', () => {
  it.each<[string, JudgedImage, string]>([
    ['by an authority', image(manifest('a', BY_CI)), 'pass SignatureVerified'],
    ['by nobody', image(), 'fail SignatureMissing'],
    ['by a stranger', image(manifest('a', BY_NIGHTLY)), 'fail SignerNotTrusted'],
    [
      'by the same name under another trust root',
      image(manifest('a', verified(signature(workflow(RELEASE, { trustRoot: 'sigstore' }))))),
      'fail SignerNotTrusted',
    ],
    [
      'by the same name under another trust root and the right one',
      image(
        manifest(
          'a',
          verified(signature(workflow(RELEASE, { trustRoot: 'sigstore' })), signature(workflow(RELEASE))),
        ),
      ),
      'pass SignatureVerified',
    ],
    [
      'by a key of another authority',
      image(manifest('a', verified(signature(keyOf('other'))))),
      'fail SignerNotTrusted',
    ],
    [
      'that is an attestation by the right identity',
      image(manifest('a', ATTESTED)),
      'fail PredicateTypeMismatch',
    ],
    [
      'that is an attestation, beside a stranger',
      image(manifest('a', ATTESTED, BY_NIGHTLY)),
      'fail SignerNotTrusted',
    ],
    ['beside an attestation', image(manifest('a', ATTESTED, BY_CI)), 'pass SignatureVerified'],
    ['of an image that could not be found', unresolved('ImageNotFound'), 'unknown ImageNotFound'],
    ['that could not be read', image(unreadable(manifest('a'))), 'unknown RegistryUnreachable'],
    ['beside what could not be read', image(unreadable(manifest('a', BY_CI))), 'pass SignatureVerified'],
    [
      'by a stranger beside what could not be read',
      image(unreadable(manifest('a', BY_NIGHTLY))),
      'unknown RegistryUnreachable',
    ],
    [
      'that is bad, beside what could not be read',
      image(unreadable(manifest('a', refused('SignatureInvalid')))),
      'unknown RegistryUnreachable',
    ],
    ['over a limit', image(unreadable(manifest('a'), 'LimitExceeded')), 'unknown LimitExceeded'],
    [
      'beside one over a limit',
      image(unreadable(manifest('a', BY_CI), 'LimitExceeded')),
      'pass SignatureVerified',
    ],
  ])('%s', (_name, judged, expected) => {
    expect(said(judge(judged))).toBe(expected);
  });

  it.each<[string, Reason[], string]>([
    ['alone has its own reason', ['SignatureInvalid'], 'fail SignatureInvalid'],
    ['for another image', ['SignatureForOtherImage'], 'fail SignatureForOtherImage'],
    ['without log entry', ['LogEntryMissing'], 'fail LogEntryMissing'],
    ['by a key that is not known', ['SignerNotTrusted'], 'fail SignerNotTrusted'],
    ['that nobody can verify', ['EvidenceUnsupported'], 'unknown EvidenceUnsupported'],
    ['of an unknown log', ['TrustRootOutdated'], 'unknown TrustRootOutdated'],
    [
      'that is forged, before one of a stranger',
      ['SignerNotTrusted', 'LogEntryInvalid'],
      'fail LogEntryInvalid',
    ],
    [
      'in doubt, before one that is forged',
      ['SignatureInvalid', 'TrustRootOutdated'],
      'unknown TrustRootOutdated',
    ],
  ])('bad evidence %s', (_name, reasons, expected) => {
    expect(said(judge(image(manifest('a', ...reasons.map(refused)))))).toBe(expected);
  });

  it.each<[Reason]>([['SignatureInvalid'], ['SignerNotTrusted'], ['TrustRootOutdated'], ['LimitExceeded']])(
    'bad evidence (%s) beside good is listed and no finding of its own',
    (reason) => {
      const judged = judge(image(manifest('a', refused(reason), BY_CI)));
      expect(said(judged)).toBe('pass SignatureVerified');
      expect(judged.evidence.map((entry) => [entry.result, entry.reason])).toEqual([
        ['refused', reason],
        ['verified', null],
      ]);
    },
  );

  it('lists what could not be read beside good evidence', () => {
    const judged = judge(image(unreadable(manifest('a', BY_CI))));
    expect(judged.evidence).toMatchObject([
      { kind: 'unread', reason: 'RegistryUnreachable', result: 'refused' },
      { kind: 'signature', result: 'verified' },
    ]);
  });

  it('says where bad evidence is', () => {
    expect(judge(image(manifest('a', refused('SignatureInvalid'))))).toMatchObject({
      message: 'refused for SignatureInvalid',
      details: { location: 'registry/app@SignatureInvalid' },
      remediation:
        'do not run this image before you know who attached this; then build it anew and sign it by digest',
    });
  });

  it('names authority, signer and manifest where it is met', () => {
    expect(judge(image(manifest('a', BY_CI)))).toMatchObject({
      authority: 'ci',
      message: `signed by ci with ${RELEASE}, 2026-01-02T03:04:05.000Z`,
      subject: { digest: `sha256:${'a'.repeat(64)}`, platform: null },
      remediation: null,
    });
  });

  it('names a stranger and whom the rule accepts', () => {
    expect(judge(image(manifest('a', BY_NIGHTLY)), { anyOf: ['ci', 'key'] }).message).toBe(
      `signed by ${NIGHTLY} (issuer ${ISSUER}), but the rule accepts ci (${RELEASE} from ${ISSUER}) or key (key sha256:ffffffffffffffff…)`,
    );
  });
});

describe('signature of several authorities', () => {
  const both = { allOf: ['ci', 'key'] };
  const either = { anyOf: ['ci', 'key'] };

  it.each<[string, NonNullable<RuleFile['signature']>, JudgedImage, string]>([
    ['anyOf: the first', either, image(manifest('a', BY_CI)), 'pass SignatureVerified'],
    ['anyOf: the second', either, image(manifest('a', BY_KEY)), 'pass SignatureVerified'],
    ['anyOf: neither', either, image(manifest('a', BY_NIGHTLY)), 'fail SignerNotTrusted'],
    ['allOf: both', both, image(manifest('a', BY_CI, BY_KEY)), 'pass SignatureVerified'],
    ['allOf: only the first', both, image(manifest('a', BY_CI)), 'fail SignatureMissing'],
    ['allOf: only the second', both, image(manifest('a', BY_KEY)), 'fail SignatureMissing'],
    ['allOf: one twice', both, image(manifest('a', BY_CI, BY_CI)), 'fail SignatureMissing'],
    ['allOf: one and a stranger', both, image(manifest('a', BY_CI, BY_NIGHTLY)), 'fail SignerNotTrusted'],
    [
      'allOf: one signs, the other attests',
      both,
      image(manifest('a', BY_CI, verified(attestation(keyOf('key'))))),
      'fail SignatureMissing',
    ],
    [
      'allOf: one, and something unread',
      both,
      image(unreadable(manifest('a', BY_CI))),
      'unknown RegistryUnreachable',
    ],
    [
      'allOf: both, and something unread',
      both,
      image(unreadable(manifest('a', BY_CI, BY_KEY))),
      'pass SignatureVerified',
    ],
    [
      'allOf: one on the index, one on the child',
      both,
      image(manifest('a', BY_CI), [child('amd64', BY_KEY)]),
      'pass SignatureVerified',
    ],
    [
      'allOf: one on the index, the other on one child of two',
      both,
      image(manifest('a', BY_CI), [child('amd64', BY_KEY), child('s390x')]),
      'fail SignatureMissing',
    ],
    [
      'allOf: each on another child',
      both,
      image(manifest('a'), [child('amd64', BY_KEY), child('s390x', BY_CI)]),
      'fail SignatureMissing',
    ],
  ])('%s', (_name, demand, judged, expected) => {
    expect(said(judge(judged, demand))).toBe(expected);
  });

  it('says who has signed and who has not', () => {
    expect(judge(image(manifest('a', BY_CI)), both).message).toBe('signed by ci, but not by key');
  });
});

describe('signature of an index', () => {
  const amd64 = child('amd64');
  const s390x = child('s390x');

  it.each<[string, JudgedImage, string]>([
    ['index signed, children not', image(manifest('i', BY_CI), [amd64, s390x]), 'pass SignatureVerified'],
    [
      'children signed, index not',
      image(manifest('i'), [child('amd64', BY_CI), child('s390x', BY_CI)]),
      'pass SignatureVerified',
    ],
    [
      'one child of two signed',
      image(manifest('i'), [child('amd64', BY_CI), s390x]),
      'fail SignatureMissing',
    ],
    [
      'one child of two signed, the other by a stranger',
      image(manifest('i'), [child('amd64', BY_CI), child('s390x', BY_NIGHTLY)]),
      'fail SignerNotTrusted',
    ],
    [
      'index signed by a stranger, children signed',
      image(manifest('i', BY_NIGHTLY), [child('amd64', BY_CI)]),
      'pass SignatureVerified',
    ],
    [
      'index forged, children signed',
      image(manifest('i', refused('SignatureInvalid')), [child('amd64', BY_CI)]),
      'pass SignatureVerified',
    ],
    [
      'one child signed, the other unread',
      image(manifest('i'), [child('amd64', BY_CI), unreadable(s390x)]),
      'unknown RegistryUnreachable',
    ],
    [
      'one child unread, the other surely unsigned',
      image(manifest('i'), [unreadable(amd64), s390x]),
      'fail SignatureMissing',
    ],
    [
      'index unread, children unsigned',
      image(unreadable(manifest('i')), [amd64, s390x]),
      'unknown RegistryUnreachable',
    ],
    [
      'index unread, children signed',
      image(unreadable(manifest('i')), [child('amd64', BY_CI)]),
      'pass SignatureVerified',
    ],
    [
      'children unread, index signed',
      image(manifest('i', BY_CI), [unreadable(amd64)]),
      'pass SignatureVerified',
    ],
    [
      'one child unsigned, the other forged',
      image(manifest('i'), [amd64, child('s390x', refused('LogEntryInvalid'))]),
      'fail LogEntryInvalid',
    ],
    ['an index without children', image(manifest('i')), 'fail SignatureMissing'],
  ])('%s', (_name, judged, expected) => {
    expect(said(judge(judged))).toBe(expected);
  });

  it('names the child that is left without', () => {
    expect(judge(image(manifest('i'), [child('amd64', BY_CI), s390x]))).toMatchObject({
      message: `nothing signs linux/s390x (${s390x.digest}) or the index around it`,
      subject: { digest: s390x.digest, platform: 'linux/s390x' },
    });
  });
});
