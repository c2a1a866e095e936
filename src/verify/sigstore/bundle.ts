import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { pem } from '@sigstore/core';
import { z } from 'zod';
import type { Evidence } from '../../evidence/collector.ts';
import { parseStrictJson } from '../../json.ts';
import { Refused } from '../refused.ts';

/** cosign's names for the annotations of a legacy layer (cosign, SIGNATURE_SPEC.md). */
const ANNOTATION = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  logEntry: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

const BUNDLE_V01 = 'application/vnd.dev.sigstore.bundle+json;version=0.1';

const logEntrySchema = z.object({
  SignedEntryTimestamp: z.base64(),
  Payload: z.object({
    body: z.base64(),
    integratedTime: z.int().nonnegative(),
    logIndex: z.int().nonnegative(),
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});
const kindSchema = z.object({ kind: z.string(), apiVersion: z.string() });
const timestampSchema = z.object({ SignedRFC3161Timestamp: z.base64() });
const envelopeSchema = z.object({
  payloadType: z.string(),
  payload: z.base64(),
  signatures: z.array(z.object({ sig: z.base64() })),
});

/** Reads a Sigstore bundle, v0.1 to v0.3 (protobuf-specs, sigstore_bundle.proto). Throws `Refused`. */
export function readBundle(bytes: Uint8Array): Bundle {
  return refuse('the Sigstore bundle', () => bundleFromJSON(parseStrictJson(bytes)));
}

/** Brings a layer of cosign's legacy `.sig` layout into the form of a v0.1 bundle, of which it is the forerunner. Throws `Refused`. */
export function bundleFromSimpleSigning(evidence: Evidence): Bundle {
  const signature = evidence.annotations[ANNOTATION.signature];
  if (!signature)
    throw new Refused('SignatureMalformed', `the layer has no ${ANNOTATION.signature} annotation`);
  return refuse('the cosign signature', () => {
    const artifactDigest = Buffer.from(evidence.digest.slice('sha256:'.length), 'hex').toString('base64');
    return bundleFromJSON({
      mediaType: BUNDLE_V01,
      verificationMaterial: legacyMaterial(evidence),
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: artifactDigest },
        signature: z.base64().parse(signature),
      },
    });
  });
}

/** Brings a layer of cosign's legacy `.att` layout, a DSSE envelope, into the form of a v0.1 bundle. Throws `Refused`. */
export function bundleFromEnvelope(evidence: Evidence): Bundle {
  return refuse('the cosign attestation', () =>
    bundleFromJSON({
      mediaType: BUNDLE_V01,
      verificationMaterial: legacyMaterial(evidence),
      dsseEnvelope: envelopeSchema.parse(parseStrictJson(evidence.bytes)),
    }),
  );
}

function legacyMaterial(evidence: Evidence): unknown {
  const certificate = evidence.annotations[ANNOTATION.certificate];
  const logEntry = evidence.annotations[ANNOTATION.logEntry];
  const timestamp = evidence.annotations[ANNOTATION.timestamp];
  return {
    ...(certificate
      ? { x509CertificateChain: { certificates: [{ rawBytes: pem.toDER(certificate).toString('base64') }] } }
      : { publicKey: { hint: '' } }),
    tlogEntries: logEntry ? [legacyLogEntry(logEntry)] : [],
    timestampVerificationData: {
      rfc3161Timestamps: timestamp
        ? [
            {
              signedTimestamp: timestampSchema.parse(parseStrictJson(Buffer.from(timestamp)))
                .SignedRFC3161Timestamp,
            },
          ]
        : [],
    },
  };
}

function legacyLogEntry(annotation: string): unknown {
  const { SignedEntryTimestamp, Payload } = logEntrySchema.parse(parseStrictJson(Buffer.from(annotation)));
  const { kind, apiVersion } = kindSchema.parse(parseStrictJson(Buffer.from(Payload.body, 'base64')));
  return {
    logIndex: String(Payload.logIndex),
    logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(Payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
    canonicalizedBody: Payload.body,
  };
}

/** Whatever the parsers of outside data throw is a malformed signature. */
function refuse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Refused) throw cause;
    const why =
      cause instanceof z.ZodError
        ? z.prettifyError(cause).replaceAll('\n', ' ')
        : String(cause instanceof Error ? cause.message : cause);
    throw new Refused('SignatureMalformed', `${what} cannot be read: ${why}`);
  }
}
