import { join } from 'node:path';

import { MANIFEST_BYTES } from '../limits.ts';
import { failed, type Outcome } from '../reasons.ts';
import { readBoundedFile } from './bounded-file.ts';
import { parseDigest, verifyDigest } from './digest.ts';
import { wrongSize } from './embedded.ts';
import { parseManifest } from './manifest.ts';
import { printable } from './printable.ts';
import type { Descriptor, Manifest } from './registry.ts';

const REPEAT = 'save the evidence again, and copy the whole directory';

/** The bytes of a blob of an OCI image layout (image-spec, image-layout.md, "Blobs"), hashed. */
export async function readBlobFile(
  directory: string,
  digest: string,
  limit: number,
): Promise<Outcome<Uint8Array>> {
  const path = blobPath(directory, digest);
  if (path === null) {
    return failed(
      'EvidenceUnsupported',
      `${JSON.stringify(printable(digest))} is no sha256, sha384 or sha512 digest`,
    );
  }
  const read = await readBoundedFile(path, limit);
  if (!read.ok)
    return failed(read.problem === 'tooLarge' ? 'LimitExceeded' : 'EvidenceDamaged', read.message, REPEAT);
  const verified = verifyDigest(read.bytes, digest, `the file ${path}`);
  return verified.ok ? verified : failed(verified.fault.reason, verified.fault.message, REPEAT);
}

/** A manifest of a layout, as the descriptor with this media type names it. */
export async function readManifestFile(
  directory: string,
  digest: string,
  mediaType: string,
): Promise<Outcome<Manifest>> {
  const bytes = await readBlobFile(directory, digest, MANIFEST_BYTES);
  if (!bytes.ok) return bytes;
  return parseManifest(bytes.value, mediaType, digest, { where: `the manifest ${digest} in ${directory}` });
}

/** A blob of a layout, of the size that its descriptor says. */
export async function readLayerFile(
  directory: string,
  descriptor: Descriptor,
  limit: number,
): Promise<Outcome<Uint8Array>> {
  const bytes = await readBlobFile(directory, descriptor.digest, limit);
  if (!bytes.ok || bytes.value.length === descriptor.size) return bytes;
  return wrongSize(`the blob ${descriptor.digest} in ${directory}`, descriptor.size);
}

/** Only a digest that was read as one becomes a path, so that no path leaves the directory. */
export function blobPath(directory: string, digest: string): string | null {
  const parsed = parseDigest(digest);
  return parsed === null ? null : join(directory, 'blobs', parsed.algorithm, parsed.hex);
}
