import type { CertificateAuthority } from './certificate-authority.ts';
import { pem } from './keys.ts';
import type { Signed } from './signed.ts';
import type { LogEntry } from './transparency-log.ts';

/** The annotations of cosign's `.sig` and `.att` layers (cosign, SIGNATURE_SPEC.md and ATTESTATION_SPEC.md). */
export function legacyAnnotations(
  signed: Signed,
  entries: readonly LogEntry[],
  timestamps: readonly Buffer[],
  ca: CertificateAuthority,
): Record<string, string> {
  const [entry] = entries;
  const [timestamp] = timestamps;
  const signature = signed.payloadType === null ? signed.signature.toString('base64') : '';
  return {
    'dev.cosignproject.cosign/signature': signature,
    ...(signed.certificate
      ? {
          'dev.sigstore.cosign/certificate': pem('CERTIFICATE', signed.certificate),
          'dev.sigstore.cosign/chain': ca.chain.map(({ der }) => pem('CERTIFICATE', der)).join(''),
        }
      : {}),
    ...(entry ? { 'dev.sigstore.cosign/bundle': logEntry(entry) } : {}),
    ...(timestamp
      ? {
          'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({
            SignedRFC3161Timestamp: timestamp.toString('base64'),
          }),
        }
      : {}),
  };
}

function logEntry(entry: LogEntry): string {
  return JSON.stringify({
    SignedEntryTimestamp: entry.inclusionPromise?.signedEntryTimestamp ?? '',
    Payload: {
      body: entry.canonicalizedBody,
      integratedTime: Number(entry.integratedTime ?? 0),
      logIndex: Number(entry.logIndex),
      logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
    },
  });
}
