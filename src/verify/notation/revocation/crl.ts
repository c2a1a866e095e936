import { createHash } from 'node:crypto';
import { REVOCATION_SKEW_MS } from '../../../limits.ts';
import { type Certificate, type Extensions, readExtensions } from '../../x509/certificate.ts';
import {
  childrenOf,
  contentsOf,
  contextTag,
  type Der,
  DerError,
  eachElement,
  readDer,
  TAG,
} from '../../x509/der.ts';
import { bitStringBytes, booleanOf, integerBytes, timeOf } from '../../x509/der-values.ts';
import { basicConstraints, KEY_USAGE, mayBeUsedFor } from '../../x509/extensions.ts';
import { addressesOf, FRESHEST_CRL } from '../../x509/revocation-points.ts';
import { algorithmFault, verifyWithAlgorithm } from '../../x509/signature-algorithm.ts';
import { invalidityDate } from './ocsp.ts';

/** A revocation list (RFC 5280 section 5.1), verified for the certificates of its issuer. */
export interface Crl {
  /** Until when it holds; past this it still says what it says of who was revoked for good. */
  readonly nextUpdate: Date;
  readonly extensions: Extensions;
  /** What it says of the certificate that it was read for, each time that it names it. */
  readonly about: readonly CrlEntry[];
  /** RFC 5280 section 5.2.3; null where it has none. */
  readonly number: bigint | null;
}

/** What a list says of one certificate (RFC 5280 section 5.3). */
export interface CrlEntry {
  readonly revokedAt: Date;
  readonly reason: number;
  readonly invalidSince: Date | null;
}

/** RFC 5280 section 5.3.1. */
export const REASON = { certificateHold: 6, removeFromCrl: 8 } as const;

const CRL_NUMBER = '2.5.29.20';
const DELTA_INDICATOR = '2.5.29.27';
const ISSUING_DISTRIBUTION_POINT = '2.5.29.28';
const AUTHORITY_KEY = '2.5.29.35';
const EXTENSIONS_TAG = contextTag(0, true);
/** RFC 5280 section 5.1.2.1: required of whoever issues lists by its profile. */
const VERSION_2 = Buffer.of(1);

/** A list may have many MiB, and every signature of a signer leads to it: it is read once for each certificate. */
const reads = new WeakMap<Buffer, Map<string, Crl | DerError>>();

/**
 * Reads and verifies a revocation list for one certificate (RFC 5280 sections 5.1 and 6.3.3): by its issuer, of this time, complete for
 * this certificate, and without critical extensions that are not understood. `url` is where it came from. Throws `DerError`.
 */
export function readCrl(
  bytes: Buffer,
  kind: 'base' | 'delta',
  certificate: Certificate,
  issuer: Certificate,
  url: string,
  now: Date,
): Crl {
  const known = reads.get(bytes) ?? new Map<string, Crl | DerError>();
  reads.set(bytes, known);
  const hashes = [certificate, issuer].map(({ raw }) => createHash('sha256').update(raw).digest('hex'));
  const key = JSON.stringify([kind, url, now, ...hashes]);
  const read = known.get(key) ?? readOr(() => readAnew(bytes, kind, certificate, issuer, url, now));
  known.set(key, read);
  if (read instanceof DerError) throw read;
  return read;
}

function readOr(read: () => Crl): Crl | DerError {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof DerError) return cause;
    throw cause;
  }
}

function readAnew(
  bytes: Buffer,
  kind: 'base' | 'delta',
  certificate: Certificate,
  issuer: Certificate,
  url: string,
  now: Date,
): Crl {
  const [list, algorithm, signature, ...more] = childrenOf(readDer(bytes), TAG.sequence);
  if (!list || !algorithm || more.length > 0) throw new DerError('it is no revocation list');
  const parts = childrenOf(list, TAG.sequence);
  const [version, inner, name, thisUpdate, ...rest] = parts;
  if (version?.tag !== TAG.integer || !integerBytes(version).equals(VERSION_2))
    throw new DerError('it is not of version 2, without which it has no extensions');
  if (!inner?.raw.equals(algorithm.raw)) throw new DerError('it names two signature algorithms');
  if (!name?.raw.equals(issuer.subject)) throw new DerError('another authority has issued it');
  checkIssuer(issuer);
  const weak = algorithmFault(algorithm);
  if (weak !== null) throw new DerError(`it ${weak}`);
  if (!verifyWithAlgorithm(algorithm, issuer.publicKey, list.raw, bitStringBytes(signature)))
    throw new DerError('its signature does not verify');
  const next = rest[0]?.tag === TAG.utcTime || rest[0]?.tag === TAG.generalizedTime ? rest[0] : undefined;
  const nextUpdate = checkTimes(thisUpdate, next, now);
  const wrapped = rest.find(({ tag }) => tag === EXTENSIONS_TAG);
  const [extensionList] = wrapped ? childrenOf(wrapped, EXTENSIONS_TAG) : [];
  const extensions: Extensions = extensionList ? readExtensions(extensionList) : new Map();
  checkExtensions(extensions, kind);
  checkScope(extensions, certificate, url, kind);
  const revoked = rest.find(({ tag }) => tag === TAG.sequence);
  const number = extensions.get(CRL_NUMBER);
  const about = entriesFor(revoked?.contents ?? Buffer.alloc(0), certificate);
  // "If the CRL is expired and the certificate is listed in the CRL for any reason other than certificate hold, [it] is considered revoked."
  if (nextUpdate < now && !about.some(({ reason }) => !isPassing(reason)))
    throw new DerError(`it held until ${nextUpdate.toISOString()}`);
  return {
    nextUpdate,
    extensions,
    about,
    number: number ? unsigned(integerBytes(readDer(number.value))) : null,
  };
}

