import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { failed, ok, type Outcome } from '../reasons.ts';

export interface PublicKey {
  readonly key: KeyObject;
  /** sha256 of the SubjectPublicKeyInfo, hex. */
  readonly fingerprint: string;
}

/** Curves and key sizes of Sigstore's algorithm registry; anything else could never verify a signature. */
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const RSA_BITS = 2048;

/** Reads one or several public keys in PEM. `origin` names the file or field in errors. Private keys and certificates are refused. */
export function readPublicKeys(pem: string, origin: string): Outcome<readonly [PublicKey, ...PublicKey[]]> {
  const keys: PublicKey[] = [];
  for (const text of pem.split('-----BEGIN ').slice(1)) {
    const label = text.slice(0, Math.max(text.indexOf('-----'), 0));
    if (label.includes('PRIVATE')) {
      return failed(
        'InputInvalid',
        `${origin} holds a private key (${label})`,
        'name the public key (cosign.pub), and keep the private one away from here',
      );
    }
    if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') {
      return failed(
        'InputInvalid',
        `${origin} holds a ${label}, not a PUBLIC KEY`,
        'name a public key in PEM, as `cosign public-key` prints it',
      );
    }
    const key = publicKey(`-----BEGIN ${text}`);
    const fault = key ? unusable(key) : 'it is damaged';
    if (key === null || fault !== null) {
      return failed(
        'InputInvalid',
        `${origin} holds a public key that cannot be used: ${fault}`,
        'use an ECDSA key (P-256, P-384, P-521), an Ed25519 key, or an RSA key of 2048 bits or more',
      );
    }
    keys.push({
      key,
      fingerprint: createHash('sha256')
        .update(key.export({ type: 'spki', format: 'der' }))
        .digest('hex'),
    });
  }
  const [first, ...more] = keys;
  if (first) return ok([first, ...more]);
  return failed(
    'InputInvalid',
    `${origin} holds no public key in PEM`,
    'name a public key in PEM (-----BEGIN PUBLIC KEY-----), as `cosign public-key` prints it',
  );
}

function publicKey(block: string): KeyObject | null {
  try {
    const key = createPublicKey(block);
    // A point at infinity is read, cannot be written, and ends the process when its curve is asked for.
    key.export({ type: 'spki', format: 'der' });
    return key;
  } catch {
    return null;
  }
}

/** Why nothing could be verified with this key; null if it is good. */
function unusable({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string | null {
  switch (type) {
    case 'ed25519':
      return null;
    case 'ec': {
      const curve = details?.namedCurve ?? 'of its own';
      return CURVES.has(curve) ? null : `the curve ${curve} is not supported`;
    }
    case 'rsa': {
      const bits = details?.modulusLength ?? 0;
      return bits >= RSA_BITS ? null : `an RSA key of ${bits} bits is too short`;
    }
    default:
      return `keys of type ${type ?? 'unknown'} are not supported`;
  }
}
