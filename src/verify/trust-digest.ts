import { createHash, type KeyObject } from 'node:crypto';
import type { CertificateAuthority, Log, TrustRoot, ValidityWindow } from './trust-root.ts';
import type { TrustedKey, TrustMaterial } from './verifier.ts';

/**
 * The sha256, in hex, of everything in trust material that a verdict on Sigstore's evidence can rest on: where two are the same,
 * `verifyEvidence` says the same of the same bytes, at any time. What is said of Notation's signatures depends on the time as well, and
 * is not told apart by this. It is of what was read and not of the files, so that nothing is left out which did not come out of one.
 */
export function trustDigest({ roots, keys }: TrustMaterial): string {
  const all: Every<Omit<TrustMaterial, 'notation'>> = { roots: roots.map(rootOf), keys: keys.map(keyOf) };
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** Every field is named, so that the compiler asks for one that is added. */
type Every<T> = Readonly<Record<keyof T, unknown>>;

function rootOf(root: TrustRoot): Every<TrustRoot> {
  const { certificateAuthorities, timestampAuthorities, transparencyLogs, certificateLogs } = root;
  const { name, sha256, signedCertificateTimestamps, transparencyLogEntries, timestamps } = root;
  return {
    name,
    sha256,
    signedCertificateTimestamps,
    transparencyLogEntries,
    timestamps,
    certificateAuthorities: certificateAuthorities.map(authorityOf),
    timestampAuthorities: timestampAuthorities.map(authorityOf),
    transparencyLogs: transparencyLogs.map(logOf),
    certificateLogs: certificateLogs.map(logOf),
  };
}

function authorityOf({ uri, chain, validFor }: CertificateAuthority): Every<CertificateAuthority> {
  const der = chain.map(({ raw }) => raw.toString('base64'));
  return { uri, chain: der, validFor: windowOf(validFor) };
}

function logOf({ baseUrl, ids, publicKey, validFor }: Log): Every<Log> {
  const hex = ids.map((id) => id.toString('hex'));
  return { baseUrl, ids: hex, publicKey: spki(publicKey), validFor: windowOf(validFor) };
}

function keyOf({ authority, key, fingerprint, root, notBefore, notAfter }: TrustedKey): Every<TrustedKey> {
  return { authority, key: spki(key), fingerprint, root: root && rootOf(root), notBefore, notAfter };
}

function windowOf({ start, end }: ValidityWindow): Every<ValidityWindow> {
  return { start, end };
}

function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
