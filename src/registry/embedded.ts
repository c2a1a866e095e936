import { failed, type Outcome } from '../reasons.ts';
import { verifyDigest } from './digest.ts';
import type { Descriptor } from './registry.ts';

/**
 * What a descriptor settles before anything is read: a blob over the limit, or one that the descriptor itself carries
 * (image-spec, descriptor.md, "Embedded Content", which asks for the same check of the digest). `null` where it must be fetched.
 */
export function embeddedBlob(descriptor: Descriptor, limit: number): Outcome<Uint8Array> | null {
  const { data, digest, size } = descriptor;
  if (size > limit) {
    return failed(
      'LimitExceeded',
      `the blob ${digest} has ${String(size)} bytes; at most ${String(limit)} are read`,
    );
  }
  if (data === undefined) return null;
  const bytes = Buffer.from(data, 'base64');
  const where = `the data that the descriptor of ${digest} carries`;
  return bytes.length === size ? verifyDigest(bytes, digest, where) : wrongSize(where, size);
}

/** image-spec, descriptor.md, "size": content of another length is not to be trusted, whatever it hashes to. */
export function wrongSize(where: string, size: number): Outcome<never> {
  return failed(
    'DigestMismatch',
    `${where} must have the ${String(size)} bytes that its descriptor says, and has not`,
    'do not run this image until it is known why; then push the artifact again',
  );
}
