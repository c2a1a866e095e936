import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign as signWith } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { nothing, oid, sequence } from './der.ts';
import { rsaKey } from './rsa.ts';

export type KeyKind = 'p256' | 'p384' | 'p521' | 'rsa' | 'ed25519';
export type Hash = 'sha256' | 'sha384' | 'sha512';
/** With SHA-1, which nobody may sign over any more. */
export type AnyHash = Hash | 'sha1';

/** A key pair that is the same in every run, as are its signatures: what is made with it can be made again, byte for byte. */
export interface Key {
  readonly kind: KeyKind;
  /** The hash that fits the key; Ed25519 signs without one, and digests beside it are SHA-512. */
  readonly hash: Hash;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
  /** The public key alone: 32 bytes of Ed25519. */
  readonly raw: Buffer;
  /** ECDSA by RFC 6979, RSA by PKCS #1 v1.5, pure Ed25519. */
  readonly sign: (data: Uint8Array, hash?: AnyHash) => Buffer;
}

const CURVES = {
  p256: { curve: p256, name: 'P-256', bytes: 32, hash: 'sha256' },
  p384: { curve: p384, name: 'P-384', bytes: 48, hash: 'sha384' },
  p521: { curve: p521, name: 'P-521', bytes: 66, hash: 'sha512' },
} as const;

export const digest = (hash: AnyHash, ...data: readonly Uint8Array[]): Buffer => {
  const hashing = createHash(hash);
  for (const part of data) hashing.update(part);
  return hashing.digest();
};

/** `length` bytes that follow from a name. */
const stream = (name: string, length: number): Buffer =>
  createHash('shake256', { outputLength: length }).update(name).digest();

const made = new Map<string, Key>();

/** The key of this name: the same name gives the same key. */
export function key(name: string, kind: KeyKind = 'p256'): Key {
  const label = `${kind}:${name}`;
  const known = made.get(label);
  if (known) return known;
  const pair = make(kind, label, name);
  made.set(label, pair);
  return pair;
}

function make(kind: KeyKind, label: string, name: string): Key {
  switch (kind) {
    case 'p256':
    case 'p384':
    case 'p521':
      return elliptic(kind, label);
    case 'rsa':
      return rsaKey(name);
    case 'ed25519':
      return ed25519(label);
  }
}

function withPublic(privateKey: KeyObject, kind: KeyKind, hash: Hash, sign: Key['sign']): Key {
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { kind, hash, publicKey, spki, raw: spki.subarray(-32), sign };
}

function elliptic(kind: keyof typeof CURVES, label: string): Key {
  const { curve, name, bytes, hash } = CURVES[kind];
  const secret = stream(label, bytes);
  secret[0] = 0; // below the order of the curve
  secret[bytes - 1] = (secret[bytes - 1] ?? 0) | 1; // and not 0
  if (kind === 'p521') secret[1] = 0;
  const point = Buffer.from(curve.getPublicKey(secret, false)).subarray(1);
  const x = point.subarray(0, bytes).toString('base64url');
  const y = point.subarray(bytes).toString('base64url');
  const privateKey = createPrivateKey({
    key: { kty: 'EC', crv: name, d: secret.toString('base64url'), x, y },
    format: 'jwk',
  });
  const sign = (data: Uint8Array, with_: AnyHash = hash): Buffer =>
    Buffer.from(curve.sign(digest(with_, data), secret, { prehash: false, lowS: false, format: 'der' }));
  return withPublic(privateKey, kind, hash, sign);
}

function ed25519(label: string): Key {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, section 7
  const privateKey = createPrivateKey({
    key: Buffer.concat([prefix, stream(label, 32)]),
    format: 'der',
    type: 'pkcs8',
  });
  return withPublic(privateKey, 'ed25519', 'sha512', (data) => signWith(null, data, privateKey));
}

const ECDSA_WITH = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
} as const;
const RSA_WITH = {
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
} as const;

/** The AlgorithmIdentifier of a signature by `by` (RFC 5758, 8017 and 8410). */
export function signatureAlgorithm(by: Key, hash: AnyHash = by.hash): Buffer {
  switch (by.kind) {
    case 'p256':
    case 'p384':
    case 'p521':
      return sequence(oid(ECDSA_WITH[hash]));
    case 'rsa':
      return sequence(oid(RSA_WITH[hash]), nothing());
    case 'ed25519':
      return sequence(oid('1.3.101.112'));
  }
}

/** protobuf-specs, sigstore_common.proto, PublicKeyDetails. */
export const KEY_DETAILS: Readonly<Record<KeyKind, string>> = {
  p256: 'PKIX_ECDSA_P256_SHA_256',
  p384: 'PKIX_ECDSA_P384_SHA_384',
  p521: 'PKIX_ECDSA_P521_SHA_512',
  rsa: 'PKIX_RSA_PKCS1V15_2048_SHA256',
  ed25519: 'PKIX_ED25519',
};

/** The PEM form of DER. */
export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
