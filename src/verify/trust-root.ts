import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { parseStrictJson } from '../json.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { type AuthorityFile, type LogFile, trustedRootSchema } from './sigstore/trusted-root-schema.ts';
import { type Certificate, parseCertificate } from './x509/certificate.ts';
import { parsePublicKey } from './x509/public-key.ts';

/** How much evidence of time and transparency a trust root asks for. */
export interface Thresholds {
  readonly signedCertificateTimestamps: number;
  readonly transparencyLogEntries: number;
  /** Signed timestamps (RFC 3161). A certificate needs a verified time from somewhere even where this is 0. */
  readonly timestamps: number;
}

/** The defaults of interface and public-good instance alike: one SCT, one log entry, no signed timestamp. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  signedCertificateTimestamps: 1,
  transparencyLogEntries: 1,
  timestamps: 0,
};

/** When something is to be trusted; null for an open end. Both bounds are included. */
export interface ValidityWindow {
  readonly start: Date | null;
  readonly end: Date | null;
}

/** An authority for signing certificates or for timestamps. */
export interface CertificateAuthority {
  readonly uri: string;
  /** From the one nearest to the leaf (for timestamps: the leaf itself) to the trust anchor. */
  readonly chain: readonly Certificate[];
  readonly validFor: ValidityWindow;
}

/** A log of entries or of certificates. */
export interface Log {
  readonly baseUrl: string;
  /** What entries, promises and SCTs name it by: a hash over its key, as bytes. */
  readonly ids: readonly Buffer[];
  readonly publicKey: KeyObject;
  readonly validFor: ValidityWindow;
}

/** A Sigstore instance: its certificate authorities, logs and timestamp authorities, parsed once for the whole run. */
export interface TrustRoot extends Thresholds {
  readonly name: string;
  /** sha256 of the trusted root's bytes, hex. */
  readonly sha256: string;
  readonly certificateAuthorities: readonly CertificateAuthority[];
  readonly timestampAuthorities: readonly CertificateAuthority[];
  readonly transparencyLogs: readonly Log[];
  readonly certificateLogs: readonly Log[];
}

const MEDIA_TYPE = 'application/vnd.dev.sigstore.trustedroot';

/**
 * Reads a Sigstore `trusted_root.json` (protobuf-specs, sigstore_trustroot.proto). `origin` names the file in errors.
 * A trusted root without any certificate authority, log or timestamp authority is refused: nothing could ever hold under it.
 */
export function parseTrustedRoot(
  name: string,
  bytes: Uint8Array,
  thresholds: Thresholds,
  origin: string,
): Outcome<TrustRoot> {
  const refuse = (why: string) =>
    failed(
      'InputInvalid',
      `${origin}: ${why}`,
      'name a trusted_root.json as `cosign trusted-root create` or a Sigstore TUF repository gives it',
    );
  try {
    const file = trustedRootSchema.parse(parseStrictJson(bytes));
    if (!file.mediaType.startsWith(MEDIA_TYPE)) {
      const found = JSON.stringify(file.mediaType);
      return refuse(`mediaType is ${found}, which is not that of a Sigstore trusted root`);
    }
    const root = {
      certificateAuthorities: file.certificateAuthorities.map(authorityOf),
      timestampAuthorities: file.timestampAuthorities.map(authorityOf),
      transparencyLogs: file.tlogs.flatMap(logOf),
      certificateLogs: file.ctlogs.flatMap(logOf),
    };
    const { certificateAuthorities, timestampAuthorities, transparencyLogs } = root;
    if (certificateAuthorities.length + timestampAuthorities.length + transparencyLogs.length === 0)
      return refuse('the trusted root names no certificate authority, log or timestamp authority');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return ok({ name, sha256, ...root, ...thresholds });
  } catch (cause) {
    const why =
      cause instanceof z.ZodError
        ? z.prettifyError(cause).replaceAll('\n', ' ')
        : String(cause instanceof Error ? cause.message : cause);
    return refuse(`not a Sigstore trusted root: ${why}`);
  }
}

/** Whether a time is within a window, its bounds included. */
export function within({ start, end }: ValidityWindow, time: Date): boolean {
  return (start === null || start <= time) && (end === null || time <= end);
}

function authorityOf({ uri, certChain, validFor }: AuthorityFile): CertificateAuthority {
  const chain = certChain.certificates.map(({ rawBytes }) => parseCertificate(rawBytes));
  return { uri, chain, validFor: windowOf(validFor) };
}

/** The keys whose bytes are a bare RSAPublicKey; all others are a SubjectPublicKeyInfo (sigstore_common.proto, PublicKeyDetails). */
const PKCS1: ReadonlySet<string | number> = new Set(['PKCS1_RSA_PKCS1V5', 1, 'PKCS1_RSA_PSS', 2]);

/** A log whose key this version cannot read is one that it does not know; the rest of the root holds without it. */
function logOf({ baseUrl, publicKey: key, logId, checkpointKeyId }: LogFile): Log[] {
  const validFor = windowOf(key.validFor);
  // "start" is what says from when on a key is to be trusted; without it, it never is.
  if (validFor.start === null) throw new Error(`the log ${baseUrl} does not say since when its key is valid`);
  const ids = [logId, checkpointKeyId].flatMap((id) => (id ? [id.keyId] : []));
  try {
    const publicKey = PKCS1.has(key.keyDetails)
      ? createPublicKey({ key: key.rawBytes, format: 'der', type: 'pkcs1' })
      : parsePublicKey(key.rawBytes);
    return [{ baseUrl, ids, publicKey, validFor }];
  } catch {
    return [];
  }
}

function windowOf(window: AuthorityFile['validFor']): ValidityWindow {
  return {
    start: window?.start ? new Date(window.start) : null,
    end: window?.end ? new Date(window.end) : null,
  };
}
