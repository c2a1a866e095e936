import { encode, Tagged } from 'cborg';
import type { Evidence } from '../../src/evidence/collector.ts';
import { ok, type Outcome } from '../../src/reasons.ts';
import type { ImageManifest } from '../../src/registry/registry.ts';
import { type NotationTrust, storeKey } from '../../src/verify/notation/trust.ts';
import { parseTrustPolicy } from '../../src/verify/notation/trust-policy.ts';
import type { Circumstances } from '../../src/verify/verifier.ts';
import { parseCertificate } from '../../src/verify/x509/certificate.ts';
import { failed } from '../../src/reasons.ts';
import { type Certificate, certificate, extension, serialOf } from './certificate.ts';
import { bitString, boolean, integer, oid, sequence, setOf, utf8String } from './der.ts';
import { type AnyHash, digest, key, type Key } from './keys.ts';
import { after, DAY, SIGNED_AT, YEAR } from './times.ts';

/** A Notary Project PKI and its signatures, in process: what follows from a name is the same in every run. */

export const REPOSITORY = 'registry.example.com/shop/cart';
/** The type of the manifest; as Notation 1.3 writes it, it stands in the place of the configuration's. */
export const NOTARY = 'application/vnd.cncf.notary.signature';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const sha256 = (bytes: Uint8Array): string => `sha256:${digest('sha256', bytes).toString('hex')}`;
/** The configuration of the image, and of signatures. */
export const EMPTY_BYTES = Buffer.from('{}');
const EMPTY = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: sha256(EMPTY_BYTES),
  size: EMPTY_BYTES.length,
};
/** The manifest that is signed. */
export const IMAGE_BYTES = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { ...EMPTY, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [],
  }),
);
export const IMAGE = { mediaType: OCI_MANIFEST, digest: sha256(IMAGE_BYTES), size: IMAGE_BYTES.length };

export type NameParts = readonly (readonly [type: string, value: string])[];
const TYPES: Readonly<Record<string, string>> = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  emailAddress: '1.2.840.113549.1.9.1',
};

/** A name as X.509 writes it, in this order; a part with `+` has several attributes. */
function x509Name(...parts: NameParts): Buffer {
  return sequence(
    ...parts.map(([type, value]) => setOf(sequence(oid(TYPES[type] ?? type), utf8String(value)))),
  );
}

const nameOf = (commonName: string): NameParts => [
  ['C', 'US'],
  ['ST', 'WA'],
  ['L', 'Seattle'],
  ['O', 'acme.io'],
  ['CN', commonName],
];

/** What stands in a certificate; every knob that is left out is as the specification has it. */
export interface CertificateKnobs {
  readonly name?: NameParts;
  /** The name as DER, where it is not written as most are. */
  readonly subject?: Buffer;
  readonly key?: Key;
  readonly from?: Date;
  readonly to?: Date;
  /** null leaves the basic constraints out. */
  readonly ca?: boolean | null;
  readonly constraintsCritical?: boolean;
  readonly pathLength?: number;
  /** The bits of the key usage (RFC 5280, 4.2.1.3); null leaves it out. */
  readonly usages?: readonly number[] | null;
  readonly usageCritical?: boolean;
  /** Purposes by object identifier. */
  readonly purposes?: readonly string[];
  readonly purposesCritical?: boolean;
  readonly extensions?: readonly Buffer[];
  readonly serial?: Buffer;
  /** That its issuer signs over. */
  readonly hash?: AnyHash;
  /** The SubjectPublicKeyInfo, where it is in another form than the key's own. */
  readonly spki?: Buffer;
}

export const USAGE = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6, decipherOnly: 8 };

function usageBits(usages: readonly number[]): Buffer {
  const bytes = Buffer.alloc(usages.some((bit) => bit > 7) ? 2 : 1);
  for (const bit of usages) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, 7 - (Math.max(...usages) & 7));
}

