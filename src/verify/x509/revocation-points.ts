import type { Certificate, Extensions } from './certificate.ts';
import { childrenOf, contextTag, type Der, DerError, readDer, TAG } from './der.ts';
import { oidOf } from './der-values.ts';

const AUTHORITY_INFORMATION = '1.3.6.1.5.5.7.1.1';
const OCSP = '1.3.6.1.5.5.7.48.1';
const CRL_DISTRIBUTION_POINTS = '2.5.29.31';
/** RFC 5280 sections 4.2.1.15 and 5.2.6. */
export const FRESHEST_CRL = '2.5.29.46';

const URI_TAG = contextTag(6, false);

/** The addresses of OCSP responders (RFC 5280 section 4.2.2.1). Throws `DerError`. */
export function ocspAddresses({ extensions }: Certificate): readonly string[] {
  const extension = extensions.get(AUTHORITY_INFORMATION);
  if (!extension) return [];
  return childrenOf(readDer(extension.value), TAG.sequence).flatMap((description) => {
    const [method, location] = childrenOf(description, TAG.sequence);
    return oidOf(method) === OCSP && location?.tag === URI_TAG ? [location.contents.toString('latin1')] : [];
  });
}

/** Where revocation lists are, and whether something is said of it that is not understood here. */
export interface DistributionPoints {
  readonly addresses: readonly string[];
  /** Lists for some reasons only, lists by another issuer, and points without an address. */
  readonly partial: boolean;
}

/** The distribution points of a certificate (RFC 5280 section 4.2.1.13); null if it names none. Throws `DerError`. */
export function crlDistributionPoints({ extensions }: Certificate): DistributionPoints | null {
  const extension = extensions.get(CRL_DISTRIBUTION_POINTS);
  return extension ? readDistributionPoints(extension.value) : null;
}

/** Where the delta of a revocation list is (RFC 5280 section 5.2.6); null if it has none. Throws `DerError`. */
export function freshestCrl(extensions: Extensions): DistributionPoints | null {
  const extension = extensions.get(FRESHEST_CRL);
  return extension ? readDistributionPoints(extension.value) : null;
}

function readDistributionPoints(value: Buffer): DistributionPoints {
  const points = childrenOf(readDer(value), TAG.sequence).map((point) => childrenOf(point, TAG.sequence));
  const named = points.map((parts) => ({
    addresses: addressesOf(parts.find(({ tag }) => tag === contextTag(0, true))),
    plain: parts.length === 1,
  }));
  return {
    addresses: named.flatMap(({ addresses }) => addresses),
    partial: named.some(({ addresses, plain }) => addresses.length === 0 || !plain),
  };
}

/** The addresses in a DistributionPointName; a name relative to the issuer has none. Throws `DerError`. */
export function addressesOf(name: Der | undefined): readonly string[] {
  if (!name) return [];
  const [choice, ...more] = childrenOf(name, contextTag(0, true));
  if (!choice || more.length > 0) throw new DerError('a distribution point that cannot be read');
  if (choice.tag !== contextTag(0, true)) return [];
  return childrenOf(choice, choice.tag)
    .filter(({ tag }) => tag === URI_TAG)
    .map(({ contents }) => contents.toString('latin1'));
}
