import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { failed, ok, type Outcome } from '../reasons.ts';

export interface PublicKey {
  readonly key: KeyObject;
  /** sha256 of the SubjectPublicKeyInfo, hex. */
  readonly fingerprint: string;
}

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;

/** Keys that Sigstore's algorithm registry knows; anything else could never verify a signature. */
const SUPPORTED = new Set(['ec', 'rsa', 'ed25519']);

/** Reads one or several public keys in PEM. `origin` names the file or field in errors. Private keys and certificates are refused. */
export function readPublicKeys(pem: string, origin: string): Outcome<readonly [PublicKey, ...PublicKey[]]> {
  const keys: PublicKey[] = [];
  for (const [block, label = ''] of pem.matchAll(PEM_BLOCK)) {
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
    const key = publicKey(block);
    if (key === null || !SUPPORTED.has(key.asymmetricKeyType ?? '')) {
      return failed(
        'InputInvalid',
        `${origin} holds a public key that cannot be used (${key?.asymmetricKeyType ?? 'unreadable'})`,
        'use an ECDSA, RSA or Ed25519 key',
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
    return createPublicKey(block);
  } catch {
    return null;
  }
}