export function issue(name: string, knobs: CertificateKnobs, issuer: Certificate | null): Certificate {
  const pair = knobs.key ?? key(`notation ${name}`);
  const own = knobs.spki ? { ...pair, spki: knobs.spki } : pair;
  const subject = knobs.subject ?? x509Name(...(knobs.name ?? nameOf(name)));
  const { ca = null, usages = [], purposes = [] } = knobs;
  return certificate({
    name: subject,
    key: own,
    issuer: issuer?.name ?? subject,
    issuerKey: issuer?.key ?? own,
    from: knobs.from ?? after(-YEAR),
    to: knobs.to ?? after(YEAR),
    serial: knobs.serial ?? serialOf(`notation ${name}`),
    ...(knobs.hash && { hash: knobs.hash }),
    extensions: [
      ...(usages === null ? [] : [extension('2.5.29.15', usageBits(usages), knobs.usageCritical ?? true)]),
      ...(ca === null
        ? []
        : [
            extension(
              '2.5.29.19',
              sequence(
                ...(ca ? [boolean(true)] : []),
                ...(knobs.pathLength === undefined ? [] : [integer(knobs.pathLength)]),
              ),
              knobs.constraintsCritical ?? true,
            ),
          ]),
      ...(purposes.length === 0
        ? []
        : [extension('2.5.29.37', sequence(...purposes.map((one) => oid(one))), knobs.purposesCritical)]),
      ...(knobs.extensions ?? []),
    ],
  });
}

const authority = (name: string, knobs: CertificateKnobs, issuer: Certificate | null): Certificate =>
  issue(name, { ca: true, usages: [USAGE.keyCertSign, USAGE.cRLSign], ...knobs }, issuer);

export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

export interface PkiKnobs {
  readonly root?: CertificateKnobs;
  /** From the one below the root down. */
  readonly intermediates?: readonly CertificateKnobs[];
  readonly leaf?: CertificateKnobs;
  /** A leaf that signed itself, and nothing above it. */
  readonly alone?: boolean;
  /** Of all certificates that say nothing of their own. */
  readonly valid?: { readonly from: Date; readonly to: Date };
}

/** From the leaf to the root. */
export function pki({
  root,
  intermediates = [{}],
  leaf = {},
  alone = false,
  valid,
}: PkiKnobs = {}): Certificate[] {
  const signing: CertificateKnobs = {
    usages: [USAGE.digitalSignature],
    purposes: [CODE_SIGNING],
    ...valid,
    ...leaf,
  };
  if (alone) return [issue('signer', signing, null)];
  const above = intermediates.reduce<Certificate[]>(
    (chain, knobs, at) => [
      authority(`intermediate ${at}`, { ...valid, ...knobs }, chain[0] ?? null),
      ...chain,
    ],
    [authority('root', { ...valid, ...root }, null)],
  );
  return [issue('signer', signing, above[0] ?? null), ...above];
}

type Header = Map<string | number, unknown>;

export interface NotationKnobs {
  readonly format?: 'jws' | 'cose';
  readonly chain?: readonly Certificate[];
  readonly scheme?: string;
  readonly signingTime?: Date;
  readonly expiry?: Date;
  /** Changes what is signed of the header. */
  readonly protected?: (header: Header) => void;
  /** Changes what is not. */
  readonly unprotected?: (header: Header) => void;
  /** What is signed, where it is not the image. */
  readonly target?: Readonly<Record<string, unknown>>;
  readonly payload?: Buffer;
  /** Changes the members of a JWS envelope, and then its text. */
  readonly members?: (envelope: Record<string, unknown>) => void;
  readonly text?: (envelope: string) => string;
  /** The protected header of JWS as text. */
  readonly protectedText?: (header: string) => string;
  /** Changes the bytes of an envelope. */
  readonly bytes?: (envelope: Buffer) => Buffer;
  readonly signWith?: (data: Buffer) => Buffer;
  readonly timestamp?: (signature: Buffer) => Buffer;
  readonly manifest?: (manifest: ImageManifest) => ImageManifest;
  readonly carrier?: { readonly mediaType?: string; readonly subject?: { mediaType: string; size: number } };
}

const ALGORITHMS = { p256: ['ES256', -7, 32], p384: ['ES384', -35, 48], p521: ['ES512', -36, 66] } as const;

