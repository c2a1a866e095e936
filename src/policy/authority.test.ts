import { describe, expect, it } from 'vitest';
import type { Signer } from '../verify/verifier.ts';
import { keyAuthority, keylessAuthority } from './authority.ts';
import { ISSUER, keyOf, RELEASE, signature, workflow } from './judged-image.fixture.ts';
import type { KeylessFile } from './schema-authorities.ts';

const SUBJECT = 'https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v*';

function accepts(keyless: Partial<KeylessFile>, signer: Signer): boolean {
  const file = { trustRoot: 'acme', issuer: ISSUER, ...keyless };
  return keylessAuthority('ci', file).accepts(signature(signer));
}

const named = (kind: 'uri' | 'email' | 'dns' | 'other', value: string): Signer =>
  workflow(value, { subject: { kind, value } });

describe('keyless authority', () => {
  it.each<[string, Signer, boolean]>([
    ['the workflow', workflow(RELEASE), true],
    ['a name that goes on with a slash', workflow(`${RELEASE}/x`), false],
    ['a name that begins before', workflow(`https://evil.example/?${RELEASE}`), false],
    ['another scheme', workflow(RELEASE.replace('https', 'http')), false],
    ['another host whose name begins alike', workflow(RELEASE.replace('.com', '.com.evil.example')), false],
    ['a repository deeper than the glob', workflow(RELEASE.replace('shop', 'shop/x')), false],
    ['a branch', workflow(RELEASE.replace('tags', 'heads')), false],
    ['another case', workflow(RELEASE.replace('acme', 'Acme')), false],
    ['another issuer', workflow(RELEASE, { issuer: 'https://evil.example' }), false],
    ['the issuer with a slash behind', workflow(RELEASE, { issuer: `${ISSUER}/` }), false],
    ['another trust root', workflow(RELEASE, { trustRoot: 'sigstore' }), false],
    ['the same text as an e-mail name', named('email', RELEASE), false],
    ['the same text as a DNS name', named('dns', RELEASE), false],
    ['a key', keyOf('ci'), false],
  ])('judges %s', (_name, signer, expected) => {
    expect(accepts({ subject: SUBJECT }, signer)).toBe(expected);
  });

  it.each<[string, Partial<KeylessFile>, Signer, boolean]>([
    [
      'an e-mail glob, an e-mail name',
      { subject: '*@acme.example' },
      named('email', 'jane@acme.example'),
      true,
    ],
    ['an e-mail glob, a URI name', { subject: '*@acme.example' }, named('uri', 'jane@acme.example'), false],
    [
      'an e-mail glob, a longer domain',
      { subject: '*@acme.example' },
      named('email', 'j@acme.example.evil'),
      false,
    ],
    ['a URI glob with @, a URI name', { subject: 'https://**@v1' }, named('uri', 'https://a@v1'), true],
    [
      'a URI glob with @, an e-mail name',
      { subject: 'https://**@v1' },
      named('email', 'https://a@v1'),
      false,
    ],
    ['a glob of neither, any kind of name', { subject: 'repo:acme/*' }, named('other', 'repo:acme/x'), true],
    [
      'an expression for the subject, whole',
      { subjectRegExp: 'https://a/v\\d' },
      named('uri', 'https://a/v1'),
      true,
    ],
    [
      'an expression, a text that goes on',
      { subjectRegExp: 'https://a/v\\d' },
      named('uri', 'https://a/v12'),
      false,
    ],
    ['an expression, a text that begins before', { subjectRegExp: 'a' }, named('uri', 'ba'), false],
  ])('judges by %s', (_name, keyless, signer, expected) => {
    expect(accepts(keyless, signer)).toBe(expected);
  });

  it.each([
    ['the issuer', ISSUER, true],
    ['an issuer that goes on', `${ISSUER}.evil.example`, false],
  ])('holds an expression against the whole of %s', (_name, issuer, expected) => {
    const authority = keylessAuthority('ci', {
      trustRoot: 'acme',
      issuerRegExp: 'https://token\\.actions\\..*\\.com',
      subject: SUBJECT,
    });
    expect(authority.accepts(signature(workflow(RELEASE, { issuer })))).toBe(expected);
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['the extension', { sourceRepository: 'https://github.com/acme/shop' }, true],
    ['another value', { sourceRepository: 'https://github.com/other/shop' }, false],
    ['a value that goes on', { sourceRepository: 'https://github.com/acme/shop/x' }, false],
    ['no extension', {}, false],
    ['another extension of that value', { buildSigner: 'https://github.com/acme/shop' }, false],
  ])('wants its extension glob met by %s', (_name, extensions, expected) => {
    const keyless = { subject: SUBJECT, sourceRepository: 'https://github.com/acme/*' };
    expect(accepts(keyless, workflow(RELEASE, { extensions }))).toBe(expected);
  });

  it('wants an extension even if its glob takes anything', () => {
    expect(accepts({ subject: SUBJECT, visibility: '**' }, workflow(RELEASE))).toBe(false);
  });
});

describe('key authority', () => {
  const authority = keyAuthority('release', ['0123456789abcdef0123', 'fedcba9876543210fedc']);

  it.each<[string, Signer, boolean]>([
    ['a key of its own', keyOf('release'), true],
    ['a key of another authority', keyOf('archive'), false],
    ['a certificate', workflow('release'), false],
  ])('judges %s', (_name, signer, expected) => {
    expect(authority.accepts(signature(signer))).toBe(expected);
  });

  it('names its keys', () => {
    expect(authority.description).toBe('key sha256:0123456789abcdef… or key sha256:fedcba9876543210…');
  });
});
