import type { Certificate } from '../x509/certificate.ts';
import { algorithmFault, verifyWithAlgorithm } from '../x509/signature-algorithm.ts';
import { authorityFault, type ChainPurpose, leafFault, nameOf } from './certificate-profile.ts';

/** From the certificate that signs to the root. */
export type Chain = readonly [leaf: Certificate, ...above: Certificate[]];

/**
 * What is wrong with an ordered chain (signature-specification.md, "Certificate Requirements"): each certificate is issued by the
 * next, the last by itself and none before it, and all meet the profile of their place. A chain of one is a leaf that issued itself.
 * Nothing here asks for the time. Null if nothing is wrong; throws `DerError` for extensions that cannot be read.
 */
export function chainFault(chain: Chain, purpose: ChainPurpose): string | null {
  const [leaf, ...above] = chain;
  const faults = [
    leafFault(leaf, purpose),
    ...above.map((certificate, below) => authorityFault(certificate, purpose, below)),
    ...chain.map((certificate, at) => issuerFault(certificate, chain[at + 1], chain.length > 1)),
  ];
  return faults.find((fault) => fault !== null) ?? null;
}

/** `issuer` is the next of the chain; the last certificate has none. */
function issuerFault(
  certificate: Certificate,
  issuer: Certificate | undefined,
  several: boolean,
): string | null {
  const weak = algorithmFault(certificate.signatureAlgorithm);
  if (weak !== null) return `the certificate ${nameOf(certificate)} ${weak}`;
  if (!issuer) {
    if (isIssuedBy(certificate, certificate)) return null;
    return several
      ? `the chain ends with ${nameOf(certificate)}, which is no self-signed root`
      : `the only certificate, ${nameOf(certificate)}, did not sign itself`;
  }
  if (isIssuedBy(certificate, certificate))
    return `the certificate ${nameOf(certificate)} is self-signed, and stands before the end of the chain`;
  return isIssuedBy(certificate, issuer)
    ? null
    : `the certificate ${nameOf(certificate)} is followed by ${nameOf(issuer)}, which did not issue it`;
}

/** Names chain, and the signature verifies with an algorithm that is strong enough: SHA-1 is none. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const { signatureAlgorithm, tbs, signature } = certificate;
  return (
    certificate.issuer.equals(issuer.subject) &&
    verifyWithAlgorithm(signatureAlgorithm, issuer.publicKey, tbs.raw, signature)
  );
}

/** The first certificate that is not valid at a time; its bounds are included. */
export function notValidAt(chain: readonly Certificate[], from: Date, to: Date = from): Certificate | null {
  return chain.find(({ notBefore, notAfter }) => from < notBefore || to > notAfter) ?? null;
}
