import { z } from 'zod';
import type { Evidence } from '../../evidence/collector.ts';
import { parseStrictJson } from '../../json.ts';
import { Refused } from '../refused.ts';
import { BUNDLE_V01, parseBundle, refuse } from './bundle.ts';
import type { Bundle } from './bundle-schema.ts';

/** cosign's names for the annotations of a legacy layer (cosign, SIGNATURE_SPEC.md). */
const ANNOTATION = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  logEntry: 'dev.sigstore.cosign/bundle',
  chain: 'dev.sigstore.cosign/chain',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

/** That the base64 in them is base64 is checked with the bundle that they are brought into. */
const logEntrySchema = z.object({
  SignedEntryTimestamp: z.string(),
  Payload: z.object({
    body: z.string(),
    integratedTime: z.int().nonnegative(),
    logIndex: z.int().nonnegative(),
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});
const kindSchema = z.object({ kind: z.string(), apiVersion: z.string() });
const timestampSchema = z.object({ SignedRFC3161Timestamp: z.string() });
const envelopeSchema = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ sig: z.string() })),
});

/** Brings a layer of cosign's legacy `.sig` layout into the form of a v0.1 bundle, of which it is the forerunner. Throws `Refused`. */
export function bundleFromSimpleSigning(evidence: Evidence): Bundle {
  const signature = evidence.annotations[ANNOTATION.signature];
  if (!signature)
    throw new Refused('SignatureMalformed', `the layer has no ${ANNOTATION.signature} annotation`);
  return refuse('the cosign signature', () => {
    const artifactDigest = Buffer.from(evidence.digest.slice('sha256:'.length), 'hex').toString('base64');
    return parseBundle({
      mediaType: BUNDLE_V01,
      verificationMaterial: legacyMaterial(evidence),
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: artifactDigest },
        signature,
      },
    });
  });
}

/** Brings a layer of cosign's legacy `.att` layout, a DSSE envelope, into the form of a v0.1 bundle. Throws `Refused`. */
export function bundleFromEnvelope(evidence: Evidence): Bundle {
  return refuse('the cosign attestation', () =>
    parseBundle({
      mediaType: BUNDLE_V01,
      verificationMaterial: legacyMaterial(evidence),
      dsseEnvelope: envelopeSchema.parse(parseStrictJson(evidence.bytes)),
    }),
  );
}

function legacyMaterial(evidence: Evidence): unknown {
  const certificate = evidence.annotations[ANNOTATION.certificate];
  const chain = evidence.annotations[ANNOTATION.chain];
  const logEntry = evidence.annotations[ANNOTATION.logEntry];
  const timestamp = evidence.annotations[ANNOTATION.timestamp];
  return {
    ...(certificate
      ? { x509CertificateChain: { certificates: pemCertificates(certificate + (chain ?? '')) } }
      : { publicKey: {} }),
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

/** RFC 7468 section 5. The signing certificate stands first; those behind it are offered as its issuers. */
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

function pemCertificates(text: string): readonly { readonly rawBytes: string }[] {
  return [...text.matchAll(PEM_CERTIFICATE)].map(([, body = '']) => ({
    rawBytes: body.replaceAll(/\s/g, ''),
  }));
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
