import type { OnDisk } from './disk.ts';
import { AUTHORITY, opensslPki, P256, SIGNER, signByNotation } from './openssl.ts';

/** A key that the real `notation` signs with, and the chain above its certificate, both made by openssl. */
export interface RealCase {
  readonly name: string;
  readonly key: readonly string[];
  readonly format: 'jws' | 'cose';
  /** Flags of `notation sign`. */
  readonly flags?: readonly string[];
}

/** What openssl is told of each kind of key that Notation signs with. */
const KEYS: readonly (readonly [string, readonly string[]])[] = [
  ['RSA of 2048 bits', ['rsa:2048']],
  ['RSA of 3072 bits', ['rsa:3072']],
  ['RSA of 4096 bits', ['rsa:4096']],
  ['P-256', P256],
  ['P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
  ['P-521', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521']],
];

export const REAL_CASES: readonly RealCase[] = [
  ...KEYS.flatMap(([name, key]) =>
    (['jws', 'cose'] as const).map((format) => ({ name: `${format} by ${name}`, key, format })),
  ),
  {
    name: 'jws that expires, with metadata of the signer',
    key: P256,
    format: 'jws',
    flags: ['--expiry', '24h', '--user-metadata', 'env=prod'],
  },
];

/** Makes a root, an intermediate and a leaf with openssl, has Notation sign with it, and trusts the root. */
export function signReally({ key, format, flags = [] }: RealCase): Promise<OnDisk> {
  const pki = opensslPki();
  pki.issue('root', { issuer: null, extensions: AUTHORITY });
  pki.issue('intermediate', { issuer: 'root', extensions: AUTHORITY });
  pki.issue('leaf', {
    issuer: 'intermediate',
    subject: '/C=US/ST=WA/L=Seattle/O=acme.io/CN=signer',
    extensions: SIGNER,
    key,
  });
  return signByNotation(
    pki,
    ['leaf', 'intermediate', 'root'],
    { stores: { 'ca:acme': ['root'] }, identities: ['x509.subject: C=US, ST=WA, O=acme.io, CN=signer'] },
    ['--signature-format', format, ...flags],
  );
}
