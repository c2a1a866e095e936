import { describe, expect, it } from 'vitest';
import { isReason, type Reason, REASONS } from '../reasons.ts';
import type { Workload } from '../workloads/source.ts';
import { compileException, unexcusable, withException } from './exceptions.ts';
import { type CheckName, type Finding, judgeReference, type Status } from './finding.ts';
import { BARE, referenced, workload } from './judged-image.fixture.ts';
import type { ExceptionFile } from './schema.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const NOW = new Date('2027-01-15T12:00:00Z');
const TEXT = 'ghcr.io/acme/billing:v1';

function finding(reason: Reason, check: CheckName = 'signature', status: Status = 'fail'): Finding {
  return {
    ...judgeReference('fail', reason, 'said'),
    status,
    check,
    rule: 'a',
    enforcement: 'enforce',
    exception: null,
  };
}

const FILE: ExceptionFile = {
  name: 'legacy',
  match: { images: ['ghcr.io/acme/billing'] },
  reasons: ['SignatureMissing'],
  reason: 'rebuild is BILL-42',
  expires: '2027-01-31',
};

interface Case {
  readonly file?: Partial<ExceptionFile>;
  readonly match?: Partial<ExceptionFile['match']>;
  readonly found?: Finding;
  readonly where?: Workload;
  readonly text?: string;
  readonly digest?: string | null;
  readonly now?: Date;
}

function excepted({ file, match, found, where = workload(), text = TEXT, digest = DIGEST, now = NOW }: Case) {
  const exception = compileException({ ...FILE, ...file, match: { ...FILE.match, ...match } });
  const scope = { image: referenced(text).reference, containerType: 'container' as const, workload: where };
  return withException(found ?? finding('SignatureMissing'), [exception], [scope], digest, now);
}

