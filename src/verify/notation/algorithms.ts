import { constants, type KeyObject, verify } from 'node:crypto';

export const ALGORITHM_NAMES = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;
/** A signature algorithm of signature-specification.md, "Signature Algorithm Requirements", as JWS calls it (RFC 7518 section 3.1). */
export type AlgorithmName = (typeof ALGORITHM_NAMES)[number];

/** "Algorithm Selection": these sizes and no others. */
const RSA: ReadonlyMap<number, AlgorithmName> = new Map([
  [2048, 'PS256'],
  [3072, 'PS384'],
  [4096, 'PS512'],
]);
const CURVES: ReadonlyMap<string, AlgorithmName> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/** RFC 8017 section 3.1: with an exponent below 3 anybody signs as this key, and OpenSSL verifies it. */
function isForgeable(details: KeyObject['asymmetricKeyDetails']): boolean {
  return (details?.publicExponent ?? 0n) < 3n;
}

/** The one algorithm that a key signs with; null for a key of another kind or size. */
export function algorithmOfKey({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): AlgorithmName | null {
  if (type === 'rsa') return isForgeable(details) ? null : (RSA.get(details?.modulusLength ?? 0) ?? null);
  if (type === 'ec') return CURVES.get(details?.namedCurve ?? '') ?? null;
  return null;
}

/** A key in words: `RSA, 1024 bits`. */
export function describeKey({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'rsa') {
    const exponent = isForgeable(details) ? `, exponent ${details?.publicExponent ?? 0n}` : '';
    return `RSA, ${details?.modulusLength ?? 0} bits${exponent}`;
  }
  return type === 'ec' ? `elliptic curve ${details?.namedCurve ?? 'of its own'}` : String(type);
}

/** "Leaf Certificates", "Key Length"; asked of every certificate of a chain, as a weak one forges all below it. */
export function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'rsa' || type === 'rsa-pss')
    return (details?.modulusLength ?? 0) >= 2048 && !isForgeable(details);
  return type === 'ec' ? CURVES.has(details?.namedCurve ?? '') : type === 'ed25519';
}

/** Whether the signature is this key's over the data. RSASSA-PSS with a salt as long as its hash (RFC 7518 section 3.5). */
export function verifySignature(
  name: AlgorithmName,
  key: KeyObject,
  data: Buffer,
  signature: Buffer,
): boolean {
  const hash = `sha${name.slice(2)}`;
  const how = name.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { dsaEncoding: 'ieee-p1363' as const };
  try {
    return verify(hash, data, { key, ...how }, signature);
  } catch {
    return false; // a signature of the wrong form for this key
  }
}
