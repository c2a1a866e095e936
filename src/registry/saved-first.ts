import type { Outcome } from '../reasons.ts';
import type { Registry } from './registry.ts';

/**
 * Saved evidence, and registries for what was never asked when it was saved. What was asked is answered as it was saved, be it that
 * something is not there or could not be had: one answer is never put together out of two times.
 */
export function savedFirst(saved: Registry, live: Registry): Registry {
  const ask = async <T>(question: (registry: Registry) => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    const outcome = await question(saved);
    return outcome.ok || outcome.fault.reason !== 'NotInEvidence' ? outcome : question(live);
  };
  return {
    tag: (...asked) => ask((registry) => registry.tag(...asked)),
    manifest: (...asked) => ask((registry) => registry.manifest(...asked)),
    referrers: (...asked) => ask((registry) => registry.referrers(...asked)),
    blob: (...asked) => ask((registry) => registry.blob(...asked)),
    hosts: () => live.hosts(),
    async close() {
      await Promise.all([saved.close(), live.close()]);
    },
  };
}
