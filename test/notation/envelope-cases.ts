import { encode, Tagged } from 'cborg';
import { key } from '../forge/keys.ts';
import { IMAGE, type NotationKnobs } from '../forge/notation.ts';
import { after, SIGNED_AT } from '../forge/times.ts';
import { bad, FUTURE, good, type NotationCase, PAST, stricter } from './case.ts';

const PREFIX = 'io.cncf.notary';
const SCHEME = `${PREFIX}.signingScheme`;
const SIGNING_TIME = `${PREFIX}.signingTime`;
const AUTHENTIC_TIME = `${PREFIX}.authenticSigningTime`;
const EXPIRY = `${PREFIX}.expiry`;
const UNKNOWN = 'com.example.unknown';
const BY_AUTHORITY = 'notary.x509.signingAuthority';

const CRITICAL = 'a critical attribute that nobody here understands; the specification has it fail';
const TWICE = 'a member that stands twice: each reader would take the one he likes';
const CASE = 'a member in another case: Notation ignores case, and others do not';
const SPELLING = 'bytes in another spelling than the only one that their encoding has';
const MARKS = 'an attribute is marked as critical that the specification does not let be so';
const FOREIGN_TIME = 'the time of the other signing scheme, which is not valid under this one';
const TOP_LEVEL = 'members beside those of an envelope: none are supported';
const DISJOINT = 'a header that stands both where it is signed and where it is not';

const jws = (knobs: Omit<NotationKnobs, 'format'>): { signature: NotationKnobs } => ({
  signature: { format: 'jws', ...knobs },
});
const cose = (knobs: Omit<NotationKnobs, 'format'>): { signature: NotationKnobs } => ({
  signature: { format: 'cose', ...knobs },
});

