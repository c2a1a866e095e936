import { createPublicKey, type KeyObject } from 'node:crypto';
import { childrenOf, DerError, readDer, TAG } from './der.ts';
import { bitStringBytes, oidOf } from './der-values.ts';

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

/** The named curves of RFC 5480 section 2.1.1.1 that signatures here are made on, with the bytes of a coordinate. */
const CURVES: Readonly<Record<string, number>> = {
  '1.2.840.10045.3.1.7': 32,
  '1.3.132.0.34': 48,
  '1.3.132.0.35': 66,
};

/**
 * Reads a public key from its SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). A point on an elliptic curve has to be one: OpenSSL
 * reads the point at infinity, and asked for its details Node ends the whole process. Throws `DerError`.
 */
export function parsePublicKey(spki: Buffer): KeyObject {
  const [algorithm, key] = childrenOf(readDer(spki), TAG.sequence);
  const [id, parameters] = childrenOf(algorithm, TAG.sequence);
  if (oidOf(id) === EC_PUBLIC_KEY) checkPoint(oidOf(parameters), bitStringBytes(key));
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DerError(`the public key cannot be read: ${why}`);
  }
}

/** SEC 1 section 2.3.3: uncompressed, or compressed with the sign of y. RFC 5480 section 2.2 forbids any other form. */
function checkPoint(curve: string, point: Buffer): void {
  const size = CURVES[curve];
  if (size === undefined)
    throw new DerError(`the public key is on the curve ${curve}, which is not supported`);
  const [form] = point;
  const whole = form === 0x04 && point.length === 1 + 2 * size;
  const compressed = (form === 0x02 || form === 0x03) && point.length === 1 + size;
  if (!whole && !compressed) throw new DerError('the public key is no point of its curve');
}
