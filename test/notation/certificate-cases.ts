import { constants, createPublicKey, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { extension } from '../forge/certificate.ts';
import { integer } from '../forge/der.ts';
import { type Hash, key, type Key } from '../forge/keys.ts';
import { CODE_SIGNING, type NameParts, type NotationKnobs, type PkiKnobs, USAGE } from '../forge/notation.ts';
import { after } from '../forge/times.ts';
import { bad, chain, good, type NotationCase, PAST, stricter } from './case.ts';

const PURPOSE = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  own: '1.3.6.1.4.1.99999.1',
} as const;

const of = (
  knobs: PkiKnobs,
): { signature: NotationKnobs; trust: { stores: { 'ca:acme': ReturnType<typeof chain> } } } => {
  const made = chain(knobs);
  return { signature: { chain: made }, trust: { stores: { 'ca:acme': made.slice(-1) } } };
};
const leaf = (knobs: NonNullable<PkiKnobs['leaf']>) => of({ leaf: knobs });
const intermediate = (knobs: NonNullable<PkiKnobs['root']>) => of({ intermediates: [knobs] });
const reordered = (change: (made: ReturnType<typeof chain>) => ReturnType<typeof chain>) => {
  const made = chain();
  return { signature: { chain: change(made) }, trust: { stores: { 'ca:acme': made.slice(-1) } } };
};

const made = new Map<number, Key>();

