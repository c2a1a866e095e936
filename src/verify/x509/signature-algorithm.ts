import { constants, type KeyObject, verify } from 'node:crypto';
import { childrenOf, contextTag, type Der, readDer, TAG } from './der.ts';
import { oidOf, smallInteger } from './der-values.ts';

interface SignatureAlgorithm {
  /** null: the algorithm hashes for itself. */
  readonly hash: string | null;
  readonly keyType: string;
}

/** RFC 5758 section 3.2, RFC 8017 appendix A.2.4, RFC 8410 section 3. SHA-1 and MD5 are not among them. */
const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.10045.4.3.2': { hash: 'sha256', keyType: 'ec' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', keyType: 'ec' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', keyType: 'ec' },
  '1.2.840.113549.1.1.11': { hash: 'sha256', keyType: 'rsa' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', keyType: 'rsa' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', keyType: 'rsa' },
  '1.3.101.112': { hash: null, keyType: 'ed25519' },
};
const RSA_PSS = '1.2.840.113549.1.1.10';
/** In CMS the algorithm may be that of the key alone, and the hash is named beside it (RFC 5754 sections 3.2 and 3.3). */
const KEY_ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'rsa',
  '1.2.840.10045.2.1': 'ec',
};

/** The hashes of RFC 5754 section 2 by object identifier. */
const HASHES: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The hash that an algorithm identifier names, or null for one that is too weak or unknown. Throws `DerError`. */
export function hashOf(algorithm: Der | undefined): string | null {
  const [id] = childrenOf(algorithm, TAG.sequence);
  return HASHES[oidOf(id)] ?? null;
}

/** Those that were in use, and how they are called by who has to replace them. */
const TOO_WEAK: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'MD5 with RSA',
  '1.2.840.113549.1.1.5': 'SHA-1 with RSA',
  '1.2.840.113549.1.1.14': 'SHA-224 with RSA',
  '1.2.840.10045.4.1': 'SHA-1 with ECDSA',
  '1.2.840.10045.4.3.1': 'SHA-224 with ECDSA',
};

/** What is said of an algorithm by which nothing is verified, as a clause; null for the others. Throws `DerError`. */
export function algorithmFault(algorithm: Der): string | null {
  const [id, parameters] = childrenOf(algorithm, TAG.sequence);
  const oid = oidOf(id);
  const weak = TOO_WEAK[oid];
  if (weak !== undefined) return `is signed with ${weak}, which is too weak`;
  if (oid === RSA_PSS)
    return pssHash(parameters) === null
      ? 'is signed with RSASSA-PSS by other parameters than those of SHA-256, SHA-384 or SHA-512'
      : null;
  return ALGORITHMS[oid] ? null : `is signed with an algorithm that is not known (${oid})`;
}

/**
 * Verifies a signature in X.509 or CMS. `digestHash` is the hash that CMS names beside the algorithm. False for a signature that
 * does not fit, for a key of another type than the algorithm's, and for algorithms that are too weak or unknown. Throws `DerError`.
 */
export function verifyWithAlgorithm(
  algorithm: Der,
  key: KeyObject,
  data: Buffer,
  signature: Buffer,
  digestHash: string | null = null,
): boolean {
  const [id, parameters] = childrenOf(algorithm, TAG.sequence);
  const oid = oidOf(id);
  const attempt = (hash: string | null, options: { padding?: number; saltLength?: number } = {}): boolean => {
    try {
      return verify(hash, data, { key, ...options }, signature);
    } catch {
      return false; // a signature of the wrong form for this key
    }
  };
  if (oid === RSA_PSS) {
    const hash = pssHash(parameters);
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const isRsa = key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss';
    return isRsa && hash !== null && attempt(hash, { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
  }
  const known = ALGORITHMS[oid];
  const keyType = known?.keyType ?? KEY_ALGORITHMS[oid];
  if (keyType === undefined || key.asymmetricKeyType !== keyType) return false;
  if (known) return attempt(known.hash);
  return digestHash !== null && attempt(digestHash);
}

const MGF1 = '1.2.840.113549.1.1.8';

/**
 * RFC 4055 section 3.1: the hash of RSASSA-PSS; its default, SHA-1, is too weak. What the parameters say of the rest is what is verified:
 * MGF1 with the same hash, a salt as long as the hash, and the only trailer that there is. Null for anything else.
 */
function pssHash(parameters: Der | undefined): string | null {
  if (!parameters) return null;
  const parts = childrenOf(parameters, TAG.sequence);
  const [hashPart, mask, salt, trailer] = [0, 1, 2, 3].map((number) =>
    parts.find(({ tag }) => tag === contextTag(number, true)),
  );
  const hash = hashPart ? hashOf(readDer(hashPart.contents)) : null;
  if (hash === null || !mask || !salt) return null;
  const [generator, maskHash] = childrenOf(readDer(mask.contents), TAG.sequence);
  const fits =
    oidOf(generator) === MGF1 &&
    hashOf(maskHash) === hash &&
    smallInteger(readDer(salt.contents)) === DIGEST_BYTES[hash] &&
    (!trailer || smallInteger(readDer(trailer.contents)) === 1);
  return fits ? hash : null;
}

const DIGEST_BYTES: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 };