/** ECDSA's two numbers, each in as many bytes as the curve has (IEEE P1363). */
function p1363(der: Buffer, bytes: number): Buffer {
  const r = der.subarray(der[1] === 0x81 ? 3 : 2);
  const first = r.subarray(2, 2 + (r[1] ?? 0));
  const rest = r.subarray(2 + (r[1] ?? 0));
  const second = rest.subarray(2, 2 + (rest[1] ?? 0));
  const fixed = (number: Buffer): Buffer => {
    const stripped = number.subarray(Math.max(0, number.length - bytes));
    return Buffer.concat([Buffer.alloc(bytes - stripped.length), stripped]);
  };
  return Buffer.concat([fixed(first), fixed(second)]);
}

const PREFIX = 'io.cncf.notary';

/** A signature of the Notary Project as a collector finds it. */
export function notationSignature(knobs: NotationKnobs = {}): Evidence {
  const { format = 'jws', chain = pki() } = knobs;
  const [leaf] = chain;
  if (!leaf) throw new Error('a signature without a certificate');
  const { kind } = leaf.key;
  const [jwsName, coseLabel, bytes] = ALGORITHMS[kind === 'p384' || kind === 'p521' ? kind : 'p256'];
  const sign = knobs.signWith ?? ((data: Buffer) => p1363(leaf.key.sign(data, leaf.key.hash), bytes));
  const payload =
    knobs.payload ?? Buffer.from(JSON.stringify({ targetArtifact: { ...IMAGE, ...knobs.target } }));
  const parts = { ...knobs, chain, payload, sign, jwsName, coseLabel };
  const envelope = (knobs.bytes ?? ((same) => same))(format === 'jws' ? jws(parts) : cose(parts));
  const manifest: ImageManifest = {
    kind: 'manifest',
    config: { ...EMPTY, mediaType: NOTARY },
    layers: [
      {
        mediaType: format === 'jws' ? 'application/jose+json' : 'application/cose',
        digest: `sha256:${digest('sha256', envelope).toString('hex')}`,
        size: envelope.length,
      },
    ],
    subject: IMAGE,
  };
  return {
    format: 'notation',
    digest: `sha256:${digest('sha256', envelope).toString('hex')}`,
    subject: IMAGE.digest,
    location: `${REPOSITORY}@sha256:signature`,
    bytes: envelope,
    annotations: {},
    carrier: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      subject: { mediaType: IMAGE.mediaType, size: IMAGE.size },
      manifest: (knobs.manifest ?? ((same) => same))(manifest),
      ...knobs.carrier,
    },
  };
}

interface Parts extends NotationKnobs {
  readonly chain: readonly Certificate[];
  readonly payload: Buffer;
  readonly sign: (data: Buffer) => Buffer;
  readonly jwsName: string;
  readonly coseLabel: number;
}

function attributes(
  { scheme = 'notary.x509', signingTime = SIGNED_AT, expiry }: Parts,
  time: (at: Date) => unknown,
) {
  const authority = scheme === 'notary.x509.signingAuthority';
  const label = `${PREFIX}.${authority ? 'authenticSigningTime' : 'signingTime'}`;
  const critical = [
    `${PREFIX}.signingScheme`,
    ...(authority ? [label] : []),
    ...(expiry ? [`${PREFIX}.expiry`] : []),
  ];
  return {
    critical,
    entries: [
      [`${PREFIX}.signingScheme`, scheme],
      [label, time(signingTime)],
      ...(expiry ? [[`${PREFIX}.expiry`, time(expiry)] as const] : []),
    ] as readonly (readonly [string, unknown])[],
  };
}

const CONTENT_TYPE = 'application/vnd.cncf.notary.payload.v1+json';

function jws(parts: Parts): Buffer {
  const { critical, entries } = attributes(parts, (at) => at.toISOString().replace('.000Z', 'Z'));
  const header: Header = new Map<string | number, unknown>([
    ['alg', parts.jwsName],
    ['cty', CONTENT_TYPE],
    ['crit', critical],
    ...entries,
  ]);
  parts.protected?.(header);
  const text = JSON.stringify(Object.fromEntries(header));
  const encoded = Buffer.from((parts.protectedText ?? ((same) => same))(text)).toString('base64url');
  const payload = parts.payload.toString('base64url');
  const signature = parts.sign(Buffer.from(`${encoded}.${payload}`));
  const unprotected: Header = new Map<string | number, unknown>([
    ['x5c', parts.chain.map(({ der }) => der.toString('base64'))],
    [`${PREFIX}.signingAgent`, 'forge/1.0'],
    ...(parts.timestamp
      ? [[`${PREFIX}.timestampSignature`, parts.timestamp(signature).toString('base64')] as const]
      : []),
  ]);
  parts.unprotected?.(unprotected);
  const envelope: Record<string, unknown> = {
    payload,
    protected: encoded,
    header: Object.fromEntries(unprotected),
    signature: signature.toString('base64url'),
  };
  parts.members?.(envelope);
  return Buffer.from((parts.text ?? ((same) => same))(JSON.stringify(envelope)));
}

