import { bitStringBytes } from '../../src/verify/x509/der-values.ts';
import { childrenOf, readDer, TAG } from '../../src/verify/x509/der.ts';
import { extension } from '../forge/certificate.ts';
import { bitString, integer, nothing, oid, sequence, tagged } from '../forge/der.ts';
import { type Hash, key } from '../forge/keys.ts';
import { CODE_SIGNING, type NameParts, type NotationKnobs, type PkiKnobs, USAGE } from '../forge/notation.ts';
import { encodePss, type PssKnobs, rsaKey } from '../forge/rsa.ts';
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

const PSS = {
  2048: ['PS256', -37, 'sha256'],
  3072: ['PS384', -38, 'sha384'],
  4096: ['PS512', -39, 'sha512'],
} as const;

const signer = (bits: number) => rsaKey('rsa signer', bits);

interface ByRsa extends PssKnobs {
  readonly alg?: keyof typeof PSS;
  readonly format?: 'jws' | 'cose';
  readonly signWith?: (data: Buffer) => Buffer;
  /** What stands in the header in place of the algorithm. */
  readonly named?: readonly [jws: string, cose: number];
  readonly spki?: Buffer;
}

/** A signature by an RSA key, with the algorithm of its size unless another is named. */
function byRsa(bits: number, { alg = 2048, format = 'jws', named, signWith, spki, ...pss }: ByRsa = {}) {
  const own = signer(bits);
  const [name, label, hash] = PSS[alg];
  const { signature, trust } = leaf({ key: own, ...(spki && { spki }) });
  const [jws, cose] = named ?? [name, label];
  return {
    signature: {
      ...signature,
      format,
      protected: (header: Map<string | number, unknown>) =>
        format === 'jws' ? header.set('alg', jws) : header.set(1, cose),
      signWith: signWith ?? ((data: Buffer) => own.pss(data, { hash, ...pss })),
    },
    trust,
  };
}

/** The public key as one for RSASSA-PSS alone (RFC 4055, 1.2), with SHA-256. */
function pssSpki(bits: number): Buffer {
  const [, bitStringOfKey] = childrenOf(readDer(signer(bits).spki), TAG.sequence);
  const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), nothing());
  const mask = sequence(oid('1.2.840.113549.1.1.8'), sha256);
  const parameters = sequence(tagged(0, sha256), tagged(1, mask), tagged(2, integer(32)));
  return sequence(sequence(oid('1.2.840.113549.1.1.10'), parameters), bitStringOfKey?.raw ?? Buffer.alloc(0));
}

/** The public key with an exponent of one, as which everybody signs. */
function exponentOne(bits: number): Buffer {
  const [algorithm, key] = childrenOf(readDer(signer(bits).spki), TAG.sequence);
  const [modulus] = childrenOf(readDer(bitStringBytes(key)), TAG.sequence);
  return sequence(
    algorithm?.raw ?? Buffer.alloc(0),
    bitString(sequence(modulus?.raw ?? Buffer.alloc(0), integer(1))),
  );
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
    good('by RSA of 3072 bits, COSE', byRsa(3072, { alg: 3072, format: 'cose' })),
    good('by RSA of 4096 bits', byRsa(4096, { alg: 4096 })),
    ...(['jws', 'cose'] as const).flatMap((format) => {
      const wrong = (name: string, knobs: ByRsa, bits = 2048, reason = 'SignatureInvalid') =>
        bad(`${name}, ${format.toUpperCase()}`, reason, byRsa(bits, { format, ...knobs }));
      const pkcs1 = (hash: Hash) => (data: Buffer) => signer(2048).sign(data, hash);
      return [
        wrong('by RSA of 2048 bits with the algorithm of 3072', { alg: 3072 }),
        wrong('by RSA of 2048 bits with the algorithm of 4096', { alg: 4096 }),
        wrong('by RSA of 3072 bits with the algorithm of 2048', {}, 3072),
        wrong('by RSA that names the algorithm of a curve', { named: ['ES256', -7] }),
        wrong('by RSA in PKCS #1 v1.5', { signWith: pkcs1('sha256') }),
        wrong(
          'by RSA in PKCS #1 v1.5, and says so',
          { signWith: pkcs1('sha256'), named: ['RS256', -257] },
          2048,
          'SignatureMalformed',
        ),
        wrong('by RSA over SHA-512', { hash: 'sha512' }),
        wrong('by RSA with a mask of SHA-1', { maskHash: 'sha1' }),
        wrong(
          'by RSA with an exponent of one',
          { spki: exponentOne(2048), signWith: (data) => encodePss(2048, data) },
          2048,
          'CertificateInvalid',
        ),
        wrong('by RSA of 1024 bits', {}, 1024, 'CertificateInvalid'),
        wrong('by RSA with a key for RSASSA-PSS alone', { spki: pssSpki(2048) }, 2048, 'CertificateInvalid'),
      ];
    }),
    stricter('by RSA of 2047 bits', 'CertificateInvalid', ODD_SIZE, byRsa(2047)),
    stricter('by RSA with a short salt', 'SignatureInvalid', SALT, byRsa(2048, { salt: 20 })),
    stricter('by RSA with a long salt', 'SignatureInvalid', SALT, byRsa(2048, { salt: 222 })),
    stricter('by RSA without a salt', 'SignatureInvalid', SALT, byRsa(2048, { salt: 0 })),
    bad('that was signed over SHA-1', 'CertificateInvalid', leaf({ hash: 'sha1' })),
    bad(
      'under an intermediate that was signed over SHA-1',
      'CertificateInvalid',
      intermediate({ hash: 'sha1' }),
    ),
    bad('under a root that signed itself over SHA-1', 'CertificateInvalid', of({ root: { hash: 'sha1' } })),
    bad(
      'that was signed by RSA over SHA-1',
      'CertificateInvalid',
      of({ intermediates: [{ key: key('notation intermediate', 'rsa') }], leaf: { hash: 'sha1' } }),
    ),
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
      intermediate({ key: signer(1024) }),
    ),

    good('whose root ends before its leaf', of({ root: { to: new Date('2048-01-01T00:00:00Z') } })),
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
