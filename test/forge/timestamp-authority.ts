import {
  authorityKeyIdentifier,
  basicConstraints,
  type Certificate,
  certificate,
  distinguishedName,
  extendedKeyUsage,
  keyUsage,
  type Purpose,
  serialOf,
  subjectKeyIdentifier,
} from './certificate.ts';
import { authority, type AuthorityKnobs } from './certificate-authority.ts';
import { generalizedTime, integer, nothing, octetString, oid, sequence, setOf, tagged } from './der.ts';
import { digest, type Hash, key, type Key, type KeyKind, signatureAlgorithm } from './keys.ts';
import { after, type Period, SIGNED_AT, YEAR } from './times.ts';

export interface TimestampAuthorityKnobs {
  readonly name?: string;
  readonly keyKind?: KeyKind;
  readonly root?: AuthorityKnobs;
  /** An authority between the root and the certificate that signs. */
  readonly intermediate?: AuthorityKnobs;
  /** The time of the certificate that signs. */
  readonly from?: Date;
  readonly to?: Date;
  readonly purposes?: readonly Purpose[];
  /** RFC 3161, 2.3: the purpose stands in a critical extension. */
  readonly critical?: boolean;
  readonly valid?: Period;
}

/** What is said in a timestamp; every knob that is left out says what is true. */
export interface TimestampKnobs {
  readonly at?: Date;
  /** What is timestamped, where it is not what was given. */
  readonly over?: Uint8Array;
  /** The hash of what is timestamped. */
  readonly hash?: Hash;
  /** The hash under the authority's signature. */
  readonly signatureHash?: Hash;
  /** Whether the certificate that signs comes along, and with it those above. */
  readonly embed?: boolean | 'chain' | readonly Certificate[];
  readonly nonce?: number;
  readonly status?: number;
  /** What signs, where it is not the authority's own certificate. */
  readonly by?: Certificate;
  readonly signWith?: Key;
  /** The digest of the content in the signed attributes. */
  readonly messageDigest?: Buffer;
  readonly contentType?: string;
  /** Whether the certificate that signs is named among what is signed (RFC 5816). */
  readonly signingCertificate?: boolean;
  /** Its issuer and serial number beside its hash there (RFC 5035, 4). */
  readonly issuerSerial?: Buffer;
  /** The time as an element, where it is not written as it should be. */
  readonly genTime?: Buffer;
  /** What stands in the TSTInfo behind the nonce. */
  readonly tail?: readonly Buffer[];
  /** More signed attributes. */
  readonly attributes?: readonly Buffer[];
}

export interface TimestampAuthority {
  readonly url: string;
  /** From the certificate that signs to the root. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  readonly valid: Period;
  /** A TimeStampResp (RFC 3161, 2.4.2). */
  readonly timestamp: (data: Uint8Array, knobs?: TimestampKnobs) => Buffer;
}

const HASHES: Readonly<Record<Hash, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
const TST_INFO = '1.2.840.113549.1.9.16.1.4';

const hashAlgorithm = (hash: Hash): Buffer => sequence(oid(HASHES[hash]));

export function timestampAuthority(knobs: TimestampAuthorityKnobs = {}): TimestampAuthority {
  const { name = 'tsa', keyKind = 'p256', valid = { from: after(-YEAR), to: null } } = knobs;
  const root = authority(`${name}-root`, { pathLength: knobs.intermediate ? 1 : 0, ...knobs.root }, null);
  const between = knobs.intermediate
    ? [
        authority(
          `${name}-intermediate`,
          { pathLength: 0, purposes: ['timeStamping'], ...knobs.intermediate },
          root,
        ),
      ]
    : [];
  const above = between[0] ?? root;
  const own = key(`timestamp authority ${name}`, keyKind);
  const signer = certificate({
    name: distinguishedName(name),
    key: own,
    issuer: above.name,
    issuerKey: above.key,
    from: knobs.from ?? after(-YEAR),
    to: knobs.to ?? after(YEAR),
    serial: serialOf(`timestamp authority ${name}`),
    extensions: [
      keyUsage('digitalSignature'),
      ...(knobs.purposes?.length === 0
        ? []
        : [extendedKeyUsage(knobs.purposes ?? ['timeStamping'], knobs.critical ?? true)]),
      basicConstraints(false),
      subjectKeyIdentifier(own),
      authorityKeyIdentifier(above.key),
    ],
  });
  return {
    url: `https://${name}.sigstore.test/api/v1/timestamp`,
    chain: [signer, ...between, root],
    valid,
    timestamp: (data, how = {}) => respond(signer, [...between, root], data, how),
  };
}

