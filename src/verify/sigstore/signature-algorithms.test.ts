import { ed25519ph } from '@noble/curves/ed25519.js';
import { constants, createHash, generateKeyPairSync, type KeyPairKeyObjectResult, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type HashAlgorithm, verifyDigestSignature, verifySignature } from './signature-algorithms.ts';

const data = Buffer.from('what is signed');
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const seed = Buffer.from(ed.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

describe('the hash fits the key', () => {
  it.each<[string, KeyPairKeyObjectResult, (pair: KeyPairKeyObjectResult) => Buffer, boolean]>([
    ['P-256 with SHA-256', ec('P-256'), ({ privateKey }) => sign('sha256', data, privateKey), true],
    ['P-384 with SHA-384', ec('P-384'), ({ privateKey }) => sign('sha384', data, privateKey), true],
    [
      'P-384 with SHA-256, as many clients do',
      ec('P-384'),
      ({ privateKey }) => sign('sha256', data, privateKey),
      true,
    ],
    ['P-521 with SHA-512', ec('P-521'), ({ privateKey }) => sign('sha512', data, privateKey), true],
    ['RSA with PKCS #1 v1.5', rsa, ({ privateKey }) => sign('sha256', data, privateKey), true],
    ['RSA with PSS', rsa, ({ privateKey }) => sign('sha256', data, { key: privateKey, ...pss }), true],
    ['Ed25519', generateKeyPairSync('ed25519'), ({ privateKey }) => sign(null, data, privateKey), true],
    ['Ed25519 prehashed, as cosign does', ed, () => Buffer.from(ed25519ph.sign(data, seed)), true],
    [
      'Ed25519 over the hash alone',
      ed,
      ({ privateKey }) => sign(null, createHash('sha512').update(data).digest(), privateKey),
      false,
    ],
    ['P-256 with SHA-1', ec('P-256'), ({ privateKey }) => sign('sha1', data, privateKey), false],
    ['P-384 with SHA-1', ec('P-384'), ({ privateKey }) => sign('sha1', data, privateKey), false],
    ['RSA with SHA-1', rsa, ({ privateKey }) => sign('sha1', data, privateKey), false],
    [
      'a curve that Sigstore does not know',
      ec('secp256k1'),
      ({ privateKey }) => sign('sha256', data, privateKey),
      false,
    ],
    ['no signature at all', ec('P-256'), () => Buffer.alloc(0), false],
    ['noise', generateKeyPairSync('ed25519'), () => Buffer.alloc(64, 7), false],
  ])('%s', (_what, pair, make, verified) => {
    const signature = make(pair);
    expect(verifySignature(pair.publicKey, [data], signature)).toBe(verified);
    expect(verifySignature(pair.publicKey, [Buffer.from('something else')], signature)).toBe(false);
  });
});

describe('a signature over a digest', () => {
  const other = createHash('sha256').update('something else').digest();

  it.each<[string, KeyPairKeyObjectResult, HashAlgorithm, object, boolean | null]>([
    ['P-256 with SHA-256', ec('P-256'), 'sha256', {}, true],
    ['P-384 with SHA-384', ec('P-384'), 'sha384', {}, true],
    ['P-384 with SHA-256, as many clients do', ec('P-384'), 'sha256', {}, true],
    ['P-521 with SHA-512', ec('P-521'), 'sha512', {}, true],
    ['P-256 with a hash that does not fit it', ec('P-256'), 'sha512', {}, null],
    ['RSA with PKCS #1 v1.5', rsa, 'sha256', {}, true],
    ['RSA with PSS, which needs the bytes', rsa, 'sha256', pss, null],
    ['a curve that Sigstore does not know', ec('secp256k1'), 'sha256', {}, null],
  ])('%s', (_what, { privateKey: key, publicKey }, hash, options, verified) => {
    const signature = sign(hash, data, { key, ...options });
    const digest = createHash(hash).update(data).digest();
    expect(verifyDigestSignature(publicKey, hash, digest, signature)).toBe(verified);
    expect(verifyDigestSignature(publicKey, hash, other, signature)).not.toBe(true);
  });

  it('Ed25519 needs the bytes', () => {
    const digest = createHash('sha512').update(data).digest();
    expect(verifyDigestSignature(ed.publicKey, 'sha512', digest, Buffer.alloc(64))).toBeNull();
  });

  it('takes every signature that the same key makes', () => {
    const { privateKey, publicKey } = ec('P-256');
    const digest = createHash('sha256').update(data).digest();
    for (let made = 0; made < 20; made += 1)
      expect(verifyDigestSignature(publicKey, 'sha256', digest, sign('sha256', data, privateKey))).toBe(true);
  });
});
