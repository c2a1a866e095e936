import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { readIdentity } from './identity.ts';

const FULCIO = '1.3.6.1.4.1.57264.1';
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const URI = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';
const ISSUER = 'https://token.actions.githubusercontent.com';

const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
  'sign',
  'verify',
]);

/** Fulcio's deprecated form: the text itself. */
const raw = (number: number, text: string) =>
  new x509.Extension(`${FULCIO}.${number}`, false, Buffer.from(text));
/** Fulcio's form since 2022: a DER UTF8String. */
const der = (number: number, text: string) =>
  new x509.Extension(
    `${FULCIO}.${number}`,
    false,
    Buffer.concat([Buffer.of(0x0c, text.length), Buffer.from(text)]),
  );
const san = (...names: x509.JsonGeneralNames) => new x509.SubjectAlternativeNameExtension(names);
const eku = (...purposes: string[]) => new x509.ExtendedKeyUsageExtension(purposes);
const usage = (flags: x509.KeyUsageFlags) => new x509.KeyUsagesExtension(flags, true);
const ca = new x509.BasicConstraintsExtension(true);

interface Parts {
  readonly name?: x509.Extension;
  readonly purposes?: x509.Extension;
  readonly use?: x509.Extension;
  readonly more?: readonly x509.Extension[];
}

async function certificate({ name, purposes, use, more = [der(8, ISSUER)] }: Parts): Promise<Certificate> {
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    keys,
    name: '',
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2026-01-02'),
    extensions: [
      name ?? san({ type: 'url', value: URI }),
      purposes ?? eku(CODE_SIGNING),
      use ?? usage(x509.KeyUsageFlags.digitalSignature),
      ...more,
    ],
  });
  return parseCertificate(Buffer.from(made.rawData));
}

describe('who a certificate was issued to', () => {
  it.each<[string, Parts, unknown]>([
    ['a URI', {}, { kind: 'uri', value: URI }],
    [
      'an e-mail address',
      { name: san({ type: 'email', value: 'jane@acme.example' }) },
      { kind: 'email', value: 'jane@acme.example' },
    ],
    [
      'a DNS name',
      { name: san({ type: 'dns', value: 'build.acme.example' }) },
      { kind: 'dns', value: 'build.acme.example' },
    ],
  ])('reads %s', async (_what, parts, subject) => {
    expect(readIdentity(await certificate(parts))).toMatchObject({ subject, issuer: ISSUER });
  });

  it('names no issuer where the certificate of an own PKI does not', async () => {
    expect(readIdentity(await certificate({ more: [] })).issuer).toBe('');
  });

  it('reads the issuer from the deprecated extension where it stands alone', async () => {
    expect(readIdentity(await certificate({ more: [raw(1, ISSUER)] })).issuer).toBe(ISSUER);
  });

  it('reads the extensions by their names in a policy', async () => {
    const more = [
      der(8, ISSUER),
      der(9, 'https://builder'),
      der(12, 'https://github.com/acme/app'),
      der(11, 'github-hosted'),
    ];
    expect(readIdentity(await certificate({ more })).extensions).toEqual({
      buildSigner: 'https://builder',
      sourceRepository: 'https://github.com/acme/app',
      runnerEnvironment: 'github-hosted',
    });
  });

  it.each<[string, Parts, RegExp]>([
    ['for servers instead of code signing', { purposes: eku(SERVER_AUTH) }, /code signing/],
    ['without digitalSignature', { use: usage(x509.KeyUsageFlags.keyCertSign) }, /digital signatures/],
    ['of an authority', { more: [der(8, ISSUER), ca] }, /certificate authority/],
    [
      'with two names',
      { name: san({ type: 'url', value: URI }, { type: 'url', value: 'https://evil' }) },
      /2 subject alternative names/,
    ],
    ['with an IP address for a name', { name: san({ type: 'ip', value: '10.0.0.1' }) }, /not supported/],
    [
      'with two issuers',
      { more: [raw(1, 'https://other'), der(8, ISSUER)] },
      /57264\.1\.1 says "https:\/\/other"/,
    ],
    ['with two triggers', { more: [der(8, ISSUER), raw(2, 'push'), der(20, 'schedule')] }, /contradicts/],
    ['with two commits', { more: [der(8, ISSUER), raw(3, 'aaaa'), der(13, 'bbbb')] }, /contradicts/],
    [
      'with two refs',
      { more: [der(8, ISSUER), raw(6, 'refs/heads/main'), der(14, 'refs/tags/v1')] },
      /contradicts/,
    ],
    [
      'with two repositories',
      { more: [der(8, ISSUER), raw(5, 'evil/app'), der(12, 'https://github.com/acme/app')] },
      /contradicts/,
    ],
    [
      'with a DER string of another type',
      {
        more: [
          new x509.Extension(
            `${FULCIO}.8`,
            false,
            Buffer.concat([Buffer.of(0x16, ISSUER.length), Buffer.from(ISSUER)]),
          ),
        ],
      },
      /not a DER UTF8String/,
    ],
    ['with a raw text where DER belongs', { more: [raw(8, ISSUER)] }, /not a DER UTF8String/],
  ])('refuses a certificate %s', async (_what, parts, message) => {
    const made = await certificate(parts);
    expect(() => readIdentity(made)).toThrow(message);
  });
});
