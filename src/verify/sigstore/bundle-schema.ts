import { z } from 'zod';
import { base64Bytes } from '../base64.ts';

/**
 * A Sigstore bundle in protobuf's JSON form (protobuf-specs, sigstore_bundle.proto, sigstore_rekor.proto, envelope.proto). A member
 * that is not of the specification is refused and named: other readers refuse such a bundle or pass over what they do not know.
 */
/** protobuf writes int64 as decimal strings; numbers are read as well. */
const int64 = z.union([z.string().regex(/^(0|[1-9]\d{0,18})$/), z.int().nonnegative().transform(String)]);

/** A member that is absent, or null, which protobuf reads the same. */
const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
const list = <T extends z.ZodType>(schema: T) => optional(z.array(schema)).transform((value) => value ?? []);

const certificate = z.strictObject({ rawBytes: base64Bytes });

const inclusionProof = z.strictObject({
  logIndex: int64.default('0'),
  rootHash: base64Bytes,
  treeSize: int64,
  hashes: list(base64Bytes),
  checkpoint: z.strictObject({ envelope: z.string().min(1) }),
});

const logEntry = z.strictObject({
  logIndex: int64.default('0'),
  logId: z.strictObject({ keyId: base64Bytes }),
  kindVersion: z.strictObject({ kind: z.string(), version: z.string() }),
  integratedTime: int64.default('0'),
  inclusionPromise: optional(z.strictObject({ signedEntryTimestamp: base64Bytes })),
  inclusionProof: optional(inclusionProof),
  canonicalizedBody: base64Bytes,
});

const verificationMaterial = z.strictObject({
  certificate: optional(certificate),
  x509CertificateChain: optional(z.strictObject({ certificates: z.array(certificate).min(1) })),
  publicKey: optional(z.strictObject({ hint: z.string().default('') })),
  tlogEntries: list(logEntry),
  timestampVerificationData: optional(
    z.strictObject({ rfc3161Timestamps: list(z.strictObject({ signedTimestamp: base64Bytes })) }),
  ),
});

const hashAlgorithm = z.enum(['SHA2_256', 'SHA2_384', 'SHA2_512']);

const messageSignature = z.strictObject({
  messageDigest: z.strictObject({ algorithm: hashAlgorithm, digest: base64Bytes }),
  signature: base64Bytes,
});

const dsseEnvelope = z.strictObject({
  payload: base64Bytes,
  payloadType: z.string(),
  signatures: z.tuple([z.strictObject({ sig: base64Bytes, keyid: z.string().nullish() })]),
});

const one = (members: readonly unknown[]): boolean =>
  members.filter((member) => member !== undefined).length === 1;

export const bundleSchema = z
  .strictObject({
    mediaType: z.string(),
    verificationMaterial,
    messageSignature: optional(messageSignature),
    dsseEnvelope: optional(dsseEnvelope),
  })
  .refine(
    ({ verificationMaterial: { certificate, x509CertificateChain, publicKey } }) =>
      one([certificate, x509CertificateChain, publicKey]),
    'it must have exactly one of certificate, x509CertificateChain and publicKey',
  )
  .refine(
    (bundle) => one([bundle.messageSignature, bundle.dsseEnvelope]),
    'it must have exactly one of messageSignature and dsseEnvelope',
  );

export type Bundle = z.infer<typeof bundleSchema>;
export type LogEntry = z.infer<typeof logEntry>;
