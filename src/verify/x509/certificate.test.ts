import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  bitString,
  element,
  generalizedTime,
  integer,
  nothing,
  oid,
  sequence,
  tagged,
  validityTime,
} from '../../../test/forge/der.ts';
import { key, signatureAlgorithm } from '../../../test/forge/keys.ts';
import { VALID } from '../../../test/notation/case.ts';
import { parseCertificate } from './certificate.ts';
import { readDer } from './der.ts';
import { verifyWithAlgorithm, algorithmFault } from './signature-algorithm.ts';

const own = key('certificate');

/** A certificate without extensions, of these parts. */
function made(parts: { readonly serial?: Buffer; readonly from?: Buffer } = {}): Buffer {
  const algorithm = signatureAlgorithm(own);
  const validity = sequence(parts.from ?? validityTime(VALID.from), validityTime(VALID.to));
  const serial = parts.serial ?? integer(1);
  const tbs = sequence(tagged(0, integer(2)), serial, algorithm, sequence(), validity, sequence(), own.spki);
  return sequence(tbs, algorithm, bitString(own.sign(tbs)));
}

describe('a certificate', () => {
  it.each([
    ['with a time in the longer form', made({ from: generalizedTime(VALID.from) })],
    ['with the serial number zero, which is in use', made({ serial: integer(0) })],
  ])('%s is read', (_name, der) => expect(parseCertificate(der).notBefore).toEqual(VALID.from));

  it.each([
    ['a negative serial number', made({ serial: element(0x02, Buffer.of(0x80)) }), 'negative serial number'],
    [
      'a fraction of a second in its validity',
      made({ from: element(0x18, Buffer.from('20260301120000.5Z')) }),
      'fraction of a second',
    ],
  ])('with %s is refused', (_name, der, why) => expect(() => parseCertificate(der)).toThrow(why));
});

const SHA256 = '2.16.840.1.101.3.4.2.1';
const SHA384 = '2.16.840.1.101.3.4.2.2';
const hash = (id: string): Buffer => sequence(oid(id), nothing());
const mgf1 = (id: string): Buffer => sequence(oid('1.2.840.113549.1.1.8'), hash(id));

/** RFC 4055, 3.1: each parameter under its own tag. */
const pss = (...parameters: readonly Buffer[]): Buffer =>
  sequence(oid('1.2.840.113549.1.1.10'), sequence(...parameters));

describe('RSASSA-PSS', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const data = Buffer.from('signed');
  const signed = (saltLength: number): Buffer =>
    sign('sha256', data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  const verify = (algorithm: Buffer, signature: Buffer, by: KeyObject = publicKey): boolean =>
    verifyWithAlgorithm(readDer(algorithm), by, data, signature);

  it('verifies with the parameters that are stated', () => {
    const stated = pss(tagged(0, hash(SHA256)), tagged(1, mgf1(SHA256)), tagged(2, integer(32)));
    expect(verify(stated, signed(32))).toBe(true);
    expect(
      verify(
        pss(tagged(0, hash(SHA256)), tagged(1, mgf1(SHA256)), tagged(2, integer(32)), tagged(3, integer(1))),
        signed(32),
      ),
    ).toBe(true);
  });

  it.each<[string, readonly Buffer[]]>([
    ['no hash, which is SHA-1', [tagged(1, mgf1(SHA256)), tagged(2, integer(32))]],
    ['no mask, which is MGF1 with SHA-1', [tagged(0, hash(SHA256)), tagged(2, integer(32))]],
    ['a mask with another hash', [tagged(0, hash(SHA256)), tagged(1, mgf1(SHA384)), tagged(2, integer(32))]],
    ['another mask', [tagged(0, hash(SHA256)), tagged(1, hash(SHA256)), tagged(2, integer(32))]],
    ['no salt, which is one of 20 bytes', [tagged(0, hash(SHA256)), tagged(1, mgf1(SHA256))]],
    ['a shorter salt', [tagged(0, hash(SHA256)), tagged(1, mgf1(SHA256)), tagged(2, integer(20))]],
    [
      'another trailer',
      [tagged(0, hash(SHA256)), tagged(1, mgf1(SHA256)), tagged(2, integer(32)), tagged(3, integer(2))],
    ],
  ])('does not with %s', (_name, parameters) => {
    expect([32, 20].map((saltLength) => verify(pss(...parameters), signed(saltLength)))).toEqual([
      false,
      false,
    ]);
  });
});

describe('an algorithm that is too weak, or not known', () => {
  it.each([
    ['1.2.840.113549.1.1.4', 'is signed with MD5 with RSA, which is too weak'],
    ['1.2.840.113549.1.1.5', 'is signed with SHA-1 with RSA, which is too weak'],
    ['1.2.840.10045.4.3.1', 'is signed with SHA-224 with ECDSA, which is too weak'],
    ['1.2.3.4', 'is signed with an algorithm that is not known (1.2.3.4)'],
    ['1.2.840.10045.4.3.2', null],
  ])('%s: %s', (id, name) => expect(algorithmFault(readDer(sequence(oid(id))))).toBe(name));
});
