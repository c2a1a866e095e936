import type { ASN1Obj, X509Certificate } from '@sigstore/core';

/**
 * Makes a certificate remember its own encoding. Path building compares certificates by encoding them anew at each step, which
 * is most of what a verification costs. What is remembered is the re-encoding itself, never the bytes that were read, so that
 * nothing is judged otherwise; a copy of the certificate (`clone`) encodes for itself.
 */
export function encodeOnce(certificate: X509Certificate): X509Certificate {
  rememberEncoding(certificate.root);
  rememberEncoding(certificate.tbsCertificate);
  return certificate;
}

function rememberEncoding(object: ASN1Obj): void {
  const encode = object.toDER.bind(object);
  let encoded: Buffer | null = null;
  object.toDER = () => Buffer.from((encoded ??= encode()));
}
