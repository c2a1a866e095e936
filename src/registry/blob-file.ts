import { join } from 'node:path';

import { failed, type Outcome } from '../reasons.ts';
import { readBoundedFile } from './bounded-file.ts';
import { parseDigest, verifyDigest } from './digest.ts';
import { printable } from './printable.ts';

const REPEAT = 'save the evidence again, and copy the whole directory';

/** The bytes of a blob of an OCI image layout (image-spec, image-layout.md, "Blobs"), hashed. */
export async function readBlobFile(
  directory: string,
  digest: string,
  limit: number,
): Promise<Outcome<Uint8Array>> {
  // Only a digest that was read as one becomes a path, so that no path leaves the directory.
  const parsed = parseDigest(digest);
  if (parsed === null) {
    return failed(
      'EvidenceUnsupported',
      `${JSON.stringify(printable(digest))} is no sha256, sha384 or sha512 digest`,
    );
  }
  const path = join(directory, 'blobs', parsed.algorithm, parsed.hex);
  const read = await readBoundedFile(path, limit);
  if (!read.ok)
    return failed(read.problem === 'tooLarge' ? 'LimitExceeded' : 'EvidenceDamaged', read.message, REPEAT);
  const verified = verifyDigest(read.bytes, digest, `the file ${path}`);
  return verified.ok ? verified : failed(verified.fault.reason, verified.fault.message, REPEAT);
}
