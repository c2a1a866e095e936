import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { key, pem } from '../forge/keys.ts';
import { NOTARY, type NotationKnobs } from '../forge/notation.ts';
import { bad, chain, FUTURE, good, type NotationCase, PAST, stricter, wider } from './case.ts';

const BY_AUTHORITY = 'notary.x509.signingAuthority';
const stranger = () => chain({ root: { key: key('stranger') } }).slice(-1);
const root = () => chain().slice(-1);

const SKIP = 'nothing is verified, so nothing is known of the image';
const SKIP_ALL = 'the level skip for every repository, which the specification forbids';
const AUDIT = 'a level that only logs authenticity has verified no signer whom anybody trusts';
const UNKNOWN = 'a member that a trust policy does not have: who misspells one believes in what is not there';
const TWICE = 'a member that stands twice, of which Notation takes the last';
const CASE = 'a member in another case';
const ABSENT = 'a member that is null, which Notation takes for one that is absent';
const BEHIND = 'something behind the end of the trust policy';
const EMPTY_VALUE = 'an identity with an attribute of no value, which to Notation is one that is absent';
const OTHER_IDENTITY = 'an identity of a kind that nobody understands, beside one that is';
const MANIFEST = 'a manifest of another form than the two that are specified';
const NEWER = 'a manifest with an artifactType, which Notation 1.3 reads in registries and not in layouts';
const CONFIG = (artifactType: string | undefined, mediaType: string): NotationKnobs => ({
  manifest: (manifest) => ({ ...manifest, artifactType, config: { ...manifest.config, mediaType } }),
});

const policy = (change: (document: string) => string) => ({ trust: { policy: change } });
const inStore = (change: (directory: string) => void) => ({
  store: (x509: string) => change(join(x509, 'ca', 'acme')),
});