/** Of both formats, by the labels that they have in common. */
const COMMON: readonly ((of: typeof jws, critical: 'crit' | 2) => readonly NotationCase[])[] = [
  (of, critical) => [
    good('an honest signature', of({})),
    good('that expires later', of({ expiry: FUTURE })),
    good('with an attribute that is not critical', of({ protected: (header) => header.set(UNKNOWN, 'x') })),
    good('with signed annotations', of({ target: { annotations: { env: 'prod' } } })),
    good(
      'with another signing agent',
      of({ unprotected: (header) => header.set(`${PREFIX}.signingAgent`, '') }),
    ),
    bad('that has expired', 'SignatureExpired', of({ expiry: PAST })),
    bad('that expires before it is signed', 'SignatureMalformed', of({ expiry: after(-60) })),
    bad('that expires when it is signed', 'SignatureMalformed', of({ expiry: SIGNED_AT })),
    bad(
      'that expires before it is signed, which is to come',
      'SignatureMalformed',
      of({ signingTime: new Date('2048-06-01T00:00:00Z'), expiry: FUTURE }),
    ),
    bad(
      'with an expiry that is not critical',
      'SignatureMalformed',
      of({
        expiry: FUTURE,
        protected: (header) => header.set(critical, [SCHEME]),
      }),
    ),
    bad(
      'without a list of critical attributes',
      'SignatureMalformed',
      of({ protected: (header) => header.delete(critical) }),
    ),
    bad(
      'with an empty list of them',
      'SignatureMalformed',
      of({ protected: (header) => header.set(critical, []) }),
    ),
    bad(
      'whose scheme is not critical',
      'SignatureMalformed',
      of({
        protected: (header) => header.set(critical, [UNKNOWN]).set(UNKNOWN, 'x'),
      }),
    ),
    bad(
      'with a critical attribute that is not there',
      'SignatureMalformed',
      of({
        protected: (header) => header.set(critical, [SCHEME, UNKNOWN]),
      }),
    ),
    stricter(
      'with an unknown critical attribute',
      'CriticalAttributeUnknown',
      CRITICAL,
      of({
        protected: (header) => header.set(critical, [SCHEME, UNKNOWN]).set(UNKNOWN, 'x'),
      }),
    ),
    bad(
      'that wants a plugin',
      'CriticalAttributeUnknown',
      of({
        protected: (header) =>
          header
            .set(critical, [SCHEME, `${PREFIX}.verificationPlugin`])
            .set(`${PREFIX}.verificationPlugin`, 'acme'),
      }),
    ),
    bad(
      'that wants a plugin without saying so critically',
      'CriticalAttributeUnknown',
      of({
        protected: (header) => header.set(`${PREFIX}.verificationPlugin`, 'acme'),
      }),
    ),
    bad(
      'of an unknown scheme',
      'SignatureMalformed',
      of({ protected: (header) => header.set(SCHEME, 'notary.x510') }),
    ),
    bad('without a scheme', 'SignatureMalformed', of({ protected: (header) => header.delete(SCHEME) })),
    bad('without a time', 'SignatureMalformed', of({ protected: (header) => header.delete(SIGNING_TIME) })),
    bad(
      'of an authority without its time',
      'SignatureMalformed',
      of({
        scheme: BY_AUTHORITY,
        protected: (header) => header.delete(AUTHENTIC_TIME),
      }),
    ),
    bad(
      'of an authority whose time is not critical',
      'SignatureMalformed',
      of({
        scheme: BY_AUTHORITY,
        protected: (header) => header.set(critical, [SCHEME]),
      }),
    ),
    bad(
      'of an authority that only certificate authorities are trusted for',
      'SignerNotTrusted',
      of({ scheme: BY_AUTHORITY }),
    ),
    bad(
      'of another content type',
      'SignatureMalformed',
      of({ protected: (header) => header.set(critical === 2 ? 3 : 'cty', 'text/plain') }),
    ),
    bad(
      'without a content type',
      'SignatureMalformed',
      of({ protected: (header) => header.delete(critical === 2 ? 3 : 'cty') }),
    ),
    bad(
      'of another digest',
      'SignatureForOtherImage',
      of({ target: { digest: `sha256:${'0'.repeat(64)}` } }),
    ),
    bad('of another size', 'SignatureForOtherImage', of({ target: { size: 1 } })),
    bad('of another media type', 'SignatureForOtherImage', of({ target: { mediaType: 'text/plain' } })),
    bad('of a descriptor without a size', 'SignatureMalformed', of({ target: { size: undefined } })),
    bad('over what is no JSON', 'SignatureMalformed', of({ payload: Buffer.from('image') })),
    bad('over nothing', 'SignatureMalformed', of({ payload: Buffer.alloc(0) })),
    stricter(
      'over a payload that names its image twice',
      'SignatureMalformed',
      TWICE,
      of({ payload: twice() }),
    ),
    stricter(
      'over a payload with a member in another case',
      'SignatureMalformed',
      CASE,
      of({ payload: cased() }),
    ),
    bad('by another key', 'SignatureInvalid', of({ signWith: () => Buffer.alloc(64, 1) })),
    bad('without bytes', 'SignatureInvalid', of({ signWith: () => Buffer.alloc(0) })),
    bad(
      'in the form of X.509',
      'SignatureInvalid',
      of({ signWith: (data) => key('notation signer').sign(data) }),
    ),
  ],
];

function imageText(): string {
  return JSON.stringify({ targetArtifact: IMAGE });
}

function twice(): Buffer {
  return Buffer.from(imageText().replace('{', '{"targetArtifact":{"digest":"sha256:00"},'));
}

function cased(): Buffer {
  return Buffer.from(imageText().replace('"digest"', '"Digest"'));
}

