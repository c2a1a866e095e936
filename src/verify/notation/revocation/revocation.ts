import { createHash } from 'node:crypto';
import { type Ask, isHttp, type Keeping } from '../../../evidence/revocation-question.ts';
import type { Fault } from '../../../reasons.ts';
import type { Certificate } from '../../x509/certificate.ts';
import {
  crlDistributionPoints,
  FRESHEST_CRL,
  freshestCrl,
  ocspAddresses,
} from '../../x509/revocation-points.ts';
import { nameOf } from '../certificate-profile.ts';
import type { Chain } from '../chain.ts';
import { checkDelta, isPassing, type Crl, type CrlEntry, readCrl, REASON } from './crl.ts';
import { NO_CHECK, ocspRequest, readOcspResponse } from './ocsp.ts';

/** What is known of one certificate; `why` says what stands in the way. Unknown is an answer as well, where a responder has given it. */
type Status =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly why: string }
  | { readonly status: 'unknown'; readonly why: string; readonly answered?: true };

interface Circumstances {
  readonly ask: Ask;
  readonly now: Date;
  /** The authentic time of a signing authority: a certificate that became invalid only later was good then. */
  readonly signedAt: Date | null;
}

/**
 * Whether a certificate of a chain was revoked, or nobody can say ("Certificate Revocation Evaluation"): OCSP first, and revocation lists
 * where it has no answer. A certificate that names neither is good, and a root is nobody's to revoke. Null if all are good.
 */
export function revocationFault(chain: Chain, circumstances: Circumstances): Fault | null {
  const checked = chain.slice(0, -1).map((certificate, at) => {
    const issuer = chain[at + 1] ?? certificate;
    return { certificate, status: statusOf(certificate, issuer, circumstances) };
  });
  const found = (['revoked', 'unknown'] as const).flatMap((status) =>
    checked.flatMap((one) => (one.status.status === status ? [{ ...one, status: one.status }] : [])),
  );
  const [worst] = found;
  if (!worst) return null;
  return worst.status.status === 'revoked'
    ? {
        reason: 'CertificateRevoked',
        message: `the certificate ${nameOf(worst.certificate)} is revoked: ${worst.status.why}`,
      }
    : {
        reason: 'RevocationUnknown',
        message: `nobody can say whether the certificate ${nameOf(worst.certificate)} is revoked: ${worst.status.why}`,
      };
}

function statusOf(certificate: Certificate, issuer: Certificate, how: Circumstances): Status {
  try {
    const responders = ocspAddresses(certificate);
    const points = crlDistributionPoints(certificate);
    if (responders.length === 0) return points ? crlStatus(certificate, issuer, how) : GOOD;
    const byOcsp = ocspStatus(responders, certificate, issuer, how);
    if (byOcsp.status !== 'unknown' || !points) return byOcsp;
    const byCrl = crlStatus(certificate, issuer, how);
    return byCrl.status === 'unknown' ? { ...byCrl, why: `${byOcsp.why}; ${byCrl.why}` } : byCrl;
  } catch (cause) {
    return unknown(messageOf(cause));
  }
}

const GOOD = { status: 'good' } as const;

