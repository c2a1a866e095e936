import { setTimeout as sleep } from 'node:timers/promises';

import { failed, ok, type Outcome } from '../reasons.ts';
import { printableUrl } from './printable.ts';

/** Timers run out at once beyond this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long each host wants to be left alone: what it says to one request holds for all of them (RFC 9110, 10.2.3). */
export interface HostHolds {
  /** Leaves a host alone for so long; whoever asks it meanwhile waits. */
  hold(host: string, ms: number): void;
  /** Asks a host nothing more until this is over, as nobody waits that long. */
  shut(host: string, ms: number): void;
  /** Waits until a host may be asked, or says that it may not. */
  admit(url: URL): Promise<Outcome<null>>;
}

export function createHostHolds(signal: AbortSignal | undefined): HostHolds {
  const held = new Map<string, Promise<void>>();
  const shut = new Map<string, number>();

  return {
    hold(host, ms) {
      // An abort ends the pause; the next exchange then says so.
      const pause = sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      const both = Promise.all([held.get(host), pause]).then(() => {
        if (held.get(host) === both) held.delete(host);
      });
      held.set(host, both);
    },
    shut(host, ms) {
      shut.set(host, Math.max(ms, shut.get(host) ?? 0));
      setTimeout(() => shut.delete(host), Math.min(ms, LONGEST_TIMER_MS)).unref();
    },
    async admit(url) {
      await held.get(url.host);
      const ms = shut.get(url.host);
      if (ms === undefined) return ok(null);
      return failed(
        'RateLimited',
        `${printableUrl(url)} was not asked: ${url.host} has asked to come back later (HTTP 429), after ${String(Math.ceil(ms / 1000))} s`,
        'wait, log in for a higher limit, or use a mirror',
      );
    },
  };
}
