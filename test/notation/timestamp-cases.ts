import { readDer, childrenOf, TAG } from '../../src/verify/x509/der.ts';
import { type Certificate, extension } from '../forge/certificate.ts';
import { element, integer, oid, sequence, tagged } from '../forge/der.ts';
import type { KeyKind } from '../forge/keys.ts';
import { key } from '../forge/keys.ts';
import {
  attribute,
  timestampAuthority,
  type TimestampAuthorityKnobs,
  type TimestampKnobs,
} from '../forge/timestamp-authority.ts';
import { after } from '../forge/times.ts';
import { bad, chain, good, type NotationCase, PAST, stricter, VALID, wider } from './case.ts';

const OTHER_NAME =
  'a timestamp that calls its authority by another name than its certificate has (RFC 3161, 2.4.2)';
const EXTENSION = 'a timestamp with a critical extension that nobody here understands';
const ZONE = 'a timestamp whose time is not in UTC, as RFC 3161 wants it';
const ATTRIBUTE = 'a timestamp with a signed attribute that stands twice (RFC 5652, 11)';
const INDEFINITE = 'a token in BER of indefinite length, which CMS allows and Notation does not read';

/** A timestamp authority that is valid for long, as far as nothing else is said. */
function tsa(knobs: TimestampAuthorityKnobs = {}) {
  return timestampAuthority({ ...VALID, ...knobs, root: { ...VALID, ...knobs.root } });
}

/** The token of a response (RFC 3161, 2.4.2). */
function tokenOf(response: Buffer): Buffer {
  return childrenOf(readDer(response), TAG.sequence)[1]?.raw ?? Buffer.alloc(0);
}

interface Made {
  readonly authority?: ReturnType<typeof tsa>;
  readonly how?: TimestampKnobs;
  readonly change?: (token: Buffer) => Buffer;
  readonly certificates?: Certificate[];
  readonly trusted?: readonly Certificate[];
  readonly format?: 'jws' | 'cose';
}

function stamped({ authority = tsa(), how, change = (same) => same, format, ...more }: Made = {}) {
  const certificates = more.certificates ?? chain();
  return {
    signature: {
      chain: certificates,
      ...(format ? { format } : {}),
      timestamp: (signature: Buffer) =>
        change(tokenOf(authority.timestamp(signature, { embed: 'chain', ...how }))),
    },
    trust: {
      stores: { 'ca:acme': chain().slice(-1), 'tsa:acme': more.trusted ?? authority.chain.slice(-1) },
    },
  };
}

/** The whole token with an indefinite length at its head. */
function indefinite(token: Buffer): Buffer {
  const header = (token[1] ?? 0) & 0x80 ? 2 + ((token[1] ?? 0) & 0x7f) : 2;
  return Buffer.concat([Buffer.of(0x30, 0x80), token.subarray(header), Buffer.of(0, 0)]);
}

/** The same with a length in more bytes than are needed. */
function padded(token: Buffer): Buffer {
  const header = (token[1] ?? 0) & 0x80 ? 2 + ((token[1] ?? 0) & 0x7f) : 2;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(token.length - header);
  return Buffer.concat([Buffer.of(0x30, 0x84), length, token.subarray(header)]);
}

const [SIGNER] = tsa().chain;
const at = (time: string): TimestampKnobs => ({ genTime: element(0x18, Buffer.from(time)) });
/** IssuerSerial (RFC 5035, 4): the issuer as a directory name. */
const names = (issuer: Buffer, serial: Buffer): TimestampKnobs => ({
  issuerSerial: sequence(sequence(tagged(4, issuer)), integer(serial)),
});

const expired = () => chain({ leaf: { to: PAST } });