function unknown(why: string): Extract<Status, { status: 'unknown' }> {
  return { status: 'unknown', why };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** "OCSP Download": the responders in their order, until one has an answer. */
function ocspStatus(
  responders: readonly string[],
  certificate: Certificate,
  issuer: Certificate,
  how: Circumstances,
): Status {
  const request = ocspRequest(certificate, issuer);
  const faults: string[] = [];
  for (const url of responders) {
    const status = askResponder(url, request, certificate, issuer, how);
    if (status.status !== 'unknown' || status.answered) return status;
    faults.push(`${url}: ${status.why}`);
  }
  return unknown(faults.join('; '));
}

function askResponder(
  url: string,
  request: Buffer,
  certificate: Certificate,
  issuer: Certificate,
  how: Circumstances,
): Status {
  if (!isHttp(url)) return unknown('only http is asked');
  const answer = how.ask({ kind: 'ocsp', url, request });
  if (!answer.ok) return unknown(answer.fault.message);
  try {
    const { status, responder } = readOcspResponse(answer.value, certificate, issuer, how.now);
    const doubt = responder ? responderDoubt(responder, issuer, how) : null;
    if (doubt !== null) return unknown(doubt);
    switch (status.status) {
      case 'unknown':
        return { ...unknown(`${url}: the responder does not know the certificate`), answered: true };
      case 'revoked':
        return wasGood(status.invalidSince, how) ? GOOD : { status: 'revoked', why: `says ${url}` };
      case 'good':
        return GOOD;
    }
  } catch (cause) {
    return unknown(messageOf(cause));
  }
}

/** "Revocation Checking with OCSP": without id-pkix-ocsp-nocheck, lists are asked for the responder's own certificate. */
function responderDoubt(responder: Certificate, issuer: Certificate, how: Circumstances): string | null {
  if (responder.extensions.has(NO_CHECK) || !crlDistributionPoints(responder)) return null;
  const status = crlStatus(responder, issuer, { ...how, signedAt: null });
  return status.status === 'good' ? null : `the certificate of its responder: ${status.why}`;
}

/** "CRLs": every distribution point has to have its list, and none may name the certificate. */
function crlStatus(certificate: Certificate, issuer: Certificate, how: Circumstances): Status {
  const points = crlDistributionPoints(certificate);
  if (!points || points.partial || points.addresses.length === 0)
    return unknown('it names revocation lists in a form that is not understood');
  const statuses = points.addresses.map((url) => listStatus(url, certificate, issuer, how));
  return (
    statuses.find(({ status }) => status === 'revoked') ??
    statuses.find(({ status }) => status === 'unknown') ??
    GOOD
  );
}

function listStatus(url: string, certificate: Certificate, issuer: Certificate, how: Circumstances): Status {
  try {
    const base = fetched(url, 'base', certificate, issuer, how);
    if (!base.ok) return unknown(`${url}: ${base.why}`);
    const delta = deltaOf(base.crl, certificate, issuer, how);
    if (delta && !delta.ok) return unknown(`${url}: ${delta.why}`);
    if (!delta && certificate.extensions.has(FRESHEST_CRL))
      return unknown(`${url}: it names a list of changes that the list itself does not`);
    if (delta) checkDelta(base.crl, delta.crl);
    const entries = [
      ...base.crl.about.filter(({ reason }) => reason !== REASON.removeFromCrl),
      ...(delta ? delta.crl.about : []),
    ];
    return isRevoked(entries, how) ? { status: 'revoked', why: `says ${url}` } : GOOD;
  } catch (cause) {
    return unknown(`${url}: ${messageOf(cause)}`);
  }
}

type Fetched = { readonly ok: true; readonly crl: Crl } | { readonly ok: false; readonly why: string };

function fetched(
  url: string,
  kind: 'base' | 'delta',
  certificate: Certificate,
  issuer: Certificate,
  { ask, now }: Circumstances,
): Fetched {
  if (!isHttp(url)) return { ok: false, why: 'only http is asked' };
  const keeping = kind === 'base' ? keepingOf(url, certificate, issuer) : null;
  const answer = ask({ kind: 'crl', url, keeping });
  if (!answer.ok) return { ok: false, why: answer.fault.message };
  return { ok: true, crl: readCrl(answer.value, kind, certificate, issuer, url, now) };
}

/**
 * A list is kept that answers by itself: it reads as one of now, nothing in it is in the way of an answer, and no list of changes belongs to
 * it, as what was kept would then be older than what it is held together with.
 */
function keepingOf(url: string, certificate: Certificate, issuer: Certificate): Keeping {
  return {
    issuer: createHash('sha256').update(issuer.subject).update(issuer.subjectPublicKeyInfo).digest('hex'),
    holds: (bytes, at) => {
      try {
        const crl = readCrl(bytes, 'base', certificate, issuer, url, at);
        return (
          crl.nextUpdate >= at && ![crl, certificate].some(({ extensions }) => extensions.has(FRESHEST_CRL))
        );
      } catch {
        return false;
      }
    },
  };
}

/** "Revocation Checking with Delta CRLs": where the list names one, it has to be there; any of its addresses will do. */
function deltaOf(
  base: Crl,
  certificate: Certificate,
  issuer: Certificate,
  how: Circumstances,
): Fetched | null {
  const points = freshestCrl(base.extensions);
  if (!points) return null;
  let last: Fetched = { ok: false, why: 'its list of changes has no address' };
  for (const url of points.addresses) {
    last = fetched(url, 'delta', certificate, issuer, how);
    if (last.ok) return last;
  }
  return last;
}

/** A hold that was lifted is none; the newest of holding and lifting counts. */
function isRevoked(entries: readonly CrlEntry[], how: Circumstances): boolean {
  const standing = entries.filter(({ invalidSince }) => !wasGood(invalidSince, how));
  if (standing.some(({ reason }) => !isPassing(reason))) return true;
  const latest = standing.reduce<CrlEntry | null>(
    (newest, entry) => (newest === null || newest.revokedAt < entry.revokedAt ? entry : newest),
    null,
  );
  return latest?.reason === REASON.certificateHold;
}

/** "look for InvalidityDate": it became invalid after an authentic time of signing. */
function wasGood(invalidSince: Date | null, { signedAt }: Circumstances): boolean {
  return invalidSince !== null && signedAt !== null && signedAt < invalidSince;
}
