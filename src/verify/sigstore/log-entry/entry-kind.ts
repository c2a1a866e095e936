import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { base64Bytes } from '../../base64.ts';

/** What of the signed thing a digest in a log entry is over. */
export type DigestedPart =
  /** What the signature is over: the artifact, or a DSSE envelope's pre-authentication encoding. */
  | 'signed'
  /** A DSSE envelope's payload. */
  | 'payload'
  /** A DSSE envelope as it was sent to the log. */
  | 'envelope';

interface EntryDigest {
  readonly part: DigestedPart;
  readonly algorithm: 'sha256' | 'sha384' | 'sha512';
  readonly value: Buffer;
}

/** What an entry's body says was logged, whatever its kind. */
export interface LoggedSignature {
  /** null where the kind logs a digest of the whole envelope in its place. */
  readonly signature: Buffer | null;
  /** DER of the certificate, or of the key as SubjectPublicKeyInfo, that the log has verified the signature with. */
  readonly verifier: Buffer;
  /** All of them must fit. */
  readonly digests: readonly EntryDigest[];
}

/** A kind of log entry: its name and version, and how its body is read. */
export interface EntryKind {
  readonly kind: string;
  readonly version: string;
  /** Rekor v2 has no promises: what it logs has one index, which its proof must name. */
  readonly rekor: 1 | 2;
  readonly body: z.ZodType<LoggedSignature>;
}

/** Rekor v1 writes digests in hex, with the algorithm beside them. */
export const hexDigest = z
  .object({ algorithm: z.enum(['sha256', 'sha384', 'sha512']), value: z.string().regex(/^([0-9a-f]{2})+$/) })
  .transform(({ algorithm, value }) => ({ algorithm, value: Buffer.from(value, 'hex') }));

const ALGORITHMS = { SHA2_256: 'sha256', SHA2_384: 'sha384', SHA2_512: 'sha512' } as const;

/** Rekor v2 writes them as protobuf's HashOutput (sigstore_common.proto). */
export const hashOutput = z
  .object({ algorithm: z.enum(['SHA2_256', 'SHA2_384', 'SHA2_512']), digest: base64Bytes })
  .transform(({ algorithm, digest }) => ({ algorithm: ALGORITHMS[algorithm], value: digest }));

/** Rekor v1 names the verifier as base64 of a PEM certificate or key. */
export const pemVerifier = base64Bytes.transform((text, context) => {
  const der = derOfPem(text.toString('latin1'));
  if (der) return der;
  context.addIssue({ code: 'custom', message: 'is no PEM certificate or public key' });
  return z.NEVER;
});

/** Rekor v2 names it as DER of a certificate or of a SubjectPublicKeyInfo (rekor-tiles, api/proto/rekor/v2/verifier.proto). */
export const derVerifier = z.union([
  z
    .object({ x509Certificate: z.object({ rawBytes: base64Bytes }) })
    .transform((v) => v.x509Certificate.rawBytes),
  z.object({ publicKey: z.object({ rawBytes: base64Bytes }) }).transform((v) => v.publicKey.rawBytes),
]);

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

function derOfPem(text: string): Buffer | null {
  const certificate = CERTIFICATE.exec(text)?.[1];
  if (certificate !== undefined) return Buffer.from(certificate, 'base64');
  try {
    return createPublicKey(text).export({ type: 'spki', format: 'der' });
  } catch {
    return null;
  }
}
