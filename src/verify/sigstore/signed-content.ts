import { ed25519ph } from '@noble/curves/ed25519.js';
import { constants, createHash, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { dsse } from '@sigstore/core';
import type { SignedEntity } from '@sigstore/verify';

type SignatureContent = SignedEntity['signature'];

/** The hash lengths, in bytes, of the digests that a log entry may record. */
const HASH_BY_LENGTH: Readonly<Record<number, string>> = { 32: 'sha256', 48: 'sha384', 64: 'sha512' };

/**
 * Verifies with the hash that fits the key (Sigstore's algorithm registry): SHA-256 for P-256, SHA-384 for P-384, SHA-512 for
 * P-521, and SHA-256 for all of them, as many clients use it whatever the curve; RSA as PKCS #1 v1.5 or PSS; Ed25519 pure or
 * prehashed with SHA-512. Each form is verified exactly, so more forms mean no weaker signature.
 */
export function verifySignature(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const attempt = (hash: string | null, padding?: number): boolean => {
    try {
      return verify(
        hash,
        data,
        padding === undefined ? key : { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
        signature,
      );
    } catch {
      return false; // a signature of the wrong form for this key
    }
  };
  switch (key.asymmetricKeyType) {
    case 'ec':
      return ecHashes(key).some((hash) => attempt(hash));
    case 'rsa':
      return (
        attempt('sha256', constants.RSA_PKCS1_PADDING) || attempt('sha256', constants.RSA_PKCS1_PSS_PADDING)
      );
    case 'ed25519':
      return attempt(null) || verifyPrehashed(key, data, signature);
    default:
      return false;
  }
}

/**
 * Ed25519ph (RFC 8032 section 5.1), which node:crypto does not offer and cosign uses for its `.sig` layout. `zip215: false` is the
 * RFC's own rule: encodings have to be canonical.
 */
function verifyPrehashed(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const { x } = key.export({ format: 'jwk' });
  try {
    return ed25519ph.verify(signature, data, Buffer.from(x ?? '', 'base64url'), { zip215: false });
  } catch {
    return false; // a signature or key of the wrong length
  }
}

function ecHashes(key: KeyObject): readonly string[] {
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'prime256v1':
      return ['sha256'];
    case 'secp384r1':
      return ['sha384', 'sha256'];
    case 'secp521r1':
      return ['sha512', 'sha256'];
    default:
      return [];
  }
}

/**
 * What a bundle signs, as @sigstore/verify asks for it.
 * - `data`: the bytes under the signature: the payload itself, or a DSSE envelope's pre-authentication encoding
 * - `digested`: the bytes whose hash a log entry of kind `dsse` or `intoto` records: the payload
 * - `timestamped`: the bytes under an RFC 3161 timestamp: the signature, or the whole envelope in cosign's legacy attestations
 */
export function signedContent(parts: {
  readonly data: Buffer;
  readonly digested: Buffer;
  readonly signature: Buffer;
  readonly timestamped: Buffer;
}): SignatureContent {
  return {
    signature: parts.timestamped,
    compareSignature: (signature) => equal(signature, parts.signature),
    compareDigest: (digest) => isDigestOf(digest, parts.digested),
    compareSignedDigest: (digest) => isDigestOf(digest, parts.data),
    verifySignature: (key) => verifySignature(key, parts.data, parts.signature),
  };
}

/** DSSE protocol.md, "PAE": the bytes that are signed instead of the payload alone. */
export function preAuthEncoding(payloadType: string, payload: Buffer): Buffer {
  return dsse.preAuthEncoding(payloadType, payload);
}

function isDigestOf(digest: Buffer, data: Buffer): boolean {
  const hash = HASH_BY_LENGTH[digest.length];
  return hash !== undefined && equal(digest, createHash(hash).update(data).digest());
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
