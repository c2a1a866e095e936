import {
  checkPrimeSync,
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  privateEncrypt,
  sign as signWith,
} from 'node:crypto';
import type { AnyHash, Hash, Key } from './keys.ts';

/** An RSA key pair, and its signatures by RSASSA-PSS, that are the same in every run. */
export interface RsaKey extends Key {
  readonly bits: number;
  readonly pss: (data: Uint8Array, how?: PssKnobs) => Buffer;
}

export interface PssKnobs {
  readonly hash?: Hash;
  /** Of the mask, where it is not the same. */
  readonly maskHash?: AnyHash;
  /** Bytes of the salt; as many as the hash has without it. */
  readonly salt?: number;
}

const made = new Map<string, RsaKey>();

/** The key of this name and so many bits. */
export function rsaKey(name: string, bits = 2048): RsaKey {
  const label = `${name}${bits === 2048 ? '' : `:${bits}`}`;
  const known = made.get(label) ?? make(`rsa:${label}`, bits);
  made.set(label, known);
  return known;
}

function make(label: string, bits: number): RsaKey {
  const e = 65537n;
  const p = prime(`${label}:p`, Math.ceil(bits / 2));
  const q = prime(`${label}:q`, Math.floor(bits / 2));
  const d = inverse(e, (p - 1n) * (q - 1n));
  const parts = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(
    Object.entries(parts).map(([name, value]) => {
      const hex = value.toString(16);
      return [name, Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex').toString('base64url')];
    }),
  );
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    kind: 'rsa',
    hash: 'sha256',
    publicKey,
    spki,
    raw: spki.subarray(-32),
    bits,
    sign: (data, hash = 'sha256') =>
      signWith(hash, data, { key: privateKey, padding: constants.RSA_PKCS1_PADDING }),
    pss: (data, how = {}) =>
      privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encodePss(bits, data, how)),
  };
}

/** A prime that follows from a name, with its two highest bits set, so that a product has as many bits as its factors. */
function prime(label: string, bits: number): bigint {
  const bytes = createHash('shake256', { outputLength: Math.ceil(bits / 8) })
    .update(label)
    .digest();
  const highest = 3n << BigInt(bits - 2);
  let candidate = (BigInt(`0x${bytes.toString('hex')}`) % (1n << BigInt(bits))) | highest | 1n;
  while (candidate % 65537n === 1n || !checkPrimeSync(candidate, { checks: 8 })) candidate += 2n;
  return candidate;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

/**
 * What RSASSA-PSS signs (RFC 8017, 8.1.1 and 9.1.1), in as many bytes as the modulus has. Its salt follows from what is signed: Node's own is
 * another every time.
 */
export function encodePss(bits: number, data: Uint8Array, knobs: PssKnobs = {}): Buffer {
  const { hash = 'sha256', maskHash = hash } = knobs;
  const digest = (...parts: readonly Uint8Array[]) => createHash(hash).update(Buffer.concat(parts)).digest();
  const hashed = digest(data);
  const salt = createHash('shake256', { outputLength: knobs.salt ?? hashed.length })
    .update(hashed)
    .digest();
  const length = Math.ceil((bits - 1) / 8);
  const seed = digest(Buffer.alloc(8), hashed, salt);
  const block = Buffer.alloc(length - hashed.length - 1);
  salt.copy(block, block.length - salt.length);
  block[block.length - salt.length - 1] = 1;
  const mask = mgf1(seed, block.length, maskHash);
  for (const [at, byte] of mask.entries()) block[at] = (block[at] ?? 0) ^ byte;
  block[0] = (block[0] ?? 0) & (0xff >> (8 * length - (bits - 1)));
  const encoded = Buffer.concat([block, seed, Buffer.of(0xbc)]);
  return Buffer.concat([Buffer.alloc(Math.ceil(bits / 8) - length), encoded]);
}

/** RFC 8017, B.2.1. */
function mgf1(seed: Buffer, length: number, hash: AnyHash): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; Buffer.concat(blocks).length < length; at += 1)
    blocks.push(
      createHash(hash)
        .update(seed)
        .update(Buffer.of(0, 0, 0, at))
        .digest(),
    );
  return Buffer.concat(blocks).subarray(0, length);
}
