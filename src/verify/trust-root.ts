import { createHash } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, type TrustMaterial } from '@sigstore/verify';
import { encodeOnce } from './sigstore/encode-once.ts';
import { parseStrictJson } from '../json.ts';
import { failed, ok, type Outcome } from '../reasons.ts';

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

/** A Sigstore instance: its certificate authorities, logs and timestamp authorities, parsed once for the whole run. */
export interface TrustRoot extends Thresholds {
  readonly name: string;
  /** sha256 of the trusted root's bytes, hex. */
  readonly sha256: string;
  readonly material: Omit<TrustMaterial, 'publicKey'>;
}

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
  const remedy =
    'name a trusted_root.json as `cosign trusted-root create` or a Sigstore TUF repository gives it';
  try {
    const root = TrustedRoot.fromJSON(parseStrictJson(bytes));
    if (!root.mediaType.startsWith('application/vnd.dev.sigstore.trustedroot')) {
      return failed(
        'InputInvalid',
        `${origin}: mediaType is ${JSON.stringify(root.mediaType)}, which is not that of a Sigstore trusted root`,
        remedy,
      );
    }
    const material = toTrustMaterial(root);
    for (const { certChain } of [...material.certificateAuthorities, ...material.timestampAuthorities])
      certChain.forEach((certificate) => encodeOnce(certificate));
    if (
      material.certificateAuthorities.length +
        material.tlogs.length +
        material.timestampAuthorities.length ===
      0
    ) {
      return failed(
        'InputInvalid',
        `${origin}: the trusted root names no certificate authority, log or timestamp authority`,
        remedy,
      );
    }
    return ok({ name, sha256: createHash('sha256').update(bytes).digest('hex'), material, ...thresholds });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return failed('InputInvalid', `${origin}: not a Sigstore trusted root: ${why}`, remedy);
  }
}
