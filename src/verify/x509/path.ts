import type { Certificate } from './certificate.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  criticalUnknown,
  extendedKeyUsage,
  KEY_USAGE,
  mayBeUsedFor,
  PURPOSE,
  subjectKeyIdentifier,
} from './extensions.ts';
import { verifyWithAlgorithm } from './signature-algorithm.ts';

/** A certificate with those that vouch for it, up to a trust anchor. */
export type CertificationPath = readonly [leaf: Certificate, issuer: Certificate, ...more: Certificate[]];

/** Certificates of one path. Sigstore's have three; each more lets certificates that sign each other make many more paths. */
const PATH_LENGTH = 6;

/**
 * Finds the paths from a certificate to the anchor of a chain (RFC 5280 section 6.1), with every rule but that of time: names chain,
 * signatures verify, authorities may issue certificates for this purpose (an object identifier) at their depth, and no critical
 * extension is unknown. `chain` is trusted and ends with the anchor; `offered` are certificates that anybody may have sent along.
 * Throws `DerError` for extensions that cannot be read.
 */
export function certificationPaths(
  leaf: Certificate,
  chain: readonly Certificate[],
  offered: readonly Certificate[],
  purpose: string,
): readonly CertificationPath[] {
  const anchor = chain.at(-1);
  const authorities = [...chain, ...offered].filter((one) => basicConstraints(one).authority);
  const issuers = leadingTo(anchor, authorities);
  const extend = (path: readonly [Certificate, ...Certificate[]]): readonly CertificationPath[] => {
    const last = path.at(-1) ?? leaf;
    const [first, second, ...rest] = path;
    if (last === anchor) return second ? [[first, second, ...rest]] : [];
    if (path.length === PATH_LENGTH) return [];
    return issuers
      .filter((issuer) => !path.includes(issuer) && mayIssue(issuer, path.length - 1, purpose))
      .filter((issuer) => isIssuedBy(last, issuer))
      .flatMap((issuer) => extend([first, ...path.slice(1), issuer]));
  };
  return criticalUnknown(leaf) === null ? extend([leaf]) : [];
}

/**
 * The issuers from which any path leads to the anchor. Certificates that issue each other in a circle cost their number's faculty to try, and
 * anybody can send them along; only whoever the anchor vouches for can make some that lead to it.
 */
function leadingTo(anchor: Certificate | undefined, issuers: readonly Certificate[]): readonly Certificate[] {
  const leading = new Set(issuers.filter((one) => one === anchor));
  for (const last of leading)
    for (const one of issuers) if (!leading.has(one) && isIssuedBy(one, last)) leading.add(one);
  return issuers.filter((one) => leading.has(one));
}

/** RFC 5280 section 6.1.3 (a)(2): every certificate of a path is valid at the time, its bounds included. */
export function validAt(path: readonly Certificate[], time: Date): boolean {
  return path.every(({ notBefore, notAfter }) => notBefore <= time && time <= notAfter);
}

/** RFC 5280 sections 4.2.1.3, 4.2.1.9 and 4.2.1.12. `below` is the number of authorities under this one. */
function mayIssue(issuer: Certificate, below: number, purpose: string): boolean {
  const { authority, pathLength } = basicConstraints(issuer);
  const purposes = extendedKeyUsage(issuer)?.purposes;
  return (
    authority &&
    (pathLength === null || below <= pathLength) &&
    mayBeUsedFor(issuer, KEY_USAGE.keyCertSign) !== false &&
    (!purposes || purposes.includes(purpose) || purposes.includes(PURPOSE.any)) &&
    criticalUnknown(issuer) === null
  );
}

/** What was found for a pair: the authorities of a trust root are compared again for every signature. */
const issued = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const known = issued.get(certificate) ?? new WeakMap<Certificate, boolean>();
  issued.set(certificate, known);
  const found = known.get(issuer) ?? namesAndSigns(issuer, certificate);
  known.set(issuer, found);
  return found;
}

function namesAndSigns(issuer: Certificate, certificate: Certificate): boolean {
  if (!certificate.issuer.equals(issuer.subject)) return false;
  const [named, own] = [authorityKeyIdentifier(certificate), subjectKeyIdentifier(issuer)];
  if (named && own && !named.equals(own)) return false;
  const { signatureAlgorithm, tbs, signature } = certificate;
  return verifyWithAlgorithm(signatureAlgorithm, issuer.publicKey, tbs.raw, signature);
}
