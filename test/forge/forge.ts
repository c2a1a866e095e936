import { createHash } from 'node:crypto';
import { dsse } from '@sigstore/core';
import type { Evidence, EvidenceFormat } from '../../src/evidence/collector.ts';
import {
  DEFAULT_THRESHOLDS,
  parseTrustedRoot,
  type Thresholds,
  type TrustRoot,
} from '../../src/verify/trust-root.ts';
import type { TrustedKey, TrustMaterial } from '../../src/verify/verifier.ts';
import { type BundleKnobs, bundleJson } from './bundle.ts';
import type { Certificate } from './certificate.ts';
import {
  certificateAuthority,
  type CertificateAuthorityKnobs,
  type LeafKnobs,
} from './certificate-authority.ts';
import { ctLog, type CtLogKnobs } from './ct-log.ts';
import { type Hash, key, type Key } from './keys.ts';
import { legacyAnnotations } from './legacy.ts';
import { DIGEST, IN_TOTO, simpleSigning, statement } from './payloads.ts';
import type { Signed } from './signed.ts';
import {
  timestampAuthority,
  type TimestampAuthorityKnobs,
  type TimestampKnobs,
} from './timestamp-authority.ts';
import {
  type EntryKnobs,
  type LogEntry,
  type LogKnobs,
  transparencyLog,
  type TransparencyLog,
} from './transparency-log.ts';
import { type Authorities, trustedRoot } from './trusted-root.ts';

export interface ForgeKnobs {
  readonly ca?: CertificateAuthorityKnobs;
  readonly ctLogs?: readonly CtLogKnobs[];
  readonly rekor1?: LogKnobs;
  readonly rekor2?: LogKnobs;
  readonly tsas?: readonly TimestampAuthorityKnobs[];
}

/** What is signed, by whom, and what goes with it; every knob that is left out is honest. */
export interface SignatureKnobs {
  /** The digest that the evidence is attached to, and that it is signed for. */
  readonly digest?: string;
  /** The digest that it is signed for, where that is another. */
  readonly signedFor?: string;
  readonly predicateType?: string;
  readonly predicate?: unknown;
  /** The signed bytes, where they are not the statement's or simple-signing payload's. */
  readonly payload?: string | Buffer;
  readonly payloadType?: string;
  /** Who signs: by default the key of the certificate. */
  readonly signWith?: Key;
  readonly hash?: Hash;
  readonly signature?: Buffer;
  /** The certificate: made as said, or one that there is; null for a bare key. */
  readonly certificate?: LeafKnobs | Certificate | null;
  /** Which log enters it by default. */
  readonly log?: 1 | 2;
  /** The log entries. By default one, and none of another log. */
  readonly entries?: readonly (EntryKnobs & { readonly log?: 1 | 2 | TransparencyLog })[];
  /** The signed timestamps. By default one where the log does not promise a time. */
  readonly timestamps?: readonly (TimestampKnobs & { readonly authority?: number })[];
}

/** A Sigstore instance in process that makes what one asks of it, true or not. */
export interface Forge extends Authorities {
  readonly issue: (knobs?: LeafKnobs) => Certificate;
  readonly sign: (knobs?: SignatureKnobs) => Signed;
  readonly enter: (signed: Signed, knobs: SignatureKnobs) => readonly LogEntry[];
  /** A Sigstore bundle. */
  readonly bundle: (knobs?: SignatureKnobs & BundleKnobs) => Evidence;
  /** A layer of cosign's `.sig` layout. */
  readonly signatureLayer: (knobs?: SignatureKnobs & LayerKnobs) => Evidence;
  /** A layer of cosign's `.att` layout. */
  readonly attestationLayer: (knobs?: SignatureKnobs & LayerKnobs) => Evidence;
  readonly trustedRoot: (change?: Partial<Authorities>) => Buffer;
  readonly root: (thresholds?: Partial<Thresholds>, change?: Partial<Authorities>) => TrustRoot;
  readonly trust: (thresholds?: Partial<Thresholds>, change?: Partial<Authorities>) => TrustMaterial;
  readonly trustKey: (by: Key, conditions?: Partial<TrustedKey>) => TrustMaterial;
}

interface LayerKnobs {
  /** The last word on the layer's annotations. */
  readonly annotations?: (annotations: Record<string, string>) => Record<string, string>;
}

