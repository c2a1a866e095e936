import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readPublicKeys } from './keys.ts';

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const P256 = ec('P-256');
const PRIVATE = P256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC = pem(P256.publicKey);
const ENCRYPTED = P256.privateKey
  .export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
  .toString();

describe('public keys', () => {
  it.each([
    ['P-256', PUBLIC],
    ['P-384', pem(ec('P-384').publicKey)],
    ['P-521', pem(ec('P-521').publicKey)],
    ['Ed25519', pem(generateKeyPairSync('ed25519').publicKey)],
    ['RSA', pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)],
    [
      'RSA in PKCS #1',
      generateKeyPairSync('rsa', { modulusLength: 2048 })
        .publicKey.export({ type: 'pkcs1', format: 'pem' })
        .toString(),
    ],
    ['Windows line ends', PUBLIC.replaceAll('\n', '\r\n')],
    ['text around the key', `my key\n${PUBLIC}\nend\n`],
  ])('reads %s', (_name, text) => {
    expect(readPublicKeys(text, 'cosign.pub')).toMatchObject({ ok: true });
  });

  it('reads several keys of one file, each with the hash of its DER', () => {
    const other = pem(ec('P-256').publicKey);
    const keys = readPublicKeys(PUBLIC + other, 'cosign.pub');
    const fingerprints = keys.ok ? keys.value.map(({ fingerprint }) => fingerprint) : [];
    expect(fingerprints).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect(new Set(fingerprints).size).toBe(2);
  });

  it.each([
    ['a private key', PRIVATE, 'cosign.pub holds a private key (PRIVATE KEY)'],
    ['an encrypted private key', ENCRYPTED, 'cosign.pub holds a private key (EC PRIVATE KEY)'],
    ['a private key behind a public one', PUBLIC + PRIVATE, 'cosign.pub holds a private key (PRIVATE KEY)'],
    [
      'an encrypted one behind a public one',
      PUBLIC + ENCRYPTED,
      'cosign.pub holds a private key (EC PRIVATE KEY)',
    ],
    [
      'a certificate',
      PUBLIC.replaceAll('PUBLIC KEY', 'CERTIFICATE'),
      'cosign.pub holds a CERTIFICATE, not a PUBLIC KEY',
    ],
    ['nothing', '', 'cosign.pub holds no public key in PEM'],
    ['something else', 'ssh-ed25519 AAAA', 'cosign.pub holds no public key in PEM'],
    [
      'a damaged key',
      '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
      'cosign.pub holds a public key that cannot be used: it is damaged',
    ],
    [
      'a key cut short behind a whole one',
      PUBLIC + PUBLIC.slice(0, 60),
      'cosign.pub holds a public key that cannot be used: it is damaged',
    ],
    [
      'a point that is on no curve',
      '-----BEGIN PUBLIC KEY-----\nMBkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDAgAA\n-----END PUBLIC KEY-----\n',
      'cosign.pub holds a public key that cannot be used: it is damaged',
    ],
    [
      'a curve that Sigstore does not have',
      pem(ec('secp256k1').publicKey),
      'cosign.pub holds a public key that cannot be used: the curve secp256k1 is not supported',
    ],
    [
      'DSA',
      pem(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey),
      'cosign.pub holds a public key that cannot be used: keys of type dsa are not supported',
    ],
    [
      'a short RSA key',
      pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
      'cosign.pub holds a public key that cannot be used: an RSA key of 1024 bits is too short',
    ],
  ])('refuses %s', (_name, text, message) => {
    expect(readPublicKeys(text, 'cosign.pub')).toMatchObject({ ok: false, fault: { message } });
  });
});
