import { describe, expect, it } from 'vitest';
import { key } from '../../../test/forge/keys.ts';
import {
  IMAGE,
  JUDGED,
  notationSignature,
  type NotationKnobs,
  notationTrust,
  pki,
  type TrustKnobs,
} from '../../../test/forge/notation.ts';
import { after, DAY, SIGNED_AT, YEAR } from '../../../test/forge/times.ts';
import type { Circumstances, Verdict } from '../verifier.ts';
import { verifyEvidence } from '../verify-evidence.ts';

function verify(
  signature: NotationKnobs = {},
  trust: TrustKnobs | null = {},
  circumstances: Partial<Circumstances> = {},
): Verdict {
  const material = { roots: [], keys: [], notation: trust ? [notationTrust(trust)] : [] };
  return verifyEvidence(notationSignature(signature), material, { ...JUDGED, ...circumstances });
}

/** `verified`, with what was only logged, or why it was refused. */
function said(verdict: Verdict): string {
  if (verdict.result === 'refused') return verdict.refusal.reason;
  const logged = verdict.claims[0].notation?.logged.map(({ reason }) => reason) ?? [];
  return ['verified', ...logged].join(' ');
}

const SUBJECT = 'CN=signer,O=acme.io,L=Seattle,ST=WA,C=US';

describe.each(['jws', 'cose'] as const)('a %s signature', (format) => {
  it.each(['p256', 'p384', 'p521'] as const)('by a key on %s is verified', (kind) => {
    const chain = pki({ leaf: { key: key('notation signer', kind) } });
    const verdict = verify({ format, chain });
    expect(verdict).toMatchObject({
      result: 'verified',
      claims: [
        {
          content: { kind: 'signature', annotations: {} },
          signer: { kind: 'notation', authority: 'pki', subject: SUBJECT },
          times: [],
          notation: {
            scheme: 'notary.x509',
            signingTime: SIGNED_AT,
            statement: 'shop',
            level: 'strict',
            logged: [],
          },
        },
      ],
    });
  });

  it('of a signing authority has an authentic time', () => {
    const scheme = 'notary.x509.signingAuthority';
    const trust = { stores: { 'signingAuthority:acme': pki().slice(-1) } };
    expect(verify({ format, scheme }, trust)).toMatchObject({
      result: 'verified',
      claims: [{ times: [{ value: SIGNED_AT, source: 'signing-authority' }] }],
    });
  });

  it('carries its signed annotations', () => {
    expect(verify({ format, target: { annotations: { env: 'prod' } } })).toMatchObject({
      claims: [{ content: { annotations: { env: 'prod' } } }],
    });
  });

  it.each<[string, NotationKnobs, TrustKnobs, Partial<Circumstances>, string]>([
    [
      'a leaf that signed itself',
      { chain: pki({ alone: true }) },
      { stores: { 'ca:acme': pki({ alone: true }) } },
      {},
      'verified',
    ],
    ['an intermediate in the trust store', {}, { stores: { 'ca:acme': pki().slice(1, 2) } }, {}, 'verified'],
    ['an expiry to come', { expiry: after(2 * DAY) }, {}, {}, 'verified'],
    ['an expiry that is now', { expiry: after(DAY) }, {}, {}, 'SignatureExpired'],
    [
      'an expiry that is past, only logged',
      { expiry: after(60) },
      { level: 'permissive' },
      {},
      'verified SignatureExpired',
    ],
    ['a certificate that has expired', {}, {}, { judgedAt: after(YEAR + DAY) }, 'CertificateExpired'],
    [
      'one that has expired, only logged',
      {},
      { override: { authenticTimestamp: 'log' } },
      { judgedAt: after(YEAR + DAY) },
      'verified CertificateExpired',
    ],
    ['a certificate that is not valid yet', {}, {}, { judgedAt: after(-YEAR - DAY) }, 'CertificateInvalid'],
    [
      'a signer whom nobody trusts',
      {},
      { stores: { 'ca:acme': pki({ root: { key: key('other') } }).slice(-1) } },
      {},
      'SignerNotTrusted',
    ],
    [
      'one at the level audit',
      {},
      { level: 'audit', stores: { 'ca:acme': pki({ root: { key: key('other') } }).slice(-1) } },
      {},
      'SignerNotTrusted',
    ],
    [
      'an authority of the other scheme',
      {},
      { stores: { 'signingAuthority:acme': pki().slice(-1) } },
      {},
      'SignerNotTrusted',
    ],
    ['another identity', {}, { identities: ['x509.subject: C=US, ST=WA, O=other'] }, {}, 'SignerNotTrusted'],
    ['a part of the identity', {}, { identities: ['x509.subject: C=US, ST=WA, O=acme.io'] }, {}, 'verified'],
    [
      'a store that cannot be used beside one that can',
      {},
      { stores: { 'ca:acme': pki().slice(-1), 'ca:broken': null } },
      {},
      'TrustStoreInvalid',
    ],
    [
      'another repository',
      {},
      {},
      { repository: 'registry.example.com/shop/other' },
      'NoTrustPolicyForRepository',
    ],
    [
      'every repository',
      {},
      { scopes: ['*'] },
      { repository: 'registry.example.com/shop/other' },
      'verified',
    ],
    ['the level skip', {}, { level: 'skip' }, {}, 'NotationSkipped'],
    [
      'a timestamp that is wanted and missing',
      {},
      { stores: { 'ca:acme': pki().slice(-1), 'tsa:acme': pki().slice(-1) } },
      {},
      'TimestampMissing',
    ],
    [
      'one that is wanted after expiry alone',
      {},
      {
        verifyTimestamp: 'afterCertExpiry',
        stores: { 'ca:acme': pki().slice(-1), 'tsa:acme': pki().slice(-1) },
      },
      {},
      'verified',
    ],
  ])('%s', (_name, signature, trust, circumstances, expected) => {
    expect(said(verify({ ...signature, format }, trust, circumstances))).toBe(expected);
  });

  it('is by a stranger where no authority is configured', () => {
    const verdict = verify({ format }, null);
    expect(said(verdict)).toBe('SignerNotTrusted');
    expect(verdict.result === 'refused' && verdict.refusal.message).toContain(SUBJECT);
  });

  it('names both digests where it is of another image', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(verify({ format, target: { digest } })).toMatchObject({
      refusal: { message: `it was made for the digest "${digest}", and the image has "${IMAGE.digest}"` },
    });
  });
});