const tagged = { typeEncoders: {} };

function cose(parts: Parts): Buffer {
  const { critical, entries } = attributes(parts, (at) => new Tagged(1, at.getTime() / 1_000));
  const header: Header = new Map<string | number, unknown>([
    [1, parts.coseLabel],
    [2, critical],
    [3, CONTENT_TYPE],
    ...entries,
  ]);
  parts.protected?.(header);
  const encoded = encode(header, tagged);
  const toBeSigned = encode(['Signature1', encoded, new Uint8Array(), new Uint8Array(parts.payload)]);
  const signature = parts.sign(Buffer.from(toBeSigned));
  const unprotected: Header = new Map<string | number, unknown>([
    [33, parts.chain.map(({ der }) => new Uint8Array(der))],
    [`${PREFIX}.signingAgent`, 'forge/1.0'],
    ...(parts.timestamp
      ? [[`${PREFIX}.timestampSignature`, new Uint8Array(parts.timestamp(signature))] as const]
      : []),
  ]);
  parts.unprotected?.(unprotected);
  const message = [encoded, unprotected, new Uint8Array(parts.payload), new Uint8Array(signature)];
  return Buffer.from(encode(new Tagged(18, message)));
}

export interface TrustKnobs {
  /** Changes the trust policy as a document. */
  readonly policy?: (document: string) => string;
  readonly level?: string;
  readonly override?: Readonly<Record<string, string>>;
  readonly identities?: readonly string[];
  readonly scopes?: readonly string[];
  readonly verifyTimestamp?: string;
  /** Certificates by store, as `ca:acme`; the root of `pki()` by default. */
  readonly stores?: Readonly<Record<string, readonly Certificate[] | null>>;
}

/** A trust policy of one statement. */
export function trustPolicyText(knobs: TrustKnobs, stores: readonly string[]): string {
  const policy = {
    version: '1.0',
    trustPolicies: [
      {
        name: 'shop',
        registryScopes: knobs.scopes ?? [REPOSITORY],
        signatureVerification: {
          level: knobs.level ?? 'strict',
          ...(knobs.override ? { override: knobs.override } : {}),
          ...(knobs.verifyTimestamp ? { verifyTimestamp: knobs.verifyTimestamp } : {}),
        },
        ...(knobs.level === 'skip'
          ? {}
          : { trustStores: stores, trustedIdentities: knobs.identities ?? ['*'] }),
      },
    ],
  };
  return (knobs.policy ?? ((same) => same))(JSON.stringify(policy));
}

/** Whom a verifier trusts by it. */
export function notationTrust(knobs: TrustKnobs = {}): NotationTrust {
  const { stores = { 'ca:acme': pki().slice(-1) } } = knobs;
  const read = parseTrustPolicy(Buffer.from(trustPolicyText(knobs, Object.keys(stores))));
  if (!read.ok) throw new Error(read.errors.map(({ message }) => message).join('; '));
  const named = read.statements.flatMap(({ trustStores }) => trustStores).map((one) => storeKey(one));
  const opened = named.map((name) => {
    const held = stores[name];
    const outcome: Outcome<readonly ReturnType<typeof parseCertificate>[]> = held
      ? ok(held.map(({ der }) => parseCertificate(der)))
      : failed('TrustStoreInvalid', `${name} cannot be read`);
    return [name, outcome] as const;
  });
  return {
    authority: 'pki',
    origin: 'trustpolicy.json',
    statements: read.statements,
    stores: new Map(opened),
  };
}

/** A day after the signing, in the repository of the image, with nobody to ask. */
export const JUDGED: Circumstances = {
  repository: REPOSITORY,
  judgedAt: after(DAY),
  ask: () => failed('RevocationUnknown', 'nobody is asked'),
};
