import type { Served } from './answering-server.ts';
import type { NotationCase } from './case.ts';
import { AUTHORITY, type OpensslPki, opensslPki, SIGNER } from './openssl.ts';
import { CHANGES, COMING, NO_PURPOSE, REVOKED_RESPONDER, SCOPE } from './revocation-cases.ts';
import { listBy, type ListKnobs, responderBy, type ResponderKnobs } from './openssl-revocation.ts';

/** What is signed with: leaves that name a responder, lists, or both, at addresses below `base`. */
export const LEAVES = ['ocsp', 'crl', 'both', 'freshest'] as const;

/** What openssl's responders and lists say of a signature by one of the leaves, and what both programs make of it. */
export interface OpensslCase extends Pick<NotationCase, 'name' | 'ours' | 'notation' | 'stricter' | 'wider'> {
  readonly leaf: (typeof LEAVES)[number];
  readonly serve: (pki: OpensslPki) => Served;
  readonly level?: 'permissive';
}

const DAY = 86_400;
const RSA = ['rsa:2048'];

/** A root, an intermediate whose list the root issues, the leaves, and those who may answer for the intermediate or may not. */
export function revocablePki(base: string): OpensslPki {
  const pki = opensslPki();
  const responder = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=OCSPSigning'];
  const listed = (path: string) => `crlDistributionPoints=URI:${base}${path}`;
  const asked = `authorityInfoAccess=OCSP;URI:${base}/ocsp`;
  pki.issue('root', { issuer: null, extensions: AUTHORITY });
  pki.issue('intermediate', { issuer: 'root', extensions: [...AUTHORITY, listed('/root.crl')] });
  pki.issue('stranger', { issuer: null, extensions: AUTHORITY });
  // The same name with another key.
  pki.issue('lookalike', {
    issuer: null,
    subject: '/C=US/ST=WA/O=acme.io/CN=intermediate',
    extensions: AUTHORITY,
  });
  const leaf = (name: string, ...extensions: readonly string[]) =>
    pki.issue(name, { issuer: 'intermediate', extensions: [...SIGNER, ...extensions] });
  leaf('ocsp', asked);
  leaf('crl', listed('/leaf.crl'));
  leaf('both', asked, listed('/leaf.crl'));
  leaf('freshest', listed('/leaf.crl'), `freshestCRL=URI:${base}/delta.crl`);
  const certified = (name: string, issuer: string, extensions: readonly string[], key?: readonly string[]) =>
    pki.issue(name, { issuer, extensions, ...(key && { key }) });
  certified('responder', 'intermediate', [...responder, 'noCheck=ignored']);
  certified('rsa-responder', 'intermediate', [...responder, 'noCheck=ignored'], RSA);
  certified('checked-responder', 'intermediate', responder);
  certified('listed-responder', 'intermediate', [...responder, listed('/responders.crl')]);
  certified('purposeless', 'intermediate', ['keyUsage=critical,digitalSignature', 'noCheck=ignored']);
  certified('of-the-root', 'root', [...responder, 'noCheck=ignored']);
  certified('of-a-stranger', 'stranger', [...responder, 'noCheck=ignored']);
  pki.issue('expired-responder', {
    issuer: 'intermediate',
    extensions: [...responder, 'noCheck=ignored'],
    clock: -10 * DAY,
    days: 9,
  });
  return pki;
}

const REASONS = [
  'unspecified',
  'keyCompromise',
  'CACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
] as const;

const both = (said: 'pass' | 'CertificateRevoked' | 'RevocationUnknown') =>
  ({ ours: said, notation: said === 'pass' ? 'accepts' : 'refuses' }) as const;
const PASS = both('pass');
const REVOKED = both('CertificateRevoked');
const UNKNOWN = both('RevocationUnknown');
/** Only Notation says yes. */
const only = (stricter: string) => ({ ours: 'RevocationUnknown', notation: 'accepts', stricter }) as const;
/** Only this program says yes. */
const wider = (why: string) => ({ ours: 'pass', notation: 'refuses', wider: why }) as const;

