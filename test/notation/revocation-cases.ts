import type { Certificate } from '../forge/certificate.ts';
import { extension } from '../forge/certificate.ts';
import { integer } from '../forge/der.ts';
import { key } from '../forge/keys.ts';
import { issue, USAGE } from '../forge/notation.ts';
import {
  crl,
  distributionPoint,
  freshest,
  issuingPoint,
  NO_CHECK,
  ocspAt,
  ocspResponse,
  onlyContains,
  pointName,
} from '../forge/revocation.ts';
import { after } from '../forge/times.ts';
import { bad, chain, good, type NotationCase, stricter, VALID } from './case.ts';

/** A case, and what the servers answer: bytes by path, or a status. */
export interface RevocationCase extends NotationCase {
  readonly served: Readonly<Record<string, Buffer | number>>;
}

const AN_HOUR_AGO = new Date(Date.now() - 3_600_000);
const IN_A_DAY = new Date(Date.now() + 86_400_000);
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

export const NO_PURPOSE =
  'a responder that its issuer has not certified for signing OCSP responses (RFC 6960, 4.2.2.2)';
const SERIAL_ALONE = 'a response about the same serial number under another issuer';
export const COMING = 'what is of a time to come says nothing of now';
export const SCOPE = 'a list that is not for this certificate (RFC 5280, 6.3.3)';
export const CHANGES = 'a list of changes in place of the whole list';
const LATER = 'a response of a version that does not exist';
const EXTENSION = 'a responder whose certificate has a critical extension that nobody here understands';
export const REVOKED_RESPONDER = 'a responder whose own certificate was revoked';

type Answers = Readonly<Record<string, Buffer | number>>;
type Make = (leaf: Certificate, issuer: Certificate) => Answers;