const JWS: readonly NotationCase[] = [
  bad(
    'with two content types that differ in case',
    'SignatureMalformed',
    jws({ protected: (header) => header.set('Cty', 'text/plain') }),
  ),
  bad(
    'that names the algorithm of another key',
    'SignatureInvalid',
    jws({ protected: (header) => header.set('alg', 'ES384') }),
  ),
  bad(
    'that names no algorithm',
    'SignatureMalformed',
    jws({ protected: (header) => header.set('alg', 'none') }),
  ),
  bad(
    'that names a shared secret',
    'SignatureMalformed',
    jws({ protected: (header) => header.set('alg', 'HS256') }),
  ),
  bad(
    'that marks alg as critical',
    'SignatureMalformed',
    jws({ protected: (header) => header.set('crit', [SCHEME, 'alg']) }),
  ),
  bad(
    'that marks its scheme twice',
    'SignatureMalformed',
    jws({ protected: (header) => header.set('crit', [SCHEME, SCHEME]) }),
  ),
  bad(
    'that marks its signing time',
    'CriticalAttributeUnknown',
    jws({ protected: (header) => header.set('crit', [SCHEME, SIGNING_TIME]) }),
  ),
  bad(
    'with the time of an authority beside its own',
    'SignatureMalformed',
    jws({
      protected: (header) => header.set(AUTHENTIC_TIME, '2026-03-01T12:00:00Z'),
    }),
  ),
  bad(
    'of an authority with the time of a signer',
    'SignatureMalformed',
    jws({
      scheme: BY_AUTHORITY,
      protected: (header) => header.set(SIGNING_TIME, '2026-03-01T12:00:00Z'),
    }),
  ),
  good(
    'whose time has an offset',
    jws({ protected: (header) => header.set(SIGNING_TIME, '2026-03-01T13:00:00.5+01:00') }),
  ),
  bad(
    'whose time is in small letters',
    'SignatureMalformed',
    jws({ protected: (header) => header.set(SIGNING_TIME, '2026-03-01t12:00:00z') }),
  ),
  bad(
    'of a day that no calendar has',
    'SignatureMalformed',
    jws({ protected: (header) => header.set(SIGNING_TIME, '2026-02-30T12:00:00Z') }),
  ),
  bad(
    'whose time is a number',
    'SignatureMalformed',
    jws({ protected: (header) => header.set(SIGNING_TIME, 1_772_366_400) }),
  ),
  stricter(
    'with a protected header that says a thing twice',
    'SignatureMalformed',
    TWICE,
    jws({
      protectedText: (text) => text.replace('{', '{"io.cncf.notary.signingScheme":"notary.x510",'),
    }),
  ),
  stricter(
    'with a protected header in another case',
    'SignatureMalformed',
    CASE,
    jws({
      protectedText: (text) => text.replace('"cty"', '"Cty"'),
    }),
  ),
  stricter(
    'with a long s where an s is meant',
    'SignatureMalformed',
    CASE,
    jws({
      protectedText: (text) => text.replace('"io.cncf.notary.signingTime"', '"io.cncf.notary.ſigningTime"'),
    }),
  ),
  stricter(
    'with its payload twice',
    'SignatureMalformed',
    TWICE,
    jws({ text: (text) => text.replace('{', '{"payload":"e30",') }),
  ),
  stricter(
    'with its payload in another case',
    'SignatureMalformed',
    CASE,
    jws({ text: (text) => text.replace('"payload"', '"Payload"') }),
  ),
  stricter(
    'with a member that envelopes do not have',
    'SignatureMalformed',
    TOP_LEVEL,
    jws({
      members: (envelope) => {
        envelope['note'] = 'x';
      },
    }),
  ),
  stricter(
    'with an algorithm that nobody signed beside the one that was',
    'SignatureMalformed',
    DISJOINT,
    jws({
      unprotected: (header) => header.set('alg', 'none'),
    }),
  ),
  stricter(
    'with an unprotected header in another case',
    'SignatureMalformed',
    CASE,
    jws({
      unprotected: (header) => header.set('X5C', header.get('x5c')).delete('x5c'),
    }),
  ),
  bad(
    'in the general form of JWS',
    'SignatureMalformed',
    jws({
      members: (envelope) => {
        envelope['signatures'] = [{ protected: envelope['protected'], signature: envelope['signature'] }];
        delete envelope['signature'];
        delete envelope['protected'];
      },
    }),
  ),
  bad('with something behind it', 'SignatureMalformed', jws({ text: (text) => `${text}{}` })),
  bad('with a mark of byte order', 'SignatureMalformed', jws({ text: (text) => `\uFEFF${text}` })),
  bad(
    'with padded base64url',
    'SignatureMalformed',
    jws({
      members: (envelope) => {
        envelope['signature'] = `${String(envelope['signature'])}==`;
      },
    }),
  ),
  stricter(
    'with bits behind the end of its signature',
    'SignatureMalformed',
    SPELLING,
    jws({
      members: (envelope) => {
        const text = String(envelope['signature']);
        const last = text.at(-1) ?? 'A';
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        envelope['signature'] = text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(last) + 1);
      },
    }),
  ),
  stricter(
    'with a line break in its signature',
    'SignatureMalformed',
    SPELLING,
    jws({
      members: (envelope) => {
        envelope['signature'] =
          `${String(envelope['signature']).slice(0, 10)}\n${String(envelope['signature']).slice(10)}`;
      },
    }),
  ),
  bad(
    'whose payload was changed',
    'SignatureInvalid',
    jws({
      members: (envelope) => {
        envelope['payload'] = Buffer.from(`${imageText()} `).toString('base64url');
      },
    }),
  ),
  bad('without certificates', 'SignatureMalformed', jws({ unprotected: (header) => header.delete('x5c') })),
  bad(
    'with a list of no certificates',
    'SignatureMalformed',
    jws({ unprotected: (header) => header.set('x5c', []) }),
  ),
  bad(
    'with a certificate that is none',
    'CertificateInvalid',
    jws({ unprotected: (header) => header.set('x5c', ['AAAA']) }),
  ),
  bad('that is no JSON', 'SignatureMalformed', jws({ text: () => 'signature' })),
  bad('that is empty', 'SignatureMalformed', jws({ text: () => '' })),
];