/** A reason that a later list may take back. */
export function isPassing(reason: number): boolean {
  return reason === REASON.certificateHold || reason === REASON.removeFromCrl;
}

/** RFC 5280 section 6.3.3 (f): the key usage of whoever signs it, where there is one, allows that. */
function checkIssuer(issuer: Certificate): void {
  if (!basicConstraints(issuer).authority) throw new DerError('whoever has issued it is no authority');
  if (mayBeUsedFor(issuer, KEY_USAGE.cRLSign) === false)
    throw new DerError('its issuer may not sign revocation lists');
}

/** RFC 5280 sections 5.1.2.4 and 5.1.2.5, where nextUpdate is required. Returns until when the list holds. */
function checkTimes(thisUpdate: Der | undefined, nextUpdate: Der | undefined, now: Date): Date {
  if (!nextUpdate) throw new DerError('it does not say until when it holds (nextUpdate)');
  if (timeOf(thisUpdate).getTime() > now.getTime() + REVOCATION_SKEW_MS)
    throw new DerError(`it is of a time to come, ${timeOf(thisUpdate).toISOString()}`);
  return timeOf(nextUpdate);
}

const UNDERSTOOD: ReadonlySet<string> = new Set([
  CRL_NUMBER,
  DELTA_INDICATOR,
  ISSUING_DISTRIBUTION_POINT,
  AUTHORITY_KEY,
  FRESHEST_CRL,
]);

/** RFC 5280 section 5.2: unknown critical extensions; a delta is one, and never stands for the whole. */
function checkExtensions(extensions: Extensions, kind: 'base' | 'delta'): void {
  const unknown = [...extensions].find(([oid, { critical }]) => critical && !UNDERSTOOD.has(oid))?.[0];
  if (unknown !== undefined)
    throw new DerError(`it has the critical extension ${unknown}, which is not known`);
  const isDelta = extensions.has(DELTA_INDICATOR);
  if (kind === 'base' && isDelta) throw new DerError('it lists changes only, where the whole list is wanted');
  if (kind === 'delta' && !isDelta) throw new DerError('it does not say of which list it lists the changes');
}

/** RFC 5280 section 5.2.5, IssuingDistributionPoint, by tag. */
const SCOPE = {
  point: 0xa0,
  users: 0x81,
  authorities: 0x82,
  reasons: 0x83,
  indirect: 0x84,
  attributes: 0x85,
} as const;

/** RFC 5280 section 6.3.3 (b)(2): a list for other certificates says nothing of this one. */
function checkScope(
  extensions: Extensions,
  certificate: Certificate,
  url: string,
  kind: 'base' | 'delta',
): void {
  const extension = extensions.get(ISSUING_DISTRIBUTION_POINT);
  if (!extension) return;
  const parts = new Map(childrenOf(readDer(extension.value), TAG.sequence).map((part) => [part.tag, part]));
  const says = (tag: number): boolean => {
    const part = parts.get(tag);
    return part !== undefined && booleanOf({ ...part, tag: TAG.boolean });
  };
  const { authority } = basicConstraints(certificate);
  if (says(SCOPE.users) && authority) throw new DerError('it is for certificates that are no authorities');
  if (says(SCOPE.authorities) && !authority) throw new DerError('it is for authorities only');
  if (says(SCOPE.attributes)) throw new DerError('it is for attribute certificates');
  if (says(SCOPE.indirect)) throw new DerError('it lists certificates of other authorities');
  if (parts.has(SCOPE.reasons)) throw new DerError('it lists revocations for some reasons only');
  const point = parts.get(SCOPE.point);
  if (point && kind === 'base' && !addressesOf(point).includes(url))
    throw new DerError(`it is the list of another distribution point than ${url}`);
}

/** RFC 5280 section 5.2.4: a delta goes on from a list that is not older than the one it was made for, and is newer than that. */
export function checkDelta(base: Crl, delta: Crl): void {
  const indicator = delta.extensions.get(DELTA_INDICATOR);
  const from = indicator ? unsigned(integerBytes(readDer(indicator.value))) : null;
  if (base.number === null || delta.number === null || from === null)
    throw new DerError('a list without a number, or a delta of one');
  if (from > base.number) throw new DerError('the changes begin after the list that is there');
  if (delta.number <= base.number) throw new DerError('the changes are not newer than the list');
}

const REASON_CODE = '2.5.29.21';
const INVALIDITY_DATE = '2.5.29.24';

/** What a list says of a certificate, each time that it names it. Throws `DerError`. */
function entriesFor(entries: Buffer, { serialNumber }: Certificate): readonly CrlEntry[] {
  const found: CrlEntry[] = [];
  for (const entry of eachElement(entries)) {
    const [serial, revokedAt, extensionList] = childrenOf(entry, TAG.sequence);
    if (!integerBytes(serial).equals(serialNumber)) continue;
    const extensions: Extensions = extensionList ? readExtensions(extensionList) : new Map();
    // RFC 5280 section 5.3: an entry by another issuer, among others, says so critically.
    const unknown = [...extensions].find(
      ([oid, { critical }]) => critical && oid !== REASON_CODE && oid !== INVALIDITY_DATE,
    );
    if (unknown) throw new DerError(`its entry has the critical extension ${unknown[0]}`);
    const reason = extensions.get(REASON_CODE);
    found.push({
      revokedAt: timeOf(revokedAt),
      reason: reason ? (contentsOf(readDer(reason.value), TAG.enumerated)[0] ?? 0) : 0,
      invalidSince: invalidityDate(extensions),
    });
  }
  return found;
}

function unsigned(bytes: Buffer): bigint {
  return (bytes[0] ?? 0) & 0x80 ? -1n : BigInt(`0x${bytes.toString('hex')}`);
}
