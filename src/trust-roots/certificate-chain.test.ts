import { describe, expect, it } from 'vitest';
import { PKI, type Subject } from '../../test/own-pki.ts';
import { type Chain, readAuthorityChains, readTimestampChains } from './certificate-chain.ts';

const pki = await PKI;
const { root, intermediate, leaf, otherRoot, tsa, expired, PRIVATE_KEY, PUBLIC_KEY } = pki;
const pem = (...subjects: readonly Subject[]) => subjects.map((one) => one.pem).join('\n');

function said(read: typeof readAuthorityChains, text: string): string | string[] {
  const chains = read(text, 'chain.pem');
  return chains.ok ? chains.value.map(names) : chains.fault.message;
}
const names = (chain: Chain) => chain.map(({ subject }) => subject.replace('CN=', '')).join(' < ');

describe('a certificateChain', () => {
  it.each<[string, string, string[]]>([
    ['a root alone', pem(root), ['root']],
    ['an intermediate and its root', pem(intermediate, root), ['intermediate < root']],
    ['several chains', pem(intermediate, root, otherRoot), ['intermediate < root', 'other root']],
    ['text around the certificates', `subject=CN = root\n${pem(root)}\nthe end\n`, ['root']],
    ['Windows line ends', pem(root).replaceAll('\n', '\r\n'), ['root']],
    ['an authority that has expired: what it signed before then holds', pem(expired), ['expired root']],
  ])('may be %s', (_name, text, chains) => {
    expect(said(readAuthorityChains, text)).toEqual(chains);
  });

  it.each<[string, string, string]>([
    ['no PEM', 'hello', 'holds no certificate in PEM form'],
    ['nothing', '', 'holds no certificate in PEM form'],
    ['a private key', pem(root) + PRIVATE_KEY, 'holds a private key, which nobody needs to verify'],
    ['a public key', pem(root) + PUBLIC_KEY, 'holds a PUBLIC KEY, where certificates are wanted'],
    [
      'a leaf',
      pem(leaf, intermediate, root),
      'CN=leaf is no CA: the certificate that signs images does not belong here',
    ],
    [
      'the wrong order',
      pem(root, intermediate),
      'ends with CN=intermediate, whose issuer (CN=root) is not there',
    ],
    [
      'another issuer',
      pem(intermediate, otherRoot),
      'CN=intermediate is followed by CN=other root, which did not issue it',
    ],
    [
      'an issuer of the same name and another key',
      pem(intermediate, pki.impostor),
      'CN=intermediate is followed by CN=root, which did not issue it',
    ],
    ['no root', pem(intermediate), 'ends with CN=intermediate, whose issuer (CN=root) is not there'],
    [
      'certificates that were never valid together',
      pem(pki.early, pki.late),
      'the certificates from CN=early on are never valid at one time',
    ],
    [
      'no certificate within its marks',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'certificate 1 cannot be read',
    ],
    ['more than anybody has', pem(root).repeat(501), 'holds 501 certificates, more than the limit of 500'],
  ])('may not be %s', (_name, text, message) => {
    expect(said(readAuthorityChains, text)).toBe(`chain.pem: ${message}`);
  });

  it('never repeats what is in a private key', () => {
    expect(JSON.stringify(readAuthorityChains(PRIVATE_KEY, 'chain.pem'))).not.toContain(
      PRIVATE_KEY.split('\n')[1],
    );
  });
});

describe('a timestampChain', () => {
  it('is the certificate that signs timestamps, and its issuers', () => {
    expect(said(readTimestampChains, pem(tsa, root))).toEqual(['tsa < root']);
  });

  it.each<[string, string, string]>([
    [
      'without the certificate that signs',
      pem(root),
      'CN=root stands first and is no certificate for signing timestamps',
    ],
    [
      'of a certificate for another purpose',
      pem(leaf, intermediate, root),
      'CN=leaf stands first and is no certificate for signing timestamps',
    ],
    ['without a root', pem(tsa), 'ends with CN=tsa, whose issuer (CN=root) is not there'],
  ])('is refused %s', (_name, text, message) => {
    expect(said(readTimestampChains, text)).toBe(`chain.pem: ${message}`);
  });
});