const cbor = (value: unknown): Buffer => Buffer.from(encode(value));

const COSE: readonly NotationCase[] = [
  stricter(
    'with an algorithm that nobody signed beside the one that was',
    'SignatureMalformed',
    DISJOINT,
    cose({ unprotected: (header) => header.set(1, -7) }),
  ),
  bad(
    'that names the algorithm of another key',
    'SignatureInvalid',
    cose({ protected: (header) => header.set(1, -35) }),
  ),
  bad(
    'that names another algorithm',
    'SignatureMalformed',
    cose({ protected: (header) => header.set(1, -8) }),
  ),
  bad(
    'whose algorithm nobody has signed',
    'SignatureMalformed',
    cose({
      protected: (header) => header.delete(1),
      unprotected: (header) => header.set(1, -7),
    }),
  ),
  bad('without its tag', 'SignatureMalformed', cose({ bytes: (bytes) => bytes.subarray(1) })),
  bad(
    'under another tag',
    'SignatureMalformed',
    cose({ bytes: (bytes) => Buffer.concat([Buffer.of(0xd8, 98), bytes.subarray(1)]) }),
  ),
  bad(
    'with something behind it',
    'SignatureMalformed',
    cose({ bytes: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) }),
  ),
  bad(
    'of indefinite length',
    'SignatureMalformed',
    cose({
      bytes: (bytes) => Buffer.concat([Buffer.of(0xd2, 0x9f), bytes.subarray(2), Buffer.of(0xff)]),
    }),
  ),
  bad(
    'with a label twice',
    'SignatureMalformed',
    cose({
      bytes: (bytes) => doubled(bytes),
    }),
  ),
  stricter(
    'with a length that is longer than needed',
    'SignatureMalformed',
    SPELLING,
    cose({
      bytes: (bytes) =>
        Buffer.concat([bytes.subarray(0, -66), Buffer.of(0x59, 0, 0x40), bytes.subarray(-64)]),
    }),
  ),
  bad(
    'without a payload of its own',
    'SignatureMalformed',
    cose({ bytes: (bytes) => replaced(bytes, 2, null) }),
  ),
  bad(
    'with a fifth part',
    'SignatureMalformed',
    cose({
      bytes: (bytes) => Buffer.concat([Buffer.of(0xd2, 0x85), bytes.subarray(2), cbor(0)]),
    }),
  ),
  good(
    'whose time has a fraction',
    cose({ protected: (header) => header.set(SIGNING_TIME, new Tagged(1, 1_772_366_400.5)) }),
  ),
  bad(
    'whose time has no tag',
    'SignatureMalformed',
    cose({ protected: (header) => header.set(SIGNING_TIME, 1_772_366_400) }),
  ),
  bad(
    'whose time is a text',
    'SignatureMalformed',
    cose({
      protected: (header) => header.set(SIGNING_TIME, new Tagged(0, '2026-03-01T12:00:00Z')),
    }),
  ),
  bad(
    'whose expiry has no tag',
    'SignatureMalformed',
    cose({
      expiry: FUTURE,
      protected: (header) => header.set(EXPIRY, 2_461_449_600),
    }),
  ),
  stricter(
    'that marks the content type as critical',
    'SignatureMalformed',
    MARKS,
    cose({ protected: (header) => header.set(2, [SCHEME, 3]) }),
  ),
  stricter(
    'that marks its signing time',
    'CriticalAttributeUnknown',
    MARKS,
    cose({ protected: (header) => header.set(2, [SCHEME, SIGNING_TIME]) }),
  ),
  stricter(
    'that marks its scheme twice',
    'SignatureMalformed',
    MARKS,
    cose({ protected: (header) => header.set(2, [SCHEME, SCHEME]) }),
  ),
  stricter(
    'with the time of an authority beside its own',
    'SignatureMalformed',
    FOREIGN_TIME,
    cose({
      protected: (header) => header.set(AUTHENTIC_TIME, new Tagged(1, 1_772_366_400)),
    }),
  ),
  bad(
    'with certificates that are signed',
    'SignatureMalformed',
    cose({
      protected: (header) => header.set(33, [new Uint8Array(3)]),
      unprotected: (header) => header.delete(33),
    }),
  ),
  bad(
    'with one certificate outside a list',
    'SignatureMalformed',
    cose({
      unprotected: (header) => header.set(33, new Uint8Array(3)),
    }),
  ),
  bad('without certificates', 'SignatureMalformed', cose({ unprotected: (header) => header.delete(33) })),
  stricter(
    'with a timestamp that is a text',
    'SignatureMalformed',
    'a timestamp countersignature that is no byte string',
    cose({
      unprotected: (header) => header.set(`${PREFIX}.timestampSignature`, 'x'),
    }),
  ),
  bad(
    'whose scheme is no text',
    'SignatureMalformed',
    cose({ protected: (header) => header.set(SCHEME, 1) }),
  ),
  bad('that is no CBOR', 'SignatureMalformed', cose({ bytes: () => Buffer.from('signature') })),
];

