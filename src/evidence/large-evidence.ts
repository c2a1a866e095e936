import { LARGE_EVIDENCE_BYTES } from '../limits.ts';
import type { Collected } from './collector.ts';

/** Whether what was collected is so much that memory has no room for that of many images. */
export function isLarge(collected: readonly Pick<Collected, 'evidence'>[]): boolean {
  const pieces = collected.flatMap(({ evidence }) => evidence);
  const bytes = pieces.reduce((sum, one) => sum + one.bytes.length + (one.packed?.payload.length ?? 0), 0);
  return bytes > LARGE_EVIDENCE_BYTES;
}

/**
 * Works on one image after the other where they have much evidence: after such a one no other begins beside those that are under way, and
 * after each that has little one more does, until there are as many as before.
 */
export function easeOff(limit: { concurrency: number }): (large: boolean) => void {
  const most = limit.concurrency;
  return (large) => {
    limit.concurrency = large ? 1 : Math.min(limit.concurrency + 1, most);
  };
}
