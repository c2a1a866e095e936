import { createHash } from 'node:crypto';

/**
 * The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2), or null for a proof that has not the length that its place
 * asks for, or a place outside the tree.
 */
export function rootOfProof(
  leaf: Buffer,
  index: bigint,
  size: bigint,
  hashes: readonly Buffer[],
): Buffer | null {
  if (index < 0n || index >= size) return null;
  let at = index;
  let last = size - 1n;
  let hash: Buffer = createHash('sha256').update(Buffer.of(0x00)).update(leaf).digest();
  for (const sibling of hashes) {
    if (last === 0n || sibling.length !== hash.length) return null;
    if (at % 2n === 1n || at === last) {
      hash = hashChildren(sibling, hash);
      while (at % 2n === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = hashChildren(hash, sibling);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hash : null;
}

function hashChildren(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(0x01)).update(left).update(right).digest();
}
