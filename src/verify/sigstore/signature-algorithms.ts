import { ed25519ph } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { constants, createVerify, type KeyObject, publicDecrypt, verify } from 'node:crypto';

export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512';

/** The curves of Sigstore's algorithm registry, with the hash that fits each, and SHA-256, which many clients use for all. */
const CURVES: Readonly<
  Record<string, { readonly hashes: readonly HashAlgorithm[]; readonly curve: typeof p256 }>
> = {
  prime256v1: { hashes: ['sha256'], curve: p256 },
  secp384r1: { hashes: ['sha384', 'sha256'], curve: p384 },
  secp521r1: { hashes: ['sha512', 'sha256'], curve: p521 },
};

function curveOf(key: KeyObject) {
  const known = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  return known ?? { hashes: [], curve: null };
}

/** The hash that a log signs its own words with: the one that fits its key, or null for Ed25519, which hashes for itself. */
export function hashOfKey(key: KeyObject): HashAlgorithm | null {
  if (key.asymmetricKeyType === 'ed25519') return null;
  return curveOf(key).hashes[0] ?? 'sha256';
}

/**
 * Verifies with the hash that fits the key (Sigstore's algorithm registry): SHA-256 for P-256, SHA-384 for P-384, SHA-512 for
 * P-521, and SHA-256 for all of them, as many clients use it whatever the curve; RSA as PKCS #1 v1.5 or PSS; Ed25519 pure or
 * prehashed with SHA-512. Each form is verified exactly, so more forms mean no weaker signature. `pieces` are the data, one part after
 * the other; only Ed25519 puts them together.
 */
export function verifySignature(
  key: KeyObject,
  pieces: readonly Uint8Array[],
  signature: Uint8Array,
): boolean {
  const attempt = (hash: string, padding?: number): boolean => {
    try {
      const verifying = createVerify(hash);
      for (const piece of pieces) verifying.update(piece);
      return verifying.verify(
        padding === undefined ? key : { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
        signature,
      );
    } catch {
      return false; // a signature of the wrong form for this key
    }
  };
  switch (key.asymmetricKeyType) {
    case 'ec':
      return curveOf(key).hashes.some((hash) => attempt(hash));
    case 'rsa':
      return (
        attempt('sha256', constants.RSA_PKCS1_PADDING) || attempt('sha256', constants.RSA_PKCS1_PSS_PADDING)
      );
    case 'ed25519': {
      const data = Buffer.concat(pieces);
      return verifyPure(key, data, signature) || verifyPrehashed(key, data, signature);
    }
    default:
      return false;
  }
}

function verifyPure(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, data, key, signature);
  } catch {
    return false; // a signature of the wrong length
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

/**
 * Verifies a signature of which the digest of what was signed is known, and not the bytes. Null where that cannot be done: with
 * RSA-PSS and Ed25519, and with a hash that does not fit the key.
 */
export function verifyDigestSignature(
  key: KeyObject,
  algorithm: HashAlgorithm,
  digest: Buffer,
  signature: Buffer,
): boolean | null {
  if (key.asymmetricKeyType === 'rsa') return algorithm === 'sha256' ? isPkcs1(key, digest, signature) : null;
  const { hashes, curve } = curveOf(key);
  if (!curve || !hashes.includes(algorithm)) return null;
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(0x04), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  try {
    // Both halves of the range of s are signatures (FIPS 186-5 section 6.4.2); node:crypto takes them as well.
    return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' });
  } catch {
    return false; // a signature of the wrong form
  }
}

/** RFC 8017 section 9.2, notes: the encoding of SHA-256 in front of the digest. */
const DIGEST_INFO_SHA256 = Buffer.from('3031300d060960864801650304020105000420', 'hex');

function isPkcs1(key: KeyObject, digest: Buffer, signature: Buffer): boolean | null {
  try {
    const padding = constants.RSA_PKCS1_PADDING;
    return publicDecrypt({ key, padding }, signature).equals(Buffer.concat([DIGEST_INFO_SHA256, digest]));
  } catch {
    return null; // it may be one with PSS
  }
}
