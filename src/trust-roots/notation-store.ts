import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAIN_BYTES, TRUSTED_CERTIFICATES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { isIssuedBy } from '../verify/notation/chain.ts';
import type { StoreName } from '../verify/notation/trust-policy.ts';
import { nameOf } from '../verify/notation/certificate-profile.ts';
import { type Certificate, parseCertificate } from '../verify/x509/certificate.ts';
import { basicConstraints } from '../verify/x509/extensions.ts';
import { algorithmFault } from '../verify/x509/signature-algorithm.ts';
import { readCertificates } from './certificate-file.ts';

/**
 * Reads a named trust store, `DIRECTORY/x509/TYPE/NAME` (trust-store-trust-policy.md, "Trust Store"), as Notation does: every entry is a
 * file of certificates, in PEM or DER; links and directories are errors. Certificates are authorities or have signed themselves, and
 * those of timestamp authorities are self-signed roots.
 */
export function readTrustStore(
  directory: string,
  { type, name }: StoreName,
): Outcome<readonly Certificate[]> {
  const path = join(directory, 'x509', type, name);
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return refuse(path, `the trust store ${type}:${name} does not exist`);
    if (found.isSymbolicLink() || !found.isDirectory())
      return refuse(
        path,
        `the trust store ${type}:${name} is no directory of its own; links are not followed`,
      );
    const certificates = [];
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const file = join(path, entry.name);
      if (!entry.isFile()) return refuse(file, 'is no regular file; links and directories are not read');
      const read = readStoreFile(file, type);
      if (!read.ok) return read;
      certificates.push(...read.value);
      if (certificates.length > TRUSTED_CERTIFICATES)
        return refuse(path, `has more certificates than the limit of ${TRUSTED_CERTIFICATES}`);
    }
    return certificates.length === 0 ? refuse(path, 'has no certificate') : ok(certificates);
  } catch (cause) {
    return refuse(path, `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function readStoreFile(file: string, type: StoreName['type']): Outcome<readonly Certificate[]> {
  const { size } = lstatSync(file);
  if (size > CHAIN_BYTES) return refuse(file, `has ${size} bytes, more than the limit of ${CHAIN_BYTES}`);
  const read = readCertificates(readFileSync(file));
  if (!read.ok) return refuse(file, read.why);
  const parsed: Certificate[] = [];
  for (const [index, der] of read.certificates.entries()) {
    let certificate: Certificate;
    try {
      certificate = parseCertificate(der);
      const why = storeFault(certificate, type);
      if (why !== null) return refuse(file, `${nameOf(certificate)} ${why}`);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      return refuse(file, `certificate ${index + 1} cannot be read: ${why}`);
    }
    parsed.push(certificate);
  }
  return ok(parsed);
}

function storeFault(certificate: Certificate, type: StoreName['type']): string | null {
  const { authority } = basicConstraints(certificate);
  const selfSigned = isIssuedBy(certificate, certificate);
  const weak = algorithmFault(certificate.signatureAlgorithm);
  if (type === 'tsa' && weak !== null) return weak;
  if (type === 'tsa')
    return authority && selfSigned ? null : 'is no self-signed root of a timestamp authority';
  return authority || selfSigned ? null : 'is neither a certificate authority nor self-signed';
}

function refuse(path: string, why: string): Outcome<never> {
  return failed(
    'TrustStoreInvalid',
    `${path}: ${why}`,
    'put the certificates of the authorities into files of that directory, as `notation cert add --type TYPE --store NAME FILE` does',
  );
}
