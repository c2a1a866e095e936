import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { failed, ok, type Outcome, type Reason } from '../reasons.ts';
import { parseDigest, verifyDigest } from './digest.ts';

const REPEAT = 'Save the evidence again; copy the whole directory.';

/** The bytes of a blob of an OCI image layout (image-spec, image-layout.md, "Blobs"), hashed. */
export async function readBlobFile(
  directory: string,
  digest: string,
  limit: number,
): Promise<Outcome<Uint8Array>> {
  // Only a digest that was read as one becomes a path, so that no path leaves the directory.
  const parsed = parseDigest(digest);
  if (parsed === null) {
    return failed('EvidenceUnsupported', `${JSON.stringify(digest)} is no sha256, sha384 or sha512 digest.`);
  }
  const path = join(directory, 'blobs', parsed.algorithm, parsed.hex);
  const bytes = await readBoundedFile(path, limit, 'EvidenceDamaged');
  if (!bytes.ok) return bytes;
  const verified = verifyDigest(bytes.value, digest, `The file ${path}`);
  return verified.ok ? verified : failed(verified.fault.reason, verified.fault.message, REPEAT);
}

/** Reads a file of at most `limit` bytes; `reason` is the fault's where there is no such file or it cannot be read. */
export async function readBoundedFile(
  path: string,
  limit: number,
  reason: Reason,
): Promise<Outcome<Uint8Array>> {
  let file;
  try {
    // Without O_NONBLOCK a named pipe would stall the run.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = await file.stat();
    if (!status.isFile()) return failed(reason, `${path} is not a regular file.`, REPEAT);
    if (status.size > limit) {
      return failed(
        'LimitExceeded',
        `${path} has ${String(status.size)} bytes; at most ${String(limit)} are read.`,
      );
    }
    const bytes = Buffer.alloc(status.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return ok(bytes.subarray(0, length));
  } catch (error) {
    return failed(reason, `${path} ${causeOf(error)}.`, REPEAT);
  } finally {
    await file?.close();
  }
}

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is missing';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  return `cannot be read (${typeof code === 'string' ? code : 'unknown error'})`;
}
