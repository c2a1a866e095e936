import { createHash } from 'node:crypto';

/** RFC 6962, 2.1: the hash of a leaf. */
export function leafHash(data: Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(data).digest();
}

/** RFC 6962, 2.1: the root over leaf hashes. */
export function treeRoot(leaves: readonly Uint8Array[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return Buffer.from(first);
  const split = splitPoint(leaves.length);
  return nodeHash(treeRoot(leaves.slice(0, split)), treeRoot(leaves.slice(split)));
}

/** RFC 6962, 2.1.1: the audit path of one leaf, from the bottom up. */
export function auditPath(leaves: readonly Uint8Array[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitPoint(leaves.length);
  return index < split
    ? [...auditPath(leaves.slice(0, split), index), treeRoot(leaves.slice(split))]
    : [...auditPath(leaves.slice(split), index - split), treeRoot(leaves.slice(0, split))];
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

/** The largest power of two below `size`. */
function splitPoint(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}