describe('an image of several names', () => {
  const WRITTEN = 'registry.example.com/prod/cart';
  const statement = (name: string, scope: string, store: string) => ({
    name,
    registryScopes: [scope],
    signatureVerification: { level: 'strict' },
    trustStores: [store],
    trustedIdentities: ['*'],
  });
  const trusting = (store: string): TrustKnobs => ({
    stores: { 'ca:acme': pki().slice(-1), 'ca:other': pki({ root: { key: key('another root') } }).slice(-1) },
    policy: () =>
      JSON.stringify({
        version: '1.0',
        trustPolicies: [
          statement('found', JUDGED.repository, 'ca:acme'),
          statement('written', WRITTEN, store),
        ],
      }),
  });

  it.each<[string, string, readonly string[], string]>([
    ['both statements accept', 'ca:acme', [WRITTEN], 'verified'],
    ['the statement of its other name refuses', 'ca:other', [WRITTEN], 'SignerNotTrusted'],
    [
      'no statement is for its other name',
      'ca:acme',
      ['elsewhere.example.com/cart'],
      'NoTrustPolicyForRepository',
    ],
    ['its other name is not asked for', 'ca:other', [], 'verified'],
  ])('where %s', (_name, store, alsoNamed, expected) => {
    expect(said(verify({}, trusting(store), { alsoNamed }))).toBe(expected);
  });
});

describe('a repository of Docker Hub', () => {
  const hub = (scope: string) => verify({}, { scopes: [scope] }, { repository: 'docker.io/library/cart' });

  it.each(['cart/cart', 'docker.io/cart', 'index.docker.io/library/cart', 'docker.io/library/cart'])(
    'is the scope %s as it is written, and no other',
    (scope) => {
      expect(said(hub(scope))).toBe(
        scope === 'docker.io/library/cart' ? 'verified' : 'NoTrustPolicyForRepository',
      );
    },
  );

  it.each(['docker.io/cart', 'index.docker.io/library/cart'])('is named where %s was meant', (scope) => {
    const verdict = hub(scope);
    const message = verdict.result === 'refused' ? verdict.refusal.message : '';
    expect(message).toContain(`"${scope}", which Notation does not spell out: add docker.io/library/cart`);
  });
});