/** Signatures that differ in their timestamp countersignature. */
export function timestampCases(): readonly NotationCase[] {
  const kinds: readonly KeyKind[] = ['p256', 'p384', 'p521', 'rsa'];
  return [
    ...kinds.map((keyKind) =>
      good(`by an authority on ${keyKind}`, stamped({ authority: tsa({ keyKind }) })),
    ),
    good('in COSE', stamped({ format: 'cose' })),
    good('with SHA-512 over the signature', stamped({ how: { hash: 'sha512' } })),
    good('under an intermediate', stamped({ authority: tsa({ intermediate: VALID }) })),
    good('of a certificate that has expired since', stamped({ certificates: expired() })),
    good('with a length that is padded', stamped({ change: padded })),
    wider('of indefinite length', INDEFINITE, stamped({ change: indefinite })),
    bad(
      'of a certificate that had expired',
      'CertificateExpired',
      stamped({ certificates: expired(), how: { at: after(2 * 86_400) } }),
    ),
    bad('that is missing', 'TimestampMissing', { ...stamped(), signature: { chain: chain() } }),
    bad('that is empty', 'TimestampMissing', stamped({ change: () => Buffer.alloc(0) })),
    bad('that is no timestamp', 'TimestampInvalid', stamped({ change: () => Buffer.from('timestamp') })),
    bad('over another signature', 'TimestampInvalid', stamped({ how: { over: Buffer.from('another') } })),
    bad('by a stranger', 'TimestampInvalid', stamped({ trusted: tsa({ name: 'other' }).chain.slice(-1) })),
    bad('by another key', 'TimestampInvalid', stamped({ how: { signWith: key('another') } })),
    bad(
      'with another digest among what is signed',
      'TimestampInvalid',
      stamped({ how: { messageDigest: Buffer.alloc(32) } }),
    ),
    bad(
      'of another content type',
      'TimestampInvalid',
      stamped({ how: { contentType: '1.2.840.113549.1.7.1' } }),
    ),
    bad('without the certificate of its signer', 'TimestampInvalid', stamped({ how: { embed: false } })),
    bad(
      'that does not name the certificate of its signer',
      'TimestampInvalid',
      stamped({ how: { signingCertificate: false } }),
    ),
    bad(
      'by a certificate that is not for timestamps',
      'TimestampInvalid',
      stamped({ authority: tsa({ purposes: ['codeSigning'] }) }),
    ),
    bad(
      'by one for more than timestamps',
      'TimestampInvalid',
      stamped({ authority: tsa({ purposes: ['timeStamping', 'codeSigning'] }) }),
    ),
    bad('by one without a purpose', 'TimestampInvalid', stamped({ authority: tsa({ purposes: [] }) })),
    bad(
      'by one whose purpose is not critical',
      'TimestampInvalid',
      stamped({ authority: tsa({ critical: false }) }),
    ),
    bad('by one that had expired', 'TimestampInvalid', stamped({ authority: tsa({ to: after(-60) }) })),
    bad(
      'by one that was not valid yet',
      'TimestampInvalid',
      stamped({ authority: tsa({ from: after(60) }) }),
    ),
    bad(
      'under a root that had expired',
      'TimestampInvalid',
      stamped({ authority: tsa({ root: { to: after(-60) } }) }),
    ),
    bad(
      'by an authority on Ed25519',
      'TimestampInvalid',
      stamped({ authority: tsa({ keyKind: 'ed25519' }) }),
    ),
    bad(
      'under a store of an authority that is no root',
      'TrustStoreInvalid',
      stamped({
        authority: tsa({ intermediate: VALID }),
        trusted: tsa({ intermediate: VALID }).chain.slice(1, 2),
      }),
    ),
    good(
      'that names issuer and number of its certificate',
      stamped({ how: names(SIGNER.issuer, SIGNER.serial) }),
    ),
    bad(
      'that names another number of its certificate',
      'TimestampInvalid',
      stamped({ how: names(SIGNER.issuer, Buffer.of(7)) }),
    ),
    bad(
      'that names another issuer of its certificate',
      'TimestampInvalid',
      stamped({ how: names(SIGNER.name, SIGNER.serial) }),
    ),
    good('of a signing authority, whose own time counts', {
      signature: {
        ...stamped({ how: { over: Buffer.from('x') } }).signature,
        scheme: 'notary.x509.signingAuthority',
      },
      trust: { stores: { 'signingAuthority:acme': chain().slice(-1), 'tsa:acme': tsa().chain.slice(-1) } },
    }),
    good('that names its authority', stamped({ how: { tail: [tagged(0, tagged(4, SIGNER.name))] } })),
    stricter(
      'that names another authority',
      'TimestampInvalid',
      OTHER_NAME,
      stamped({ how: { tail: [tagged(0, tagged(4, SIGNER.issuer))] } }),
    ),
    stricter(
      'with a critical extension that is not known',
      'TimestampInvalid',
      EXTENSION,
      stamped({ how: { tail: [tagged(1, extension('1.2.3.4', integer(1), true))] } }),
    ),
    good(
      'with an extension that is not critical',
      stamped({ how: { tail: [tagged(1, extension('1.2.3.4', integer(1)))] } }),
    ),
    good('with a fraction of a second', stamped({ how: at('20260301120000.5Z') })),
    bad(
      'with a zero at the end of a fraction',
      'TimestampInvalid',
      stamped({ how: at('20260301120000.50Z') }),
    ),
    bad('without seconds', 'TimestampInvalid', stamped({ how: at('202603011200Z') })),
    stricter('in another zone', 'TimestampInvalid', ZONE, stamped({ how: at('20260301130000+0100') })),
    stricter(
      'with an attribute twice',
      'TimestampInvalid',
      ATTRIBUTE,
      stamped({ how: { attributes: [attribute('1.2.840.113549.1.9.3', oid('1.2.840.113549.1.9.16.1.4'))] } }),
    ),
    good(
      'with an attribute that is not known',
      stamped({ how: { attributes: [attribute('1.2.3.4', integer(1))] } }),
    ),
    good('that is wrong, and only logged', { ...logged(stamped({ how: { over: Buffer.from('x') } })) }),
    good('that is missing and not wanted before expiry', {
      signature: { chain: chain() },
      trust: { ...stamped().trust, verifyTimestamp: 'afterCertExpiry' },
    }),
    bad('that is missing and wanted after expiry', 'TimestampMissing', {
      signature: { chain: expired() },
      trust: { ...stamped().trust, verifyTimestamp: 'afterCertExpiry' },
    }),
    good('that is there and wanted after expiry', {
      signature: stamped({ certificates: expired() }).signature,
      trust: { ...stamped().trust, verifyTimestamp: 'afterCertExpiry' },
    }),
  ].map((one: NotationCase) => ({ ...one, name: `timestamp: ${one.name}` }));
}

function logged(made: ReturnType<typeof stamped>) {
  return { ...made, trust: { ...made.trust, override: { authenticTimestamp: 'log' } } };
}