/** Signatures that differ in whom is trusted, and how they hang on the image. */
export function trustCases(): readonly NotationCase[] {
  return [
    good('at the level permissive', { trust: { level: 'permissive' } }),
    good('at the level audit', { trust: { level: 'audit' } }),
    good('for every repository', { trust: { scopes: ['*'] } }),
    bad('for another repository', 'NoTrustPolicyForRepository', {
      trust: { scopes: ['registry.example.com/shop/other'] },
    }),
    bad('for a repository that only begins so', 'NoTrustPolicyForRepository', {
      trust: { scopes: ['registry.example.com/shop'] },
    }),
    bad('by a stranger', 'SignerNotTrusted', { trust: { stores: { 'ca:acme': stranger() } } }),
    good('by one of two stores', { trust: { stores: { 'ca:other': stranger(), 'ca:acme': root() } } }),
    good('by an intermediate in the store', { trust: { stores: { 'ca:acme': chain().slice(1, 2) } } }),
    bad('by a leaf in the store that is no authority', 'TrustStoreInvalid', {
      trust: { stores: { 'ca:acme': chain().slice(0, 1) } },
    }),
    good('by an authority', {
      signature: { scheme: BY_AUTHORITY },
      trust: { stores: { 'signingAuthority:acme': root() } },
    }),
    bad('by a signer whom a signing authority is trusted for', 'SignerNotTrusted', {
      trust: { stores: { 'signingAuthority:acme': root() } },
    }),
    bad('by an authority at a time when its certificate had expired', 'CertificateInvalid', {
      signature: {
        scheme: BY_AUTHORITY,
        signingTime: FUTURE,
        chain: chain({ leaf: { to: new Date('2047-01-01T00:00:00Z') } }),
      },
      trust: { stores: { 'signingAuthority:acme': root() } },
    }),
    stricter('by a stranger at the level audit', 'SignerNotTrusted', AUDIT, {
      trust: { level: 'audit', stores: { 'ca:acme': stranger() } },
    }),
    stricter('by a stranger where authenticity is only logged', 'SignerNotTrusted', AUDIT, {
      trust: { override: { authenticity: 'log' }, stores: { 'ca:acme': stranger() } },
    }),
    stricter('where it is skipped', 'NotationSkipped', SKIP, { trust: { level: 'skip' } }),
    stricter('where every repository is skipped', 'wrong input', SKIP_ALL, {
      trust: { level: 'skip', scopes: ['*'] },
    }),
    good('that has expired, at the level permissive', {
      signature: { expiry: PAST },
      trust: { level: 'permissive' },
    }),
    good('that has expired, where that is only logged', {
      signature: { expiry: PAST },
      trust: { override: { expiry: 'log' } },
    }),
    bad('that has expired, where that is enforced', 'SignatureExpired', {
      signature: { expiry: PAST },
      trust: { level: 'permissive', override: { expiry: 'enforce' } },
    }),
    good('whose certificate has expired, at the level permissive', {
      signature: { chain: chain({ leaf: { to: PAST } }) },
      trust: { level: 'permissive' },
    }),

    bad(
      'with a store that does not exist',
      'TrustStoreInvalid',
      inStore((store) => rmSync(store, { recursive: true })),
    ),
    bad(
      'with an empty store',
      'TrustStoreInvalid',
      inStore((store) => {
        rmSync(store, { recursive: true });
        mkdirSync(store);
      }),
    ),
    bad(
      'with a store that is a link',
      'TrustStoreInvalid',
      inStore((store) => {
        const elsewhere = `${store}-elsewhere`;
        mkdirSync(elsewhere);
        writeFileSync(join(elsewhere, 'root.pem'), pem('CERTIFICATE', root()[0]!.der));
        rmSync(store, { recursive: true });
        symlinkSync(elsewhere, store);
      }),
    ),
    bad(
      'with a link in its store',
      'TrustStoreInvalid',
      inStore((store) => {
        writeFileSync(`${store}.pem`, pem('CERTIFICATE', root()[0]!.der));
        symlinkSync(`${store}.pem`, join(store, 'link.pem'));
      }),
    ),
    bad(
      'with a directory in its store',
      'TrustStoreInvalid',
      inStore((store) => mkdirSync(join(store, 'more'))),
    ),
    bad(
      'with a file in its store that is no certificate',
      'TrustStoreInvalid',
      inStore((store) => writeFileSync(join(store, 'README'), 'x')),
    ),
    bad(
      'with an empty file in its store',
      'TrustStoreInvalid',
      inStore((store) => writeFileSync(join(store, 'empty.crt'), '')),
    ),
    good(
      'with a certificate in DER',
      inStore((store) => {
        rmSync(store, { recursive: true });
        mkdirSync(store);
        writeFileSync(join(store, 'root.crt'), root()[0]!.der);
      }),
    ),
    good(
      'with two certificates in a file, and text around them',
      inStore((store) => {
        const text = [...stranger(), ...root()]
          .map(({ der }) => `subject\n${pem('CERTIFICATE', der)}`)
          .join('');
        writeFileSync(join(store, 'more.txt'), text);
      }),
    ),
    good(
      'with a certificate under its older label',
      inStore((store) => writeFileSync(join(store, 'more.pem'), pem('X509 CERTIFICATE', root()[0]!.der))),
    ),
    good(
      'with as many certificates as an operating system has',
      inStore((store) =>
        writeFileSync(join(store, 'more.pem'), pem('CERTIFICATE', root()[0]!.der).repeat(150)),
      ),
    ),
    bad(
      'with a certificate that is indented',
      'TrustStoreInvalid',
      inStore((store) =>
        writeFileSync(join(store, 'more.pem'), pem('CERTIFICATE', root()[0]!.der).replaceAll(/^/gm, '  ')),
      ),
    ),
    bad(
      'with one in its store that is no authority',
      'TrustStoreInvalid',
      inStore((store) => writeFileSync(join(store, 'leaf.pem'), pem('CERTIFICATE', chain()[0]!.der))),
    ),

    bad(
      'under a policy of another version',
      'wrong input',
      policy((text) => text.replace('"1.0"', '"2.0"')),
    ),
    bad(
      'under one that is no JSON',
      'wrong input',
      policy((text) => text.slice(0, -1)),
    ),
    bad('under one that overrides integrity', 'wrong input', { trust: { override: { integrity: 'log' } } }),
    bad('under one that skips expiry', 'wrong input', { trust: { override: { expiry: 'skip' } } }),
    bad('under one of an unknown level', 'wrong input', { trust: { level: 'lax' } }),
    bad('under one with an unknown verifyTimestamp', 'wrong input', { trust: { verifyTimestamp: 'never' } }),
    bad('under one with * beside a repository', 'wrong input', {
      trust: { scopes: ['*', 'registry.example.com/shop/cart'] },
    }),
    bad('under one with a wildcard', 'wrong input', { trust: { scopes: ['registry.example.com/shop/*'] } }),
    bad('under one without identities', 'wrong input', { trust: { identities: [] } }),
    bad('under one with * beside an identity', 'wrong input', {
      trust: { identities: ['*', 'x509.subject: C=US, ST=WA, O=acme.io'] },
    }),
    bad('under one with overlapping identities', 'wrong input', {
      trust: {
        identities: [
          'x509.subject: C=US, ST=WA, O=acme.io',
          'x509.subject: C=US, ST=WA, O=acme.io, L=Seattle',
        ],
      },
    }),
    bad('under one with an identity without a country', 'wrong input', {
      trust: { identities: ['x509.subject: ST=WA, O=acme.io'] },
    }),
    bad('under one with an identity in hexadecimal', 'wrong input', {
      trust: { identities: ['x509.subject: C=US, ST=WA, O=#0c0161'] },
    }),
    bad(
      'under one with a store of an unknown type',
      'wrong input',
      policy((text) => text.replace('ca:acme', 'cb:acme')),
    ),
    bad(
      'under one with a store of no name',
      'wrong input',
      policy((text) => text.replace('ca:acme', 'ca:')),
    ),
    stricter(
      'under one with an unknown member',
      'wrong input',
      UNKNOWN,
      policy((text) => text.replace('"name"', '"overide":{},"name"')),
    ),
    stricter(
      'under one with a member twice',
      'wrong input',
      TWICE,
      policy((text) => text.replace('"level"', '"level":"strict","level"')),
    ),
    stricter(
      'under one with a member in another case',
      'wrong input',
      CASE,
      policy((text) => text.replace('"level"', '"Level"')),
    ),
    stricter(
      'under one with a member that is null',
      'wrong input',
      ABSENT,
      policy((text) => text.replace('"level"', '"override":null,"level"')),
    ),
    stricter(
      'under one with something behind it',
      'wrong input',
      BEHIND,
      policy((text) => `${text} {}`),
    ),
    stricter('under one with an attribute without a value', 'wrong input', EMPTY_VALUE, {
      trust: { identities: ['x509.subject: C=US, ST=WA, O=acme.io, OU='] },
    }),
    stricter('under one with an identity of another kind', 'wrong input', OTHER_IDENTITY, {
      trust: { identities: ['x509.subject: C=US, ST=WA, O=acme.io', 'did:web:acme.io'] },
    }),

    wider('in a manifest of the newer form', NEWER, {
      signature: CONFIG(NOTARY, 'application/vnd.oci.empty.v1+json'),
    }),
    bad('in one of another type', 'EvidenceUnsupported', {
      signature: CONFIG('application/vnd.example', 'application/vnd.oci.empty.v1+json'),
    }),
    stricter('in one of another type, and the older form', 'EvidenceUnsupported', MANIFEST, {
      signature: CONFIG('application/vnd.example', NOTARY),
    }),
    bad('in one without a type', 'EvidenceUnsupported', {
      signature: CONFIG(undefined, 'application/vnd.oci.empty.v1+json'),
    }),
    stricter('in one whose type stands twice', 'SignatureMalformed', MANIFEST, {
      signature: CONFIG(NOTARY, NOTARY),
    }),
    bad('in one with two envelopes', 'SignatureMalformed', {
      signature: {
        manifest: (manifest) => ({ ...manifest, layers: [...manifest.layers, ...manifest.layers] }),
      },
    }),
    bad('in one with an envelope of another type', 'SignatureMalformed', {
      signature: {
        manifest: (manifest) => ({
          ...manifest,
          layers: manifest.layers.map((layer) => ({ ...layer, mediaType: 'text/plain' })),
        }),
      },
    }),
    bad('in one whose envelope is called the other format', 'SignatureMalformed', {
      signature: {
        manifest: (manifest) => ({
          ...manifest,
          layers: manifest.layers.map((layer) => ({ ...layer, mediaType: 'application/cose' })),
        }),
      },
    }),
    bad('in one whose subject has another size', 'SignatureMalformed', {
      signature: {
        manifest: ({ subject, ...manifest }) => ({
          ...manifest,
          subject: subject && { ...subject, size: 1 },
        }),
      },
    }),
    good('beside one that is broken', { signature: [{ text: () => '{}' }, {}] }),
    bad('beside nothing but broken ones', 'SignatureMalformed', {
      signature: [{ text: () => '{}' }, { text: () => '[]' }],
    }),
    bad('that is not there', 'SignatureMissing', { signature: [] }),
  ].map((one: NotationCase) => ({ ...one, name: `trust: ${one.name}` }));
}