/** The unprotected header with its first entry twice: a map of two entries becomes one of three. */
function doubled(bytes: Buffer): Buffer {
  const agent = cbor(`${PREFIX}.signingAgent`);
  const at = bytes.indexOf(agent);
  const entry = bytes.subarray(at, at + agent.length + cbor('forge/1.0').length);
  const map = bytes.indexOf(Buffer.of(0xa2, 0x18, 33));
  const changed = Buffer.concat([bytes.subarray(0, at), entry, bytes.subarray(at)]);
  changed[map] = 0xa3;
  return changed;
}

/** A part of the four that is replaced, by where it stands; the parts before it are kept as they are. */
function replaced(bytes: Buffer, _part: 2, value: null): Buffer {
  const text = Buffer.from(imageText());
  const at = bytes.indexOf(text);
  const header = cbor(new Uint8Array(text)).length - text.length;
  return Buffer.concat([bytes.subarray(0, at - header), cbor(value), bytes.subarray(at + text.length)]);
}

/** Signatures that differ in their envelope. */
export function envelopeCases(): readonly NotationCase[] {
  const named = (format: string, cases: readonly NotationCase[]) =>
    cases.map((one) => ({ ...one, name: `${format}: ${one.name}` }));
  return [
    ...named('JWS', [...COMMON.flatMap((of) => of(jws, 'crit')), ...JWS]),
    ...named('COSE', [...COMMON.flatMap((of) => of(cose, 2)), ...COSE]),
  ];
}
