import { createHash, type KeyObject } from 'node:crypto';
import { Refused } from '../refused.ts';
import type { DigestedPart } from './log-entry/entry-kind.ts';
import { type HashAlgorithm, verifyDigestSignature, verifySignature } from './signature-algorithms.ts';

/** What a signature is over, and what of it others may have recorded. */
export interface SignedContent {
  readonly signature: Buffer;
  verifySignature(key: KeyObject): boolean;
  /** The digest of a part, or null where there is no such part or it cannot be told. */
  digestOf(part: DigestedPart, algorithm: HashAlgorithm): Buffer | null;
}

/** DSSE protocol.md, "PAE": what is signed in place of the payload alone, one part after the other. */
function preAuthEncoding(payloadType: string, payload: Buffer): readonly Uint8Array[] {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return [Buffer.from(head), payload];
}

/** A DSSE envelope. `envelope` are its bytes, part by part, where they are those that the signer made, else null. */
export function envelopeContent(
  payloadType: string,
  payload: Buffer,
  signature: Buffer,
  envelope: Iterable<Uint8Array> | null,
): SignedContent {
  const signed = preAuthEncoding(payloadType, payload);
  const parts = { signed, payload: [payload], envelope };
  return {
    signature,
    verifySignature: (key) => verifySignature(key, signed, signature),
    digestOf: (part, algorithm) => digest(algorithm, parts[part]),
  };
}

/** Bytes that were signed as they are. */
export function bytesContent(signed: Buffer, signature: Buffer): SignedContent {
  return {
    signature,
    verifySignature: (key) => verifySignature(key, [signed], signature),
    digestOf: (part, algorithm) => (part === 'signed' ? digest(algorithm, [signed]) : null),
  };
}

/** Bytes of which only the digest is known. Its `verifySignature` throws `Refused` for a key that needs the bytes themselves. */
export function digestContent(algorithm: HashAlgorithm, signed: Buffer, signature: Buffer): SignedContent {
  return {
    signature,
    verifySignature: (key) => {
      const verified = verifyDigestSignature(key, algorithm, signed, signature);
      if (verified !== null) return verified;
      throw new Refused(
        'EvidenceUnsupported',
        `the bundle signs a bare ${algorithm} digest with a key of type ${key.asymmetricKeyType}, which needs the bytes themselves`,
      );
    },
    digestOf: (part, asked) => (part === 'signed' && asked === algorithm ? signed : null),
  };
}

function digest(algorithm: HashAlgorithm, pieces: Iterable<Uint8Array> | null): Buffer | null {
  if (pieces === null) return null;
  const hash = createHash(algorithm);
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}
