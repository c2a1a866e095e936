import type { Outcome } from '../reasons.ts';

/**
 * Remembers blobs as `memoise` does, but no more than `capacity` bytes of them: the oldest are dropped first. A request under way is
 * always shared.
 */
export function rememberBlobs(
  capacity: number,
): (key: string, fetch: () => Promise<Outcome<Uint8Array>>) => Promise<Outcome<Uint8Array>> {
  const pending = new Map<string, Promise<Outcome<Uint8Array>>>();
  const kept = new Map<string, Outcome<Uint8Array>>();
  let bytes = 0;

  const keep = (key: string, outcome: Outcome<Uint8Array>): void => {
    pending.delete(key);
    kept.set(key, outcome);
    bytes += sizeOf(outcome);
    for (const [oldest, dropped] of kept) {
      if (bytes <= capacity) break;
      kept.delete(oldest);
      bytes -= sizeOf(dropped);
    }
  };

  return async (key, fetch) => {
    const known = kept.get(key) ?? pending.get(key);
    if (known !== undefined) return known;
    const promise = fetch();
    pending.set(key, promise);
    const outcome = await promise;
    keep(key, outcome);
    return outcome;
  };
}

function sizeOf(outcome: Outcome<Uint8Array>): number {
  return outcome.ok ? outcome.value.length : 0;
}
