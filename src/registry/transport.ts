import { setTimeout as sleep } from 'node:timers/promises';

import { REDIRECTS, RETRIES, RETRY_AFTER_MS } from '../limits.ts';
import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import { createHostHolds } from './host-holds.ts';
import { printableUrl } from './printable.ts';
import { isRedirect, redirectTarget } from './redirect.ts';
import type { Exchange, Wire, WireRequest, WireResponse } from './wire.ts';

/** Statuses that a later attempt may turn into another answer. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);
const FIRST_PAUSE_MS = 250;

export interface TransportRequest extends WireRequest {
  /** The host that the request is meant for; the rules of redirects depend on it. */
  readonly registry: string;
  /** Whether 303 is an answer: it says that the server itself has nothing here (RFC 9110, 15.4.4). */
  readonly seeOther?: 'follow' | 'answer';
}

export interface Transport {
  /** Sends a request, again after a passing failure, and follows its redirects. */
  follow(request: TransportRequest): Promise<Outcome<WireResponse>>;
  /** Sends a request that carries a secret to where it must stay: a redirect is an answer like any other. */
  send(request: WireRequest): Promise<Outcome<WireResponse>>;
}

/** Retries and redirects on top of single exchanges. */
export function createTransport(wire: Wire, clock: () => Date, signal: AbortSignal | undefined): Transport {
  const holds = createHostHolds(signal);
  const send = async (request: WireRequest): Promise<Outcome<WireResponse>> => {
    const { host } = request.url;
    for (let attempt = 0; ; attempt += 1) {
      const admitted = await holds.admit(request.url);
      if (!admitted.ok) return admitted;
      const exchange = await wire.exchange(request);
      const asked = exchange.ok ? retryAfter(exchange.response, clock) : null;
      const limited = exchange.ok && exchange.response.status === 429;
      // Coming back earlier than asked only makes it worse, so a long wait is reported instead.
      const tooLong = asked !== null && asked > RETRY_AFTER_MS;
      if (limited && tooLong) holds.shut(host, asked);
      const again = isPassing(exchange) && !tooLong && attempt < RETRIES;
      if (!again) return exchange.ok ? ok(exchange.response) : { ok: false, fault: exchange.fault };
      const pause = asked ?? FIRST_PAUSE_MS * 2 ** attempt;
      if (limited) holds.hold(host, pause);
      // An abort ends the pause; the next exchange then says so.
      else await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  };

  const follow = async (request: TransportRequest): Promise<Outcome<WireResponse>> => {
    let { url, headers } = request;
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const response = await send({ ...request, url, headers });
      if (!response.ok || !isRedirect(response.value.status)) return response;
      if (response.value.status === 303 && request.seeOther === 'answer') return response;
      const target = redirectTarget(url, response.value.headers.get('location')?.[0], request.registry);
      if (!target.ok) return target;
      if (target.value.origin !== url.origin) headers = withoutSecrets(headers);
      url = target.value;
    }
    return { ok: false, fault: tooManyRedirects(request.url) };
  };

  return { follow, send };
}

/** Retry-After in milliseconds (RFC 9110, 10.2.3: seconds, or a date, which the server's own Date is subtracted from). */
function retryAfter(response: WireResponse, clock: () => Date): number | null {
  const value = response.headers.get('retry-after')?.[0]?.trim();
  if (value === undefined) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  const now = Date.parse(response.headers.get('date')?.[0] ?? '');
  return Number.isNaN(until) ? null : Math.max(0, until - (Number.isNaN(now) ? clock().getTime() : now));
}

function isPassing(exchange: Exchange): boolean {
  return exchange.ok ? PASSING.has(exchange.response.status) : exchange.passing;
}

/** What was written for one host is not read by another, nor by the first one after a detour (RFC 9110, 15.4). */
function withoutSecrets(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { authorization: _, ...others } = headers;
  return others;
}

function tooManyRedirects(url: URL): Fault {
  return failed('LimitExceeded', `${printableUrl(url)} redirects more than ${String(REDIRECTS)} times`).fault;
}