/** An RSA key of so many bits, made once in a run. */
function rsaKey(bits: number): Key {
  const known = made.get(bits);
  if (known) return known;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const sign = (data: Uint8Array, hash: Hash = 'sha256'): Buffer => signWith(hash, data, privateKey);
  const pss = (data: Buffer, hash: Hash, saltLength: number = constants.RSA_PSS_SALTLEN_DIGEST): Buffer =>
    signWith(hash, data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  const own = { kind: 'rsa', hash: 'sha256', publicKey, spki, raw: spki.subarray(-32), sign, pss } as const;
  made.set(bits, own);
  return own;
}

const PSS = {
  2048: ['PS256', -37, 'sha256'],
  3072: ['PS384', -38, 'sha384'],
  4096: ['PS512', -39, 'sha512'],
} as const;

/** A signature by an RSA key, with the algorithm of its size unless another is named. */
function byRsa(bits: number, alg: keyof typeof PSS = 2048, salt?: number, format: 'jws' | 'cose' = 'jws') {
  const own = rsaKey(bits) as Key & { pss: (data: Buffer, hash: Hash, salt?: number) => Buffer };
  const [name, label, hash] = PSS[alg];
  const { signature, trust } = leaf({ key: own });
  return {
    signature: {
      ...signature,
      format,
      protected: (header: Map<string | number, unknown>) =>
        format === 'jws' ? header.set('alg', name) : header.set(1, label),
      signWith: (data: Buffer) => own.pss(data, hash, salt),
    },
    trust,
  };
}

const NAME: NameParts = [
  ['C', 'US'],
  ['ST', 'WA'],
  ['O', 'acme.io'],
];
const identity = (name: NameParts, identities: readonly string[]) => {
  const { signature, trust } = leaf({ name });
  return { signature, trust: { ...trust, identities } };
};
const SUBJECT = 'x509.subject: C=US, ST=WA, O=acme.io';

const ANY = 'a purpose of any kind, which the specification forbids a signing certificate';
const NOT_CRITICAL = "an authority's basic constraints must be critical";
const WEAK = 'an authority with a key that is shorter than a signer may have';
const SALT = 'a salt of another length than the hash, which RFC 7518 wants';
const OUTSIDE = 'a signer that says he signed when a certificate of his was not valid';
const ODD_SIZE = 'an RSA key of another size than the three that are supported';

/** Signatures that differ in their certificates. */
export function certificateCases(): readonly NotationCase[] {
  return [
    good('on P-384', leaf({ key: key('notation signer', 'p384') })),
    good('on P-521', leaf({ key: key('notation signer', 'p521') })),
    good('by RSA of 2048 bits', byRsa(2048)),
    good('by RSA of 3072 bits, COSE', byRsa(3072, 3072, undefined, 'cose')),
    good('by RSA of 4096 bits', byRsa(4096, 4096)),
    bad('by RSA of 3072 bits with the algorithm of 2048', 'SignatureInvalid', byRsa(3072, 2048)),
    bad('by RSA of 1024 bits', 'CertificateInvalid', byRsa(1024)),
    stricter('by RSA of 2047 bits', 'CertificateInvalid', ODD_SIZE, byRsa(2047)),
    stricter('by RSA with a short salt', 'SignatureInvalid', SALT, byRsa(2048, 2048, 20)),
    good('that signed itself', of({ alone: true })),
    bad(
      'that signed itself, and is an authority',
      'CertificateInvalid',
      of({ alone: true, leaf: { ca: true } }),
    ),
    good('by a root without intermediates', of({ intermediates: [] })),
    good('with two intermediates', of({ intermediates: [{}, {}] })),
    bad(
      'with an intermediate too many for the root',
      'CertificateInvalid',
      of({ root: { pathLength: 0 }, intermediates: [{}] }),
    ),
    good(
      'with as many as the root allows',
      of({ root: { pathLength: 1 }, intermediates: [{ pathLength: 0 }] }),
    ),
    bad(
      'with one too many for an intermediate',
      'CertificateInvalid',
      of({ intermediates: [{ pathLength: 0 }, {}] }),
    ),
    bad(
      'without its root',
      'CertificateInvalid',
      reordered((all) => all.slice(0, -1)),
    ),
    bad('without its root, where the intermediate is trusted', 'CertificateInvalid', {
      signature: { chain: chain().slice(0, -1) },
      trust: { stores: { 'ca:acme': chain().slice(1, 2) } },
    }),
    bad(
      'without its intermediate',
      'CertificateInvalid',
      reordered((all) => all.filter((_, at) => at !== 1)),
    ),
    bad(
      'with its authorities in another order',
      'CertificateInvalid',
      reordered(([a, b, c]) => [a!, c!, b!]),
    ),
    bad(
      'with its root twice',
      'CertificateInvalid',
      reordered((all) => [...all, ...all.slice(-1)]),
    ),
    bad(
      'with a stranger in its chain',
      'CertificateInvalid',
      reordered((all) => [...all.slice(0, -1), ...chain({ root: { key: key('stranger') } }).slice(-1)]),
    ),
    bad(
      'whose leaf was issued by another key of the same name',
      'CertificateInvalid',
      reordered(([, ...above]) => [
        ...chain({ intermediates: [{ key: key('impostor') }] }).slice(0, 1),
        ...above,
      ]),
    ),

    bad('without a key usage', 'CertificateInvalid', leaf({ usages: null })),
    bad('with a key usage that is not critical', 'CertificateInvalid', leaf({ usageCritical: false })),
    bad('that is not for signatures', 'CertificateInvalid', leaf({ usages: [1] })),
    good('that is for non-repudiation as well', leaf({ usages: [USAGE.digitalSignature, 1] })),
    bad('for the encipherment of keys', 'CertificateInvalid', leaf({ usages: [0, 2] })),
    bad('for the encipherment of data', 'CertificateInvalid', leaf({ usages: [0, 3] })),
    bad('for the agreement of keys', 'CertificateInvalid', leaf({ usages: [0, 4] })),
    bad('for signing certificates', 'CertificateInvalid', leaf({ usages: [0, 5] })),
    bad('for signing revocation lists', 'CertificateInvalid', leaf({ usages: [0, 6] })),
    bad('for enciphering only', 'CertificateInvalid', leaf({ usages: [0, 4, 7] })),
    bad('for deciphering only', 'CertificateInvalid', leaf({ usages: [0, 4, 8] })),
    good('without a purpose', leaf({ purposes: [] })),
    good('with a purpose of its own', leaf({ purposes: [PURPOSE.own] })),
    good('with a critical purpose', leaf({ purposes: [CODE_SIGNING], purposesCritical: true })),
    bad('for servers', 'CertificateInvalid', leaf({ purposes: [CODE_SIGNING, PURPOSE.serverAuth] })),
    bad('for clients', 'CertificateInvalid', leaf({ purposes: [CODE_SIGNING, PURPOSE.clientAuth] })),
    bad('for e-mail', 'CertificateInvalid', leaf({ purposes: [CODE_SIGNING, PURPOSE.emailProtection] })),
    bad('for timestamps', 'CertificateInvalid', leaf({ purposes: [CODE_SIGNING, PURPOSE.timeStamping] })),
    bad('for OCSP', 'CertificateInvalid', leaf({ purposes: [CODE_SIGNING, PURPOSE.ocspSigning] })),
    stricter('for anything', 'CertificateInvalid', ANY, leaf({ purposes: [PURPOSE.any] })),
    bad('that is an authority', 'CertificateInvalid', leaf({ ca: true })),
    good('that says it is none', leaf({ ca: false })),
    good(
      'with a critical extension that is not looked at',
      leaf({
        extensions: [extension('1.3.6.1.4.1.99999.2', integer(1), true)],
      }),
    ),
    bad(
      'with an extension twice',
      'CertificateInvalid',
      leaf({
        extensions: [1, 2].map((value) => extension('1.3.6.1.4.1.99999.2', integer(value))),
      }),
    ),

    bad('under an intermediate without constraints', 'CertificateInvalid', intermediate({ ca: null })),
    bad('under one that is no authority', 'CertificateInvalid', intermediate({ ca: false })),
    stricter(
      'under one whose constraints are not critical',
      'CertificateInvalid',
      NOT_CRITICAL,
      intermediate({ constraintsCritical: false }),
    ),
    bad('under one without a key usage', 'CertificateInvalid', intermediate({ usages: null })),
    bad(
      'under one whose key usage is not critical',
      'CertificateInvalid',
      intermediate({ usageCritical: false }),
    ),
    bad(
      'under one that may not sign certificates',
      'CertificateInvalid',
      intermediate({ usages: [USAGE.cRLSign] }),
    ),
    good('under one that is for servers', intermediate({ purposes: [PURPOSE.serverAuth] })),
    stricter(
      'under one with a key of 1024 bits',
      'CertificateInvalid',
      WEAK,
      intermediate({ key: rsaKey(1024) }),
    ),

    bad('whose leaf has expired', 'CertificateExpired', leaf({ to: PAST })),
    bad('whose intermediate has expired', 'CertificateExpired', intermediate({ to: PAST })),
    bad('whose root has expired', 'CertificateExpired', of({ root: { to: PAST } })),
    stricter(
      'by one who says that he signed before he had a certificate',
      'CertificateInvalid',
      OUTSIDE,
      leaf({ from: after(60) }),
    ),

    good('by a trusted identity', identity([...NAME, ['CN', 'x']], [SUBJECT])),
    good('by one with all its attributes', identity([...NAME, ['CN', 'x']], [`${SUBJECT}, CN=x`])),
    good('by one of two', identity(NAME, ['x509.subject: C=US, ST=WA, O=other', SUBJECT])),
    good(
      'by one with a comma in its name',
      identity(
        [
          ['C', 'US'],
          ['ST', 'WA'],
          ['O', 'acme, inc'],
        ],
        [String.raw`x509.subject: C=US, ST=WA, O=acme\, inc`],
      ),
    ),
    bad(
      'by one with another case',
      'SignerNotTrusted',
      identity(NAME, ['x509.subject: C=US, ST=WA, O=Acme.io']),
    ),
    bad('by one with less in its name', 'SignerNotTrusted', identity(NAME, [`${SUBJECT}, CN=x`])),
    bad(
      'by one whose name only begins so',
      'SignerNotTrusted',
      identity(
        [
          ['C', 'US'],
          ['ST', 'WA'],
          ['O', 'acme.io.evil'],
        ],
        [SUBJECT],
      ),
    ),
    bad(
      'by one without a state',
      'SignerNotTrusted',
      identity(
        [
          ['C', 'US'],
          ['O', 'acme.io'],
        ],
        [SUBJECT],
      ),
    ),
    bad(
      'by one with two organisational units',
      'SignerNotTrusted',
      identity([...NAME, ['OU', 'a'], ['OU', 'b']], [`${SUBJECT}, OU=a`]),
    ),
    bad(
      'by one with two organisational units, of which the last is trusted',
      'SignerNotTrusted',
      identity([...NAME, ['OU', 'a'], ['OU', 'b']], [`${SUBJECT}, OU=b`]),
    ),
    bad(
      'by one with an e-mail address in its name',
      'SignerNotTrusted',
      identity([...NAME, ['emailAddress', 'a@acme.io']], [SUBJECT]),
    ),
    good(
      'by one with two units, where anybody may sign',
      identity([...NAME, ['OU', 'a'], ['OU', 'b']], ['*']),
    ),
  ];
}