export function forge(knobs: ForgeKnobs = {}): Forge {
  const ctLogs = (knobs.ctLogs ?? [{}]).map((one) => ctLog(one));
  const ca = certificateAuthority(knobs.ca ?? {}, (precertificate) =>
    ctLogs.slice(0, 1).map((log) => log.stamp(precertificate)),
  );
  const logs = [
    transparencyLog({ ...knobs.rekor1, version: 1 }),
    transparencyLog({ ...knobs.rekor2, version: 2 }),
  ] as const;
  const tsas = (knobs.tsas ?? [{}]).map((one) => timestampAuthority(one));
  const authorities: Authorities = {
    certificateAuthorities: [ca],
    ctLogs,
    logs,
    timestampAuthorities: tsas,
  };

  const holder = (how: SignatureKnobs): { certificate: Certificate | null; key: Key } => {
    const { certificate = {} } = how;
    if (certificate === null) return { certificate, key: how.signWith ?? key('signer') };
    const issued = 'der' in certificate ? certificate : ca.issue(certificate);
    return { certificate: issued, key: how.signWith ?? issued.key };
  };
  const signed = (how: SignatureKnobs, payloadType: string | null, payload: Buffer): Signed => {
    const by = holder(how);
    const data = payloadType === null ? payload : dsse.preAuthEncoding(payloadType, payload);
    const signature = how.signature ?? by.key.sign(data, how.hash);
    const envelope =
      payloadType === null
        ? Buffer.alloc(0)
        : Buffer.from(
            JSON.stringify({
              payloadType,
              payload: payload.toString('base64'),
              signatures: [{ keyid: '', sig: signature.toString('base64') }],
            }),
          );
    const certificate = by.certificate?.der ?? null;
    return { payloadType, payload, data, signature, envelope, certificate, key: by.key };
  };
  const sign = (how: SignatureKnobs = {}): Signed =>
    signed(how, how.payloadType ?? IN_TOTO, Buffer.from(how.payload ?? statement(how)));
  const enter = (of: Signed, how: SignatureKnobs): readonly LogEntry[] =>
    (how.entries ?? [{}]).map(({ log = how.log ?? 2, ...entry }) =>
      (typeof log === 'number' ? logs[log - 1]! : log).enter(of, entry),
    );
  const stamp = (how: SignatureKnobs, entries: readonly LogEntry[], data: Uint8Array): Buffer[] => {
    const promised = entries.some((entry) => entry.inclusionPromise);
    return (how.timestamps ?? (promised ? [] : [{}])).map(({ authority = 0, ...timestamp }) =>
      tsas[authority]!.timestamp(data, timestamp),
    );
  };
  const layer = (
    format: EvidenceFormat,
    how: SignatureKnobs & LayerKnobs,
    of: Signed,
    bytes: Buffer,
    timestamped: Buffer,
  ): Evidence => {
    const asked = { ...how, log: how.log ?? 1 };
    const entries = enter(of, asked);
    const annotations = legacyAnnotations(of, entries, stamp(asked, entries, timestamped), ca);
    return evidence(format, bytes, how.digest ?? DIGEST, how.annotations?.(annotations) ?? annotations);
  };

  const root = (thresholds: Partial<Thresholds> = {}, change: Partial<Authorities> = {}): TrustRoot => {
    const bytes = trustedRoot({ ...authorities, ...change });
    const parsed = parseTrustedRoot('forge', bytes, { ...DEFAULT_THRESHOLDS, ...thresholds }, 'the forge');
    if (!parsed.ok) throw new Error(parsed.fault.message);
    return parsed.value;
  };

  return {
    ...authorities,
    issue: ca.issue,
    sign,
    enter,
    bundle: (how = {}) => {
      const of =
        how.content === 'message'
          ? signed(how, null, Buffer.from(how.payload ?? simpleSigning(how.signedFor ?? how.digest)))
          : sign(how);
      const entries = enter(of, how);
      const json = bundleJson(of, entries, stamp(how, entries, of.signature), ca, how);
      return evidence('sigstore-bundle', json, how.digest ?? DIGEST);
    },
    signatureLayer: (how = {}) => {
      const payload = Buffer.from(how.payload ?? simpleSigning(how.signedFor ?? how.digest));
      const of = signed(how, null, payload);
      return layer('simple-signing', how, of, payload, of.signature);
    },
    attestationLayer: (how = {}) => {
      const of = sign(how);
      return layer('dsse-envelope', how, of, of.envelope, of.envelope);
    },
    trustedRoot: (change = {}) => trustedRoot({ ...authorities, ...change }),
    root,
    trust: (thresholds, change) => ({ roots: [root(thresholds, change)], keys: [] }),
    trustKey: (by, conditions = {}) => ({
      roots: [],
      keys: [
        {
          authority: 'release-key',
          key: by.publicKey,
          fingerprint: createHash('sha256').update(by.spki).digest('hex'),
          root: root(),
          notBefore: null,
          notAfter: null,
          ...conditions,
        },
      ],
    }),
  };
}

/** Bytes as a collector would have found them. */
function evidence(
  format: EvidenceFormat,
  bytes: Buffer,
  subject: string,
  annotations: Readonly<Record<string, string>> = {},
): Evidence {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { format, bytes, annotations, digest, subject, location: 'registry.example.com/acme/app' };
}
