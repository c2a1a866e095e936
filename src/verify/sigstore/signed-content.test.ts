import { ed25519ph } from '@noble/curves/ed25519.js';
import { constants, createHash, generateKeyPairSync, type KeyPairKeyObjectResult, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signedContent, verifySignature } from './signed-content.ts';

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
    expect(verifySignature(pair.publicKey, data, signature)).toBe(verified);
    expect(verifySignature(pair.publicKey, Buffer.from('something else'), signature)).toBe(false);
  });
});

describe('digests in log entries', () => {
  const content = signedContent({
    data,
    digested: Buffer.from('payload'),
    signature: Buffer.from('s'),
    timestamped: Buffer.from('t'),
  });

  it.each([
    ['an empty digest', Buffer.alloc(0)],
    ['a digest of another length', Buffer.alloc(20)],
    ['another digest', Buffer.alloc(32)],
  ])('%s is nobody’s', (_what, digest) => {
    expect(content.compareDigest(digest)).toBe(false);
    expect(content.compareSignedDigest(digest)).toBe(false);
  });

  it('gives the timestamped bytes to the timestamp and the signature to the log entry', () => {
    expect(content.signature).toEqual(Buffer.from('t'));
    expect(content.compareSignature(Buffer.from('s'))).toBe(true);
    expect(content.compareSignature(Buffer.from('t'))).toBe(false);
  });
});