describe('exception', () => {
  it('covers what stands in several repositories only if it covers all of them', () => {
    const exception = compileException(FILE);
    const [here, there] = ['ghcr.io/acme/billing', 'ghcr.io/other/billing'].map((text) => ({
      image: referenced(text).reference,
      containerType: 'container' as const,
      workload: workload(),
    }));
    const scopes = here && there ? [here, there] : [];
    const found = withException(finding('SignatureMissing'), [exception], scopes, DIGEST, NOW);
    expect([scopes.length, found.status]).toEqual([2, 'fail']);
  });

  it('turns a failure into a warning that names it, and keeps the reason', () => {
    expect(excepted({})).toMatchObject({
      status: 'warn',
      reason: 'SignatureMissing',
      exception: 'legacy',
      message: 'said; excepted by legacy until 2027-01-31: rebuild is BILL-42',
    });
  });

  it.each<[string, string, boolean]>([
    ['on the day before', '2027-01-30T12:00:00Z', true],
    ['at the beginning of its day', '2027-01-31T00:00:00Z', true],
    ['at the end of its day in UTC', '2027-01-31T23:59:59.999Z', true],
    ['when its day is over in UTC', '2027-02-01T00:00:00Z', false],
    ['when its day is over in UTC, and not further west', '2027-01-31T19:00:00-05:00', false],
    ['when its day has not begun in UTC, and has further east', '2027-01-31T01:00:00+05:00', true],
  ])('holds or not %s', (_name, now, holds) => {
    expect(excepted({ now: new Date(now) }).status).toBe(holds ? 'warn' : 'fail');
  });

  it('does nothing once it has expired, and is reported', () => {
    expect(excepted({ now: new Date('2027-02-01T00:00:00Z') })).toEqual({
      ...finding('SignatureMissing'),
      message: 'said; the exception legacy has expired on 2027-01-31',
    });
  });

  it('is not reported as expired where it would not have covered the finding', () => {
    const found = finding('SignerNotTrusted');
    expect(excepted({ found, now: new Date('2027-02-01T00:00:00Z') })).toEqual(found);
  });

  it('gives way to one that has not expired', () => {
    const [old, current] = [
      { ...FILE, name: 'old', expires: '2026-01-01' },
      { ...FILE, name: 'current' },
    ].map(compileException);
    const scope = {
      image: referenced(TEXT).reference,
      containerType: 'container' as const,
      workload: workload(),
    };
    const given = old && current ? [old, current] : [];
    expect(withException(finding('SignatureMissing'), given, [scope], DIGEST, NOW).exception).toBe('current');
  });

  it.each<[string, Case, boolean]>([
    ['another image', { text: 'ghcr.io/acme/cart:v1' }, false],
    ['the tag it names', { match: { images: ['ghcr.io/acme/billing:v1'] } }, true],
    ['another tag', { match: { images: ['ghcr.io/acme/billing:v2'] } }, false],
    [
      'a tag that is not written',
      { match: { images: ['ghcr.io/acme/billing:v1'] }, text: `ghcr.io/acme/billing@${DIGEST}` },
      false,
    ],
    [
      'an excluded tag that is not written',
      { match: { images: ['**', '!**:v2'] }, text: `ghcr.io/acme/billing@${DIGEST}` },
      false,
    ],
    ['the digest it names', { match: { digests: [OTHER, DIGEST] } }, true],
    ['another digest', { match: { digests: [OTHER] } }, false],
    ['a digest that is not known', { match: { digests: [DIGEST] }, digest: null }, false],
    ['the digest in its pattern, as it was resolved', { match: { images: [`**@${DIGEST}`] } }, true],
    [
      'a digest in its pattern that is not known',
      { match: { images: [`**@${DIGEST}`] }, digest: null },
      false,
    ],
    ['the namespace it names', { match: { namespaces: ['shop'] } }, true],
    ['another namespace', { match: { namespaces: ['prod'] } }, false],
    ['a namespace that is not known', { match: { namespaces: ['shop'] }, where: BARE }, false],
    ['an excluded namespace that is not known', { match: { namespaces: ['!prod'] }, where: BARE }, false],
    ['any namespace where it names none', { where: BARE }, true],
    ['the cluster it names', { match: { clusters: ['eu-*'] }, where: workload({ cluster: 'eu-1' }) }, true],
    ['another cluster', { match: { clusters: ['eu-*'] }, where: workload({ cluster: 'us-1' }) }, false],
    ['a cluster that is not known', { match: { clusters: ['**'] } }, false],
    ['the kind of the owner', { match: { kinds: ['Deployment'] } }, true],
    ['what stands between owner and pod', { match: { kinds: ['ReplicaSet'] } }, true],
    ['the pod of any owner', { match: { kinds: ['Pod'] } }, true],
    ['another kind', { match: { kinds: ['Job'] } }, false],
    ['a kind that is not known', { match: { kinds: ['**'] }, where: BARE }, false],
    ['a finding that passes', { found: finding('SignatureMissing', 'signature', 'pass') }, false],
    ['a finding that warns', { found: finding('SignatureMissing', 'signature', 'warn') }, false],
    ['an unknown finding', { found: finding('RegistryUnreachable', 'signature', 'unknown') }, false],
    ['another reason', { found: finding('SignerNotTrusted') }, false],
    ['its reason in any check', { found: finding('SignatureMissing', 'slsa') }, true],
  ])('covers or not %s', (_name, given, covers) => {
    const before = given.found ?? finding('SignatureMissing');
    expect(excepted(given).exception).toBe(covers ? 'legacy' : null);
    expect(excepted(given).status).toBe(covers ? 'warn' : before.status);
  });

  it.each(
    Object.entries(REASONS).flatMap(([reason, { class: kind }]) =>
      kind === 'met' ? [] : [[kind, reason] as const],
    ),
  )('of a check covers %s %s only if that is missing or stale', (kind, name) => {
    const reason = isReason(name) ? name : 'InputInvalid';
    const given = { file: { reasons: undefined, checks: ['sbom' as const] } };
    const covers = kind === 'missing' || kind === 'stale';
    expect(excepted({ ...given, found: finding(reason, 'sbom') }).status).toBe(covers ? 'warn' : 'fail');
    expect(excepted({ ...given, found: finding(reason, 'slsa') }).status).toBe('fail');
  });

  it.each<Reason>([
    'SignatureInvalid',
    'ProvenanceContradictsCertificate',
    'SbomForOtherImage',
    'AgeUnknown',
  ])('never covers %s, even where it is named', (reason) => {
    expect(excepted({ file: { reasons: [reason] }, found: finding(reason) }).status).toBe('fail');
  });
});

describe('a reason in an exception', () => {
  it.each<[string, string | null]>([
    ['SignatureMissing', null],
    ['EvidenceTooOld', null],
    ['SignerNotTrusted', null],
    ['SignatureInvalid', 'is of the class invalid, which no exception excuses'],
    ['TrustRootOutdated', 'is of the class undetermined, which no exception excuses'],
    ['NotSupported', 'is of the class undetermined, which no exception excuses'],
    ['SignatureVerified', 'is of the class met, which no exception excuses'],
    ['toString', 'is no reason code; `kubectl supplychain policy schema --reasons` lists them'],
  ])('%s is refused or not', (reason, why) => {
    expect(unexcusable(reason)).toBe(why);
  });
});
