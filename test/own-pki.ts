import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate with its key. */
export interface Subject {
  readonly name: string;
  readonly pem: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

async function certificate(
  name: string,
  issuer: Subject | null,
  extensions: Extension[],
  [from, to] = ['2020', '2040'],
): Promise<Subject> {
  const keys = await newKeys();
  const made = await X509CertificateGenerator.create(
    {
      subject: `CN=${name}`,
      issuer: `CN=${issuer?.name ?? name}`,
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(`${from}-01-01T00:00:00Z`),
      notAfter: new Date(`${to}-01-01T00:00:00Z`),
      extensions,
    },
    webcrypto,
  );
  return { name, keys, pem: `${made.toString('pem')}\n` };
}

const authority = () => [new BasicConstraintsExtension(true, undefined, true)];
const purpose = (oid: string) => [new ExtendedKeyUsageExtension([oid], true)];

/** Certificates of an own PKI. */
async function makePki() {
  const root = await certificate('root', null, authority());
  const intermediate = await certificate('intermediate', root, authority());
  const late = await certificate('late', null, authority(), ['2030', '2040']);
  const { privateKey, publicKey } = await newKeys();
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', publicKey)).toString('base64');
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  return {
    root,
    intermediate,
    leaf: await certificate('leaf', intermediate, purpose(CODE_SIGNING)),
    tsa: await certificate('tsa', root, purpose(TIME_STAMPING)),
    otherRoot: await certificate('other root', null, authority()),
    impostor: await certificate('root', null, authority()),
    expired: await certificate('expired root', null, authority(), ['2010', '2012']),
    late,
    early: await certificate('early', late, authority(), ['2010', '2020']),
    PRIVATE_KEY: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    PUBLIC_KEY: `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`,
  };
}

export const PKI = makePki();