const SHA_1 = 'a response or list that is signed with SHA-1';
const PSS = 'a response that is signed with RSASSA-PSS';
const PSS_FLAGS = ['-rsigopt', 'rsa_padding_mode:pss'];
const ALONG = 'a response by the issuer with its own certificate beside it, as `openssl ocsp` makes them';

/** The lists of the root say nothing of the intermediate, unless a case has others. */
export function opensslCases(base: string): readonly OpensslCase[] {
  const ocsp = (
    name: string,
    verdict: Partial<OpensslCase>,
    knobs: Partial<ResponderKnobs>,
    more: Partial<OpensslCase> & { readonly beside?: (pki: OpensslPki) => Served } = {},
  ): OpensslCase => {
    const { beside, leaf = 'ocsp', ...rest } = more;
    return {
      name: `OCSP: ${name}`,
      leaf,
      ...PASS,
      ...verdict,
      ...rest,
      serve: (pki) => ({
        '/ocsp': responderBy(pki, { by: 'responder', valid: [leaf], ...knobs }),
        ...beside?.(pki),
      }),
    };
  };
  const revoked = (...why: readonly string[]) => ({ valid: [], revoked: [{ name: 'ocsp', why }] });
  const list = (
    name: string,
    verdict: Partial<OpensslCase>,
    knobs: Partial<ListKnobs> = {},
    more: Partial<OpensslCase> = {},
  ): OpensslCase => ({
    name: `CRL: ${name}`,
    leaf: 'crl',
    ...PASS,
    ...verdict,
    serve: (pki) => ({ '/leaf.crl': listBy(pki, { by: 'intermediate', ...knobs }) }),
    ...more,
  });
  const named = (...why: readonly string[]) => ({ revoked: [{ name: 'crl', why }] });
  const point = (path: string, ...only: readonly string[]) => ({
    extensions: ['issuingDistributionPoint=critical,@point'],
    sections: `[point]\n${[...(path === '' ? [] : [`fullname=URI:${base}${path}`]), ...only].join('\n')}\n`,
  });
  const changes = (deltaOf: string) => [`deltaCRL=critical,DER:0201${deltaOf}`];
  const withChanges = (
    name: string,
    verdict: Partial<OpensslCase>,
    whole: Partial<ListKnobs>,
    delta: Partial<ListKnobs> | number,
    leaf: OpensslCase['leaf'] = 'crl',
  ): OpensslCase => ({
    name: `delta: ${name}`,
    leaf,
    ...PASS,
    ...verdict,
    serve: (pki) => ({
      '/leaf.crl': listBy(pki, {
        by: 'intermediate',
        extensions: [`freshestCRL=URI:${base}/delta.crl`],
        ...whole,
      }),
      '/delta.crl':
        typeof delta === 'number'
          ? delta
          : listBy(pki, { by: 'intermediate', number: '0B', extensions: changes('0A'), ...delta }),
    }),
  });

  return [
    ocsp('by the issuer itself, good', wider(ALONG), { by: 'intermediate' }),
    ocsp('by one whom the issuer has certified, good', PASS, {}),
    ocsp('by one with an RSA key, good', PASS, { by: 'rsa-responder' }),
    ocsp('by RSA-PSS, good', wider(PSS), {
      by: 'rsa-responder',
      flags: [...PSS_FLAGS, '-rsigopt', 'rsa_pss_saltlen:digest'],
    }),
    ocsp('by RSA-PSS with a salt of another length', UNKNOWN, { by: 'rsa-responder', flags: PSS_FLAGS }),
    ocsp('with SHA-512, good', PASS, { by: 'rsa-responder', flags: ['-rmd', 'sha512'] }),
    ocsp('with SHA-1, good', only(SHA_1), { by: 'rsa-responder', flags: ['-rmd', 'sha1'] }),
    ocsp('by the issuer, who names himself by his key, good', wider(ALONG), {
      by: 'intermediate',
      flags: ['-resp_key_id'],
    }),
    ocsp('by one who names himself by his key, good', PASS, { flags: ['-resp_key_id'] }),
    ocsp('by the issuer without certificates, good', PASS, { by: 'intermediate', flags: ['-resp_no_certs'] }),
    ocsp('by one whose certificate does not come along', UNKNOWN, { flags: ['-resp_no_certs'] }),
    ocsp('by one that may be revoked himself, and names no list', PASS, { by: 'checked-responder' }),
    ocsp(
      'by one that a list does not name',
      PASS,
      { by: 'listed-responder' },
      { beside: (pki) => ({ '/responders.crl': listBy(pki, { by: 'intermediate' }) }) },
    ),
    ocsp(
      'by one that a list names',
      only(REVOKED_RESPONDER),
      { by: 'listed-responder' },
      {
        beside: (pki) => ({
          '/responders.crl': listBy(pki, { by: 'intermediate', revoked: [{ name: 'listed-responder' }] }),
        }),
      },
    ),
    ocsp(
      'by one whose list is not there',
      only('a responder of whose own certificate nobody can say whether it was revoked'),
      { by: 'listed-responder' },
      { beside: () => ({ '/responders.crl': 404 }) },
    ),
    ocsp('by one who is not certified for it', only(NO_PURPOSE), { by: 'purposeless' }),
    ocsp('by another signer of the same issuer', only(NO_PURPOSE), { by: 'crl' }),
    ocsp('by one whom the root has certified', UNKNOWN, { by: 'of-the-root' }),
    ocsp('by one whom a stranger has certified', UNKNOWN, { by: 'of-a-stranger' }),
    ocsp('by the root', UNKNOWN, { by: 'root' }),
    ocsp('by one of the same name as the issuer', UNKNOWN, { by: 'lookalike' }),
    ocsp('by one whose certificate has expired', only('a responder whose own certificate is not valid now'), {
      by: 'expired-responder',
    }),
    ocsp('whose signature is damaged', UNKNOWN, { flags: ['-badsig'] }),
    ...REASONS.map((reason) => ocsp(`revoked, ${reason}`, REVOKED, revoked('-crl_reason', reason))),
    ocsp('revoked, removeFromCRL', REVOKED, revoked('-crl_reason', 'removeFromCRL')),
    ocsp('revoked, with a hold instruction', REVOKED, revoked('-crl_hold', 'holdInstructionReject')),
    ocsp('revoked, compromised since last year', REVOKED, revoked('-crl_compromise', '20250101000000Z')),
    ocsp(
      'revoked, compromised only in the time to come',
      REVOKED,
      revoked('-crl_compromise', '20480101000000Z'),
    ),
    ocsp('revoked, and only logged', PASS, revoked('-crl_reason', 'keyCompromise'), { level: 'permissive' }),
    ocsp('of a certificate that it does not know', UNKNOWN, { valid: [] }),
    ocsp('about those of another authority', UNKNOWN, { of: 'root', by: 'of-the-root' }),
    ocsp('that has expired', UNKNOWN, { clock: -3 * DAY }),
    ocsp('of a time to come', only(COMING), { clock: 3 * DAY }),
    ocsp('that does not say until when it holds', UNKNOWN, { days: null }),
    { name: 'OCSP: by nobody', leaf: 'ocsp', ...UNKNOWN, serve: () => ({ '/ocsp': 503 }) },
    {
      name: 'OCSP: that is a page',
      leaf: 'ocsp',
      ...UNKNOWN,
      serve: () => ({ '/ocsp': Buffer.from('<html>') }),
    },

    ocsp(
      'good, where a list names it',
      PASS,
      {},
      {
        leaf: 'both',
        beside: (pki) => ({ '/leaf.crl': listBy(pki, { by: 'intermediate', revoked: [{ name: 'both' }] }) }),
      },
    ),
    ocsp(
      'unknown, where a list does not name it',
      PASS,
      { valid: [] },
      { leaf: 'both', beside: (pki) => ({ '/leaf.crl': listBy(pki, { by: 'intermediate' }) }) },
    ),
    ocsp(
      'unknown, where a list names it',
      REVOKED,
      { valid: [] },
      {
        leaf: 'both',
        beside: (pki) => ({ '/leaf.crl': listBy(pki, { by: 'intermediate', revoked: [{ name: 'both' }] }) }),
      },
    ),
    ocsp(
      'expired, where a list does not name it',
      PASS,
      { clock: -3 * DAY },
      { leaf: 'both', beside: (pki) => ({ '/leaf.crl': listBy(pki, { by: 'intermediate' }) }) },
    ),
    ocsp(
      'revoked, where a list does not name it',
      REVOKED,
      { valid: [], revoked: [{ name: 'both' }] },
      { leaf: 'both', beside: (pki) => ({ '/leaf.crl': listBy(pki, { by: 'intermediate' }) }) },
    ),
    {
      name: 'OCSP: by nobody, where a list does not name it',
      leaf: 'both',
      ...PASS,
      serve: (pki) => ({ '/ocsp': 503, '/leaf.crl': listBy(pki, { by: 'intermediate' }) }),
    },
    {
      name: 'OCSP: by nobody, where a list names it',
      leaf: 'both',
      ...REVOKED,
      serve: (pki) => ({
        '/ocsp': 503,
        '/leaf.crl': listBy(pki, { by: 'intermediate', revoked: [{ name: 'both' }] }),
      }),
    },
    {
      name: 'OCSP: by nobody, where there is no list',
      leaf: 'both',
      ...UNKNOWN,
      serve: () => ({ '/ocsp': 503, '/leaf.crl': 404 }),
    },

    list('of nobody', PASS),
    list('of another', PASS, { revoked: [{ name: 'ocsp' }] }),
    list('of version 1', UNKNOWN, { number: null }),
    list('of version 1 that names it', UNKNOWN, { number: null, ...named() }),
    ...REASONS.map((reason) => list(`that names it, ${reason}`, REVOKED, named('-crl_reason', reason))),
    list('that names it with a hold instruction', REVOKED, named('-crl_hold', 'holdInstructionReject')),
    list('that names it as removed', PASS, named('-crl_reason', 'removeFromCRL')),
    list('that names it, compromised since last year', REVOKED, named('-crl_compromise', '20250101000000Z')),
    list(
      'that names it, whose authority is compromised since last year',
      REVOKED,
      named('-crl_CA_compromise', '20250101000000Z'),
    ),
    list(
      'that names it, compromised only in the time to come',
      REVOKED,
      named('-crl_compromise', '20480101000000Z'),
    ),
    list('that names it, and only logged', PASS, named(), { level: 'permissive' }),
    list('that has expired', UNKNOWN, { clock: -3 * DAY }),
    list('that has expired and names it', REVOKED, {
      ...named('-crl_reason', 'keyCompromise'),
      clock: -3 * DAY,
    }),
    list('that has expired and holds it', UNKNOWN, {
      ...named('-crl_reason', 'certificateHold'),
      clock: -3 * DAY,
    }),
    list('that held until a time of its own', UNKNOWN, {
      flags: ['-crl_lastupdate', '20260101000000Z', '-crl_nextupdate', '20260201000000Z'],
    }),
    list('of a time to come', only(COMING), { clock: 3 * DAY }),
    list('with the key of its issuer', PASS, { extensions: ['authorityKeyIdentifier=keyid:always'] }),
    list('with its own point', PASS, point('/leaf.crl')),
    list('with another point', only(SCOPE), point('/other.crl')),
    list('for users only', PASS, point('/leaf.crl', 'onlyuser=TRUE')),
    list('for authorities only', only(SCOPE), point('/leaf.crl', 'onlyCA=TRUE')),
    list('for attribute certificates only', only(SCOPE), point('/leaf.crl', 'onlyAA=TRUE')),
    list('for some reasons only', only(SCOPE), point('/leaf.crl', 'onlysomereasons=keyCompromise')),
    list('of other authorities', only(SCOPE), point('/leaf.crl', 'indirectCRL=TRUE')),
    list('with an unknown critical extension', UNKNOWN, { extensions: ['1.2.3.4=critical,DER:0500'] }),
    list('with an unknown extension', PASS, { extensions: ['1.2.3.4=DER:0500'] }),
    list('with SHA-1', only(SHA_1), { flags: ['-md', 'sha1'] }),
    list('with SHA-512', PASS, { flags: ['-md', 'sha512'] }),
    list('by the root', UNKNOWN, { by: 'root' }),
    list('by one of the same name as its issuer', UNKNOWN, { by: 'lookalike' }),
    list('of changes alone', only(CHANGES), { extensions: changes('09') }),
    {
      name: 'CRL: as PEM',
      leaf: 'crl',
      ...UNKNOWN,
      serve: (pki) => ({ '/leaf.crl': pemOf(listBy(pki, { by: 'intermediate' })) }),
    },
    { name: 'CRL: that is not there', leaf: 'crl', ...UNKNOWN, serve: () => ({ '/leaf.crl': 404 }) },
    list(
      'of the root that names the intermediate',
      REVOKED,
      {},
      {
        serve: (pki) => ({
          '/leaf.crl': listBy(pki, { by: 'intermediate' }),
          '/root.crl': listBy(pki, {
            by: 'root',
            revoked: [{ name: 'intermediate', why: ['-crl_reason', 'CACompromise'] }],
          }),
        }),
      },
    ),
    list(
      'of the root that is not there',
      UNKNOWN,
      {},
      { serve: (pki) => ({ '/leaf.crl': listBy(pki, { by: 'intermediate' }), '/root.crl': 404 }) },
    ),

    withChanges('that do not name it', PASS, {}, {}),
    withChanges('that name it', REVOKED, {}, named('-crl_reason', 'keyCompromise')),
    withChanges('that hold it', REVOKED, {}, named('-crl_reason', 'certificateHold')),
    withChanges(
      'that lift a hold',
      PASS,
      { ...named('-crl_reason', 'certificateHold'), clock: -3600 },
      named('-crl_reason', 'removeFromCRL'),
    ),
    withChanges(
      'that lift a hold of the same second',
      REVOKED,
      named('-crl_reason', 'certificateHold'),
      named('-crl_reason', 'removeFromCRL'),
    ),
    withChanges(
      'that lift what is no hold',
      REVOKED,
      { ...named('-crl_reason', 'keyCompromise'), clock: -3600 },
      named('-crl_reason', 'removeFromCRL'),
    ),
    withChanges('that are not there', UNKNOWN, {}, 404),
    withChanges('that have expired', UNKNOWN, {}, { clock: -3 * DAY }),
    withChanges('that begin after the list', UNKNOWN, {}, { number: '0C', extensions: changes('0B') }),
    withChanges('that are older than the list', UNKNOWN, {}, { number: '0A', extensions: changes('09') }),
    withChanges('by one of the same name', UNKNOWN, {}, { by: 'lookalike' }),
    withChanges('that are a whole list', UNKNOWN, {}, { extensions: [] }),
    withChanges('of a certificate that names them too', PASS, {}, {}, 'freshest'),
    withChanges('that only the certificate names', UNKNOWN, { extensions: [] }, {}, 'freshest'),
  ];
}

function pemOf(der: Buffer): Buffer {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`);
}
