import { createHash } from 'node:crypto';

import { failed, ok, type Outcome } from '../reasons.ts';
import { printable } from './printable.ts';

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';

/** Hexadecimal characters of each algorithm (image-spec, descriptor.md, "Registered algorithms"; go-digest adds sha384). */
const HEX_LENGTH: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha384: 96, sha512: 128 };

export interface Digest {
  readonly algorithm: DigestAlgorithm;
  readonly hex: string;
}

/** Reads a digest of an algorithm that is computed here, or gives `null`. Upper-case hexadecimal is no digest. */
export function parseDigest(text: string): Digest | null {
  const match = /^(sha256|sha384|sha512):([0-9a-f]+)$/.exec(text);
  const algorithm = match?.[1];
  const hex = match?.[2];
  if (hex === undefined || !isAlgorithm(algorithm)) return null;
  return hex.length === HEX_LENGTH[algorithm] ? { algorithm, hex } : null;
}

/** The digest of these bytes as it stands in references and descriptors. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Gives the bytes back if they are those that `digest` names; `where` says in the message where they came from. */
export function verifyDigest(bytes: Uint8Array, digest: string, where: string): Outcome<Uint8Array> {
  const parsed = parseDigest(digest);
  if (parsed === null) {
    return failed(
      'EvidenceUnsupported',
      `${where} is named by ${JSON.stringify(printable(digest))}, which is no sha256, sha384 or sha512 digest`,
      'publish the artifact under a sha256 digest',
    );
  }
  const actual = digestOf(bytes, parsed.algorithm);
  if (actual === digest) return ok(bytes);
  return failed(
    'DigestMismatch',
    `${where} must be ${digest}, but its ${String(bytes.length)} bytes hash to ${actual}`,
    'ask whoever runs the registry, mirror or proxy why it serves other bytes than it names; do not run this image until that is known',
  );
}

function isAlgorithm(text: string | undefined): text is DigestAlgorithm {
  return text !== undefined && Object.hasOwn(HEX_LENGTH, text);
}
