import type { CertificateAuthority } from './certificate-authority.ts';
import { digest } from './keys.ts';
import type { Signed } from './signed.ts';
import type { LogEntry } from './transparency-log.ts';

export interface BundleKnobs {
  /** The bundle's version; by default the newest. */
  readonly version?: '0.1' | '0.2' | '0.3';
  /** A DSSE envelope, or a signature over a message that is elsewhere. */
  readonly content?: 'dsse' | 'message';
  /** The last word on the bundle, as JSON. */
  readonly change?: (bundle: BundleJson) => void;
  /** The very last, as text: what JSON.stringify would never write. */
  readonly text?: (json: string) => string;
}

/** A bundle (protobuf-specs, sigstore_bundle.proto) as JSON. */
interface BundleJson {
  mediaType: string;
  verificationMaterial: {
    certificate?: { rawBytes: string };
    x509CertificateChain?: { certificates: { rawBytes: string }[] };
    publicKey?: { hint: string };
    tlogEntries: LogEntry[];
    timestampVerificationData?: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  dsseEnvelope?: { payload: string; payloadType: string; signatures: { sig: string; keyid?: string }[] };
  messageSignature?: { messageDigest: { algorithm: string; digest: string }; signature: string };
}

const MEDIA_TYPES = {
  '0.1': 'application/vnd.dev.sigstore.bundle+json;version=0.1',
  '0.2': 'application/vnd.dev.sigstore.bundle+json;version=0.2',
  '0.3': 'application/vnd.dev.sigstore.bundle.v0.3+json',
} as const;

export function bundleJson(
  signed: Signed,
  entries: readonly LogEntry[],
  timestamps: readonly Buffer[],
  ca: CertificateAuthority,
  { version = '0.3', change, text }: BundleKnobs,
): Buffer {
  const bundle: BundleJson = {
    mediaType: MEDIA_TYPES[version],
    verificationMaterial: {
      ...signer(signed, version, ca),
      tlogEntries: [...entries],
      ...(timestamps.length > 0
        ? {
            timestampVerificationData: {
              rfc3161Timestamps: timestamps.map((one) => ({ signedTimestamp: one.toString('base64') })),
            },
          }
        : {}),
    },
    ...content(signed),
  };
  change?.(bundle);
  const json = JSON.stringify(bundle);
  return Buffer.from(text?.(json) ?? json);
}

/** From v0.3 on a bundle holds the certificate alone; before, the chain without its root. */
function signer(
  { certificate, key }: Signed,
  version: '0.1' | '0.2' | '0.3',
  ca: CertificateAuthority,
): Partial<BundleJson['verificationMaterial']> {
  if (certificate === null) return { publicKey: { hint: digest('sha256', key.spki).toString('base64') } };
  const rawBytes = certificate.toString('base64');
  if (version === '0.3') return { certificate: { rawBytes } };
  const above = ca.chain.slice(0, -1).map(({ der }) => ({ rawBytes: der.toString('base64') }));
  return { x509CertificateChain: { certificates: [{ rawBytes }, ...above] } };
}

function content({ payloadType, payload, signature }: Signed): Partial<BundleJson> {
  const sig = signature.toString('base64');
  if (payloadType === null) {
    const messageDigest = { algorithm: 'SHA2_256', digest: digest('sha256', payload).toString('base64') };
    return { messageSignature: { messageDigest, signature: sig } };
  }
  return { dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig }] } };
}