/** Signatures whose certificates can be revoked; `base` is where the servers are. */
export function revocationCases(base: string): readonly RevocationCase[] {
  const url = (path: string): string => `${base}${path}`;
  const made = (extensions: readonly Buffer[], serve: Make, more: Partial<NotationCase> = {}) => {
    const certificates = chain({ leaf: { extensions } });
    const [leaf, issuer] = certificates as [Certificate, Certificate];
    return {
      ...more,
      signature: { chain: certificates, ...(more.signature as object) },
      served: serve(leaf, issuer),
    };
  };
  const list = (serve: Make, more: Partial<NotationCase> = {}) =>
    made([distributionPoint(url('/leaf.crl'))], serve, { ...more });
  const responder = (serve: Make, more: Partial<NotationCase> = {}) =>
    made([ocspAt(url('/ocsp'))], serve, more);
  const both = (serve: Make) => made([ocspAt(url('/ocsp')), distributionPoint(url('/leaf.crl'))], serve);
  const delegated =
    (purposes: readonly string[], extensions: readonly Buffer[] = [NO_CHECK], from?: Certificate) =>
    (issuer: Certificate): Certificate =>
      issue(
        'responder',
        { ...VALID, usages: [USAGE.digitalSignature], purposes, extensions },
        from ?? issuer,
      );
  const byAuthority = { scheme: 'notary.x509.signingAuthority' };
  const trustAuthority = { stores: { 'signingAuthority:acme': chain().slice(-1) } };
  const cases: readonly (NotationCase & { readonly served: Answers })[] = [
    { ...good('a list that does not name it', {}), ...list((_, issuer) => ({ '/leaf.crl': crl(issuer) })) },
    {
      ...good('a list that names another', {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { revoked: [{ certificate: issuer }] }) })),
    },
    {
      ...bad('a list that names it', 'CertificateRevoked', {}),
      ...list((certificate, issuer) => ({ '/leaf.crl': crl(issuer, { revoked: [{ certificate }] }) })),
    },
    {
      ...bad('a list that holds it', 'CertificateRevoked', {}),
      ...list((certificate, issuer) => ({
        '/leaf.crl': crl(issuer, { revoked: [{ certificate, reason: 6 }] }),
      })),
    },
    {
      ...good('a list that names it, only logged', {}),
      ...list((certificate, issuer) => ({ '/leaf.crl': crl(issuer, { revoked: [{ certificate }] }) }), {
        trust: { level: 'permissive' },
      }),
    },
    {
      ...good('a list that names it, skipped', {}),
      ...list((certificate, issuer) => ({ '/leaf.crl': crl(issuer, { revoked: [{ certificate }] }) }), {
        trust: { override: { revocation: 'skip' } },
      }),
    },
    { ...bad('a list that is not there', 'RevocationUnknown', {}), ...list(() => ({ '/leaf.crl': 404 })) },
    {
      ...bad('a list that is none', 'RevocationUnknown', {}),
      ...list(() => ({ '/leaf.crl': Buffer.from('list') })),
    },
    {
      ...bad('a list that is outdated', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { thisUpdate: after(0), nextUpdate: AN_HOUR_AGO }),
      })),
    },
    {
      ...bad('an outdated list that names it', 'CertificateRevoked', {}),
      ...list((certificate, issuer) => ({
        '/leaf.crl': crl(issuer, {
          thisUpdate: after(0),
          nextUpdate: AN_HOUR_AGO,
          revoked: [{ certificate }],
        }),
      })),
    },
    {
      ...bad('an outdated list that holds it', 'RevocationUnknown', {}),
      ...list((certificate, issuer) => ({
        '/leaf.crl': crl(issuer, {
          thisUpdate: after(0),
          nextUpdate: AN_HOUR_AGO,
          revoked: [{ certificate, reason: 6 }],
        }),
      })),
    },
    {
      ...bad('a list of the first version', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { version: null }) })),
    },
    {
      ...bad('a list of a later version', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { version: 2 }) })),
    },
    {
      ...bad('a list without an end', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { nextUpdate: null }) })),
    },
    {
      ...bad('a list by another key', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { signWith: key('another') }) })),
    },
    {
      ...bad('a list with an unknown critical extension', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [extension('1.2.3.4', integer(1), true)] }),
      })),
    },
    {
      ...bad('an entry with an unknown critical extension', 'RevocationUnknown', {}),
      ...list((certificate, issuer) => ({
        '/leaf.crl': crl(issuer, {
          revoked: [{ certificate, extensions: [extension('1.2.3.4', integer(1), true)] }],
        }),
      })),
    },
    {
      ...stricter('a list of a time to come', 'RevocationUnknown', COMING, {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { thisUpdate: IN_A_DAY, nextUpdate: VALID.to }) })),
    },
    {
      ...stricter('a list for authorities only', 'RevocationUnknown', SCOPE, {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { extensions: [issuingPoint(onlyContains(2))] }) })),
    },
    {
      ...good('a list for certificates that are no authorities', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, {
          extensions: [issuingPoint(pointName(url('/leaf.crl')), onlyContains(1))],
        }),
      })),
    },
    {
      ...stricter('a list of another distribution point', 'RevocationUnknown', SCOPE, {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [issuingPoint(pointName(url('/other.crl')))] }),
      })),
    },
    {
      ...stricter('an indirect list', 'RevocationUnknown', SCOPE, {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { extensions: [issuingPoint(onlyContains(4))] }) })),
    },
    {
      ...stricter('a list under another name', 'RevocationUnknown', SCOPE, {}),
      ...list((leaf, issuer) => ({ '/leaf.crl': crl(issuer, { issuerName: leaf.name }) })),
    },
    {
      ...stricter('changes in place of a list', 'RevocationUnknown', CHANGES, {}),
      ...list((_, issuer) => ({ '/leaf.crl': crl(issuer, { deltaOf: 1 }) })),
    },
    {
      ...bad('one of two lists that is not there', 'RevocationUnknown', {}),
      ...made([distributionPoint(url('/leaf.crl'), url('/second.crl'))], (_, issuer) => ({
        '/leaf.crl': crl(issuer),
        '/second.crl': 404,
      })),
    },
    {
      ...bad('the second of two lists that names it', 'CertificateRevoked', {}),
      ...made([distributionPoint(url('/leaf.crl'), url('/second.crl'))], (certificate, issuer) => ({
        '/leaf.crl': crl(issuer),
        '/second.crl': crl(issuer, { revoked: [{ certificate }] }),
      })),
    },
    {
      ...bad('a list that is not at an address of HTTP', 'RevocationUnknown', {}),
      ...made([distributionPoint('ldap://127.0.0.1/cn=list')], () => ({})),
    },
    {
      ...good('changes that do not name it', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [freshest(url('/delta.crl'))] }),
        '/delta.crl': crl(issuer, { number: 11, deltaOf: 10 }),
      })),
    },
    {
      ...bad('changes that name it', 'CertificateRevoked', {}),
      ...list((certificate, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [freshest(url('/delta.crl'))] }),
        '/delta.crl': crl(issuer, { number: 11, deltaOf: 10, revoked: [{ certificate }] }),
      })),
    },
    {
      ...good('changes that lift a hold', {}),
      ...list((certificate, issuer) => ({
        '/leaf.crl': crl(issuer, {
          revoked: [{ certificate, reason: 6, at: after(0) }],
          extensions: [freshest(url('/delta.crl'))],
        }),
        '/delta.crl': crl(issuer, { number: 11, deltaOf: 10, revoked: [{ certificate, reason: 8 }] }),
      })),
    },
    {
      ...bad('changes that are not there', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [freshest(url('/delta.crl'))] }),
        '/delta.crl': 404,
      })),
    },
    {
      ...bad('changes of a later list', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [freshest(url('/delta.crl'))] }),
        '/delta.crl': crl(issuer, { number: 12, deltaOf: 11 }),
      })),
    },
    {
      ...bad('changes that are older than the list', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [freshest(url('/delta.crl'))] }),
        '/delta.crl': crl(issuer, { number: 10, deltaOf: 9 }),
      })),
    },
    {
      ...bad('changes that do not say of what', 'RevocationUnknown', {}),
      ...list((_, issuer) => ({
        '/leaf.crl': crl(issuer, { extensions: [freshest(url('/delta.crl'))] }),
        '/delta.crl': crl(issuer, { number: 11 }),
      })),
    },
    {
      ...good('a list by which it was invalid only later', {}),
      ...list(
        (certificate, issuer) => ({
          '/leaf.crl': crl(issuer, { revoked: [{ certificate, invalidSince: after(3600) }] }),
        }),
        { signature: byAuthority, trust: trustAuthority },
      ),
    },
    {
      ...bad('a list by which it was invalid before', 'CertificateRevoked', {}),
      ...list(
        (certificate, issuer) => ({
          '/leaf.crl': crl(issuer, { revoked: [{ certificate, invalidSince: after(-3600) }] }),
        }),
        { signature: byAuthority, trust: trustAuthority },
      ),
    },
    {
      ...bad(
        'a list by which it was invalid only after a time that nobody vouches for',
        'CertificateRevoked',
        {},
      ),
      ...list((certificate, issuer) => ({
        '/leaf.crl': crl(issuer, { revoked: [{ certificate, invalidSince: after(3600) }] }),
      })),
    },

    {
      ...good('a responder that says good', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer) })),
    },
    {
      ...good('a responder that is named by its key', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { byKey: true }) })),
    },
    {
      ...bad('a responder that says revoked', 'CertificateRevoked', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { status: 'revoked' }) })),
    },
    {
      ...bad('a responder that says unknown', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { status: 'unknown' }) })),
    },
    {
      ...bad('a responder that answers with an error', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { error: 3 }) })),
    },
    { ...bad('a responder that is down', 'RevocationUnknown', {}), ...responder(() => ({ '/ocsp': 404 })) },
    {
      ...bad('a responder that answers with something else', 'RevocationUnknown', {}),
      ...responder(() => ({ '/ocsp': Buffer.from('good') })),
    },
    {
      ...bad('a response that is outdated', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer, { thisUpdate: after(0), nextUpdate: AN_HOUR_AGO }),
      })),
    },
    {
      ...bad('a response without an end', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { nextUpdate: null }) })),
    },
    {
      ...stricter('a response of a time to come', 'RevocationUnknown', COMING, {}),
      ...responder((leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer, { thisUpdate: IN_A_DAY, nextUpdate: VALID.to }),
      })),
    },
    {
      ...stricter('a response of a later version', 'RevocationUnknown', LATER, {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { version: 1 }) })),
    },
    {
      ...bad('a responder that does not know it, before one that does', 'RevocationUnknown', {}),
      ...made([ocspAt(url('/first'), url('/ocsp'))], (leaf, issuer) => ({
        '/first': ocspResponse(leaf, issuer, { status: 'unknown' }),
        '/ocsp': ocspResponse(leaf, issuer),
      })),
    },
    {
      ...good('a responder that is down, before one that is not', {}),
      ...made([ocspAt(url('/first'), url('/ocsp'))], (leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer),
      })),
    },
    {
      ...stricter(
        'a responder with a critical extension that is not known',
        'RevocationUnknown',
        EXTENSION,
        {},
      ),
      ...responder((leaf, issuer) => {
        const unknown = extension('1.2.3.4', integer(1), true);
        return {
          '/ocsp': ocspResponse(leaf, issuer, {
            responder: delegated([OCSP_SIGNING], [NO_CHECK, unknown])(issuer),
          }),
        };
      }),
    },
    {
      ...bad('a response by another key', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { signWith: key('another') }) })),
    },
    {
      ...bad('a response about another certificate', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { about: issuer }) })),
    },
    {
      ...stricter('a response about its number under another issuer', 'RevocationUnknown', SERIAL_ALONE, {}),
      ...responder((leaf, issuer) => ({ '/ocsp': ocspResponse(leaf, issuer, { aboutIssuer: chain()[2]! }) })),
    },
    {
      ...bad('a response with an unknown critical extension', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer, { singleExtensions: [extension('1.2.3.4', integer(1), true)] }),
      })),
    },
    {
      ...good('a responder that its issuer has certified', {}),
      ...responder((leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer, { responder: delegated([OCSP_SIGNING])(issuer) }),
      })),
    },
    {
      ...stricter('a responder that was certified for something else', 'RevocationUnknown', NO_PURPOSE, {}),
      ...responder((leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer, { responder: delegated([])(issuer) }),
      })),
    },
    {
      ...bad('a responder that another authority has certified', 'RevocationUnknown', {}),
      ...responder((leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer, {
          responder: delegated(
            [OCSP_SIGNING],
            [NO_CHECK],
            chain({ root: { key: key('stranger') } })[2],
          )(issuer),
        }),
      })),
    },
    {
      ...stricter('a responder that was revoked itself', 'RevocationUnknown', REVOKED_RESPONDER, {}),
      ...responder((leaf, issuer) => {
        const one = delegated([OCSP_SIGNING], [distributionPoint(url('/responders.crl'))])(issuer);
        return {
          '/ocsp': ocspResponse(leaf, issuer, { responder: one }),
          '/responders.crl': crl(issuer, { revoked: [{ certificate: one }] }),
        };
      }),
    },
    {
      ...good('a list where the responder is down', {}),
      ...both((_, issuer) => ({ '/ocsp': 404, '/leaf.crl': crl(issuer) })),
    },
    {
      ...good('a list where the responder does not know it', {}),
      ...both((leaf, issuer) => ({
        '/ocsp': ocspResponse(leaf, issuer, { status: 'unknown' }),
        '/leaf.crl': crl(issuer),
      })),
    },
    {
      ...bad('a list that names it where the responder is down', 'CertificateRevoked', {}),
      ...both((certificate, issuer) => ({
        '/ocsp': 404,
        '/leaf.crl': crl(issuer, { revoked: [{ certificate }] }),
      })),
    },
    {
      ...good('a responder before a list that names it', {}),
      ...both((certificate, issuer) => ({
        '/ocsp': ocspResponse(certificate, issuer),
        '/leaf.crl': crl(issuer, { revoked: [{ certificate }] }),
      })),
    },
    {
      ...bad('an intermediate that is revoked', 'CertificateRevoked', {}),
      ...(() => {
        const certificates = chain({ intermediates: [{ extensions: [distributionPoint(url('/ca.crl'))] }] });
        const [, certificate, issuer] = certificates as [Certificate, Certificate, Certificate];
        return {
          signature: { chain: certificates },
          served: { '/ca.crl': crl(issuer, { revoked: [{ certificate }] }) },
        };
      })(),
    },
  ];
  return cases.map((one) => ({ ...one, name: `revocation: ${one.name}` }));
}