function respond(
  own: Certificate,
  above: readonly Certificate[],
  data: Uint8Array,
  knobs: TimestampKnobs,
): Buffer {
  const status = sequence(integer(knobs.status ?? 0));
  const { contentType = TST_INFO, by = own, embed = true } = knobs;
  const along = embed === 'chain' ? above : typeof embed === 'boolean' ? [] : embed;
  const info = timestampInfo(data, knobs);
  const hash = knobs.signatureHash ?? (by.key.hash === 'sha512' ? 'sha256' : by.key.hash);
  const attributes = signedAttributes(by, contentType, knobs.messageDigest ?? digest(hash, info), knobs);
  const signature = (knobs.signWith ?? by.key).sign(setOf(...attributes), hash);
  // RFC 5652, 5.3
  const signerInfo = sequence(
    integer(1),
    sequence(by.issuer, integer(by.serial)),
    hashAlgorithm(hash),
    tagged(0, ...sorted(attributes)),
    signatureAlgorithm(by.key, hash),
    octetString(signature),
  );
  // RFC 5652, 5.1; version 3, as the content is not plain data
  const signedData = sequence(
    integer(3),
    setOf(hashAlgorithm(hash)),
    sequence(oid(contentType), tagged(0, octetString(info))),
    ...(embed === false ? [] : [tagged(0, by.der, ...along.map(({ der }) => der))]),
    setOf(signerInfo),
  );
  return sequence(status, sequence(oid('1.2.840.113549.1.7.2'), tagged(0, signedData)));
}

/** RFC 3161, 2.4.2: TSTInfo. */
function timestampInfo(data: Uint8Array, knobs: TimestampKnobs): Buffer {
  const { at = SIGNED_AT, over = data, hash = 'sha256', nonce = 4711 } = knobs;
  const serial = digest('sha256', over, Buffer.from(at.toISOString())).subarray(0, 8);
  return sequence(
    integer(1),
    oid('1.3.6.1.4.1.57264.2'),
    sequence(sequence(oid(HASHES[hash]), nothing()), octetString(digest(hash, over))),
    integer(serial),
    knobs.genTime ?? generalizedTime(at),
    integer(nonce),
    ...(knobs.tail ?? []),
  );
}

/** RFC 3161, 2.4.2; RFC 5816: content type, digest and the certificate that signs. */
function signedAttributes(
  by: Certificate,
  contentType: string,
  messageDigest: Buffer,
  { signingCertificate: named = true, issuerSerial, attributes = [] }: TimestampKnobs,
): readonly Buffer[] {
  const hash = octetString(digest('sha256', by.der));
  const certificateId = sequence(sequence(sequence(hash, ...(issuerSerial ? [issuerSerial] : []))));
  return [
    attribute('1.2.840.113549.1.9.3', oid(contentType)),
    attribute('1.2.840.113549.1.9.4', octetString(messageDigest)),
    ...(named ? [attribute('1.2.840.113549.1.9.16.2.47', certificateId)] : []),
    ...attributes,
  ];
}

/** RFC 5652, 5.3: an attribute of one value. */
export const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), setOf(value));

const sorted = (elements: readonly Buffer[]): readonly Buffer[] =>
  elements.toSorted((a, b) => Buffer.compare(a, b));
