import type { Certificate } from './certificate.ts';
import { extension } from './certificate.ts';
import {
  bitString,
  element,
  generalizedTime,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  tagged,
  taggedPrimitive,
} from './der.ts';
import { type Key, signatureAlgorithm } from './keys.ts';
import { createHash } from 'node:crypto';

/** Lists of revoked certificates (RFC 5280, 5) and OCSP responses (RFC 6960), with whatever may be wrong about them. */

export const distributionPoint = (...urls: readonly string[]): Buffer => extension('2.5.29.31', points(urls));

export const freshest = (...urls: readonly string[]): Buffer => extension('2.5.29.46', points(urls));

const points = (urls: readonly string[]): Buffer =>
  sequence(...urls.map((url) => sequence(tagged(0, tagged(0, taggedPrimitive(6, Buffer.from(url)))))));

/** Where responders are (RFC 5280, 4.2.2.1). */
export const ocspAt = (...urls: readonly string[]): Buffer =>
  extension(
    '1.3.6.1.5.5.7.1.1',
    sequence(...urls.map((url) => sequence(oid('1.3.6.1.5.5.7.48.1'), taggedPrimitive(6, Buffer.from(url))))),
  );

export const NO_CHECK = extension('1.3.6.1.5.5.7.48.1.5', nothing());

interface CrlEntryKnobs {
  readonly certificate: Certificate;
  readonly at?: Date;
  readonly reason?: number;
  readonly invalidSince?: Date;
  readonly extensions?: readonly Buffer[];
}

export interface CrlKnobs {
  readonly revoked?: readonly CrlEntryKnobs[];
  readonly thisUpdate?: Date;
  /** null leaves it out. */
  readonly nextUpdate?: Date | null;
  readonly number?: number;
  /** The number of the list that it lists the changes of. */
  readonly deltaOf?: number;
  readonly extensions?: readonly Buffer[];
  readonly signWith?: Key;
  readonly issuerName?: Buffer;
  /** RFC 5280, 5.1.2.1: 1 for the second version; null leaves it out. */
  readonly version?: number | null;
}

const HOUR = 3_600_000;
const now = (): number => Math.floor(Date.now() / 1_000) * 1_000;
const enumerated = (value: number): Buffer => element(0x0a, Buffer.of(value));

/** A list by an authority, of this hour unless it is said. */
export function crl(issuer: Certificate, knobs: CrlKnobs = {}): Buffer {
  const { revoked = [], number = 10, deltaOf } = knobs;
  const by = knobs.signWith ?? issuer.key;
  const entries = revoked.map(({ certificate, at, reason, invalidSince, extensions = [] }) => {
    const said = [
      ...(reason === undefined ? [] : [extension('2.5.29.21', enumerated(reason))]),
      ...(invalidSince ? [extension('2.5.29.24', generalizedTime(invalidSince))] : []),
      ...extensions,
    ];
    return sequence(
      integer(certificate.serial),
      generalizedTime(at ?? new Date(now() - HOUR)),
      ...(said.length > 0 ? [sequence(...said)] : []),
    );
  });
  const nextUpdate = knobs.nextUpdate === undefined ? new Date(now() + 24 * HOUR) : knobs.nextUpdate;
  const { version = 1 } = knobs;
  const list = sequence(
    ...(version === null ? [] : [integer(version)]),
    signatureAlgorithm(by),
    knobs.issuerName ?? issuer.name,
    generalizedTime(knobs.thisUpdate ?? new Date(now() - HOUR)),
    ...(nextUpdate ? [generalizedTime(nextUpdate)] : []),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    tagged(
      0,
      sequence(
        extension('2.5.29.20', integer(number)),
        ...(deltaOf === undefined ? [] : [extension('2.5.29.27', integer(deltaOf), true)]),
        ...(knobs.extensions ?? []),
      ),
    ),
  );
  return sequence(list, signatureAlgorithm(by), bitString(by.sign(list)));
}

/** RFC 5280, 5.2.5. */
export const issuingPoint = (...parts: readonly Buffer[]): Buffer =>
  extension('2.5.29.28', sequence(...parts), true);
export const pointName = (url: string): Buffer => tagged(0, tagged(0, taggedPrimitive(6, Buffer.from(url))));
export const onlyContains = (tag: 1 | 2 | 4 | 5): Buffer => taggedPrimitive(tag, Buffer.of(0xff));

export interface OcspKnobs {
  readonly status?: 'good' | 'revoked' | 'unknown';
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
  /** Who answers, where it is not the issuer itself. */
  readonly responder?: Certificate;
  readonly along?: readonly Certificate[];
  readonly signWith?: Key;
  /** Of which certificate, where it is not the one that was asked for. */
  readonly about?: Certificate;
  readonly aboutIssuer?: Certificate;
  readonly byKey?: boolean;
  readonly error?: number;
  readonly singleExtensions?: readonly Buffer[];
  /** RFC 6960, 4.2.1: 0 for the first version, which is not written. */
  readonly version?: number;
}

const sha1 = (data: Uint8Array): Buffer => createHash('sha1').update(data).digest();
/** The key itself, behind what says of which kind it is: the bit string ends the SubjectPublicKeyInfo of these curves. */
const keyBits = ({ key }: Certificate): Buffer => {
  const bytes = key.kind === 'p521' ? 133 : key.kind === 'p384' ? 97 : 65;
  return key.spki.subarray(-bytes);
};

/** A response about a certificate by its issuer. */
export function ocspResponse(certificate: Certificate, issuer: Certificate, knobs: OcspKnobs = {}): Buffer {
  if (knobs.error !== undefined) return sequence(enumerated(knobs.error));
  const { status = 'good', about = certificate, aboutIssuer = issuer, responder } = knobs;
  const signer = responder ?? issuer;
  const by = knobs.signWith ?? signer.key;
  const nextUpdate = knobs.nextUpdate === undefined ? new Date(now() + 24 * HOUR) : knobs.nextUpdate;
  const thisUpdate = knobs.thisUpdate ?? new Date(now() - HOUR);
  const statuses = {
    good: taggedPrimitive(0, Buffer.alloc(0)),
    revoked: tagged(1, generalizedTime(new Date(now() - HOUR))),
    unknown: taggedPrimitive(2, Buffer.alloc(0)),
  };
  const single = sequence(
    sequence(
      sequence(oid('1.3.14.3.2.26'), nothing()),
      octetString(sha1(aboutIssuer.name)),
      octetString(sha1(keyBits(aboutIssuer))),
      integer(about.serial),
    ),
    statuses[status],
    generalizedTime(thisUpdate),
    ...(nextUpdate ? [tagged(0, generalizedTime(nextUpdate))] : []),
    ...(knobs.singleExtensions ? [tagged(1, sequence(...knobs.singleExtensions))] : []),
  );
  const data = sequence(
    ...(knobs.version === undefined ? [] : [tagged(0, integer(knobs.version))]),
    knobs.byKey ? tagged(2, octetString(sha1(keyBits(signer)))) : tagged(1, signer.name),
    generalizedTime(thisUpdate),
    sequence(single),
  );
  const along = knobs.along ?? (responder ? [responder] : []);
  const basic = sequence(
    data,
    signatureAlgorithm(by),
    bitString(by.sign(data)),
    ...(along.length > 0 ? [tagged(0, sequence(...along.map(({ der }) => der)))] : []),
  );
  return sequence(enumerated(0), tagged(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(basic))));
}
