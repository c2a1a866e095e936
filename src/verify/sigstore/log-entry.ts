import { createPublicKey } from 'node:crypto';
import { pem } from '@sigstore/core';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { z } from 'zod';
import { parseStrictJson } from '../../json.ts';
import { Refused } from '../refused.ts';

/** Rekor v1 names the verifier as base64 of a PEM certificate or key. */
const pemVerifier = z.base64().transform((text) => Buffer.from(text, 'base64').toString('utf8'));
/** Rekor v2 names it as DER of a certificate or of a SubjectPublicKeyInfo (rekor-tiles, api/proto/rekor/v2/verifier.proto). */
const derVerifier = z.union([
  z
    .object({ x509Certificate: z.object({ rawBytes: z.base64() }) })
    .transform((v) => v.x509Certificate.rawBytes),
  z.object({ publicKey: z.object({ rawBytes: z.base64() }) }).transform((v) => v.publicKey.rawBytes),
]);

/** Where each kind of entry names the certificate or key that its signature was verified with when it was logged. */
const VERIFIER_OF = {
  'hashedrekord/0.0.1': z
    .object({ spec: z.object({ signature: z.object({ publicKey: z.object({ content: pemVerifier }) }) }) })
    .transform((body) => derOfPem(body.spec.signature.publicKey.content)),
  'hashedrekord/0.0.2': z
    .object({
      spec: z.object({ hashedRekordV002: z.object({ signature: z.object({ verifier: derVerifier }) }) }),
    })
    .transform((body) => Buffer.from(body.spec.hashedRekordV002.signature.verifier, 'base64')),
  'dsse/0.0.1': z
    .object({ spec: z.object({ signatures: z.tuple([z.object({ verifier: pemVerifier })]) }) })
    .transform((body) => derOfPem(body.spec.signatures[0].verifier)),
  'dsse/0.0.2': z
    .object({
      spec: z.object({ dsseV002: z.object({ signatures: z.tuple([z.object({ verifier: derVerifier })]) }) }),
    })
    .transform((body) => Buffer.from(body.spec.dsseV002.signatures[0].verifier, 'base64')),
  'intoto/0.0.2': z
    .object({
      spec: z.object({
        content: z.object({
          envelope: z.object({ signatures: z.tuple([z.object({ publicKey: pemVerifier })]) }),
        }),
      }),
    })
    .transform((body) => derOfPem(body.spec.content.envelope.signatures[0].publicKey)),
} as const;

function isSupported(kind: string): kind is keyof typeof VERIFIER_OF {
  return Object.hasOwn(VERIFIER_OF, kind);
}

/**
 * Checks that a log entry was made for this certificate or key (DER) and no other. The client specification asks for it
 * ("Sigstore Client Spec", section "Verification"): without it, an entry that somebody else logged for the same signed bytes
 * lends its time to a certificate that was never valid then (CVE-2022-36056). Throws `Refused`.
 */
export function checkLogEntryVerifier(entry: TransparencyLogEntry, verifier: Buffer): void {
  const kind = `${entry.kindVersion.kind}/${entry.kindVersion.version}`;
  if (!isSupported(kind)) {
    throw new Refused(
      'EvidenceUnsupported',
      `its transparency log entry is of kind ${kind}, which this version cannot verify`,
    );
  }
  let body: unknown;
  try {
    body = parseStrictJson(entry.canonicalizedBody);
  } catch (cause) {
    throw new Refused(
      'LogEntryInvalid',
      `the transparency log entry's body is not strict JSON: ${String(cause)}`,
    );
  }
  const logged = VERIFIER_OF[kind].safeParse(body);
  if (!logged.success) {
    throw new Refused(
      'LogEntryInvalid',
      `the transparency log entry does not name exactly one certificate or key as kind ${kind} must`,
    );
  }
  if (!logged.data.equals(verifier)) {
    throw new Refused(
      'LogEntryInvalid',
      'the transparency log entry was made for another certificate or key than the one in the bundle',
    );
  }
}

/** The kinds of Rekor v2, whose entries have one index: that in their tree. */
const REKOR_V2: ReadonlySet<string> = new Set(['hashedrekord/0.0.2', 'dsse/0.0.2']);

/**
 * Checks that an entry says of its place in the log what its verified proof says. The proof is verified under the signed
 * checkpoint alone: the root and size beside it are signed by nobody, nor is the entry's index where no promise covers it.
 * Throws `Refused`.
 */
export function checkLogEntryPlace(entry: TransparencyLogEntry): void {
  const { inclusionProof: proof, inclusionPromise, logIndex } = entry;
  if (!proof) return;
  const [, size = '', root = ''] = proof.checkpoint?.envelope.split('\n') ?? [];
  if (!proof.rootHash.equals(Buffer.from(root, 'base64')) || proof.treeSize !== size) {
    throw new Refused(
      'LogEntryInvalid',
      "the transparency log entry's proof names another root or tree size than the log's checkpoint",
    );
  }
  const { kind, version } = entry.kindVersion;
  if (!inclusionPromise && REKOR_V2.has(`${kind}/${version}`) && proof.logIndex !== logIndex) {
    throw new Refused(
      'LogEntryInvalid',
      `the transparency log entry says that its index is ${logIndex}, and the proof that it is ${proof.logIndex}`,
    );
  }
}

/** The DER of a PEM certificate, or of a PEM public key as SubjectPublicKeyInfo. */
function derOfPem(text: string): Buffer {
  if (text.includes('-----BEGIN CERTIFICATE-----')) return pem.toDER(text);
  try {
    return createPublicKey(text).export({ type: 'spki', format: 'der' });
  } catch {
    return Buffer.alloc(0); // equal to no certificate or key
  }
}
