import { ERROR_BODY_BYTES } from '../limits.ts';
import { failed, type Fault } from '../reasons.ts';
import { readBody } from './body.ts';
import { createDispatchers, type DispatcherOptions, type Route } from './dispatchers.ts';
import { interruptedFault, networkFault } from './network-fault.ts';
import { printableUrl } from './printable.ts';
import { AddressRefused, createGuard, type Guard } from './reach.ts';

export interface WireOptions extends DispatcherOptions {
  readonly clock: () => Date;
  /** Hosts that a registry may name although they are at addresses of a private network. */
  readonly allowRedirect?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly userAgent: string;
  readonly onRequest?: ((method: string, url: string, status: number, ms: number) => void) | undefined;
  readonly transferMs: number;
}

export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Bytes of a good answer that are read; what lies behind them is a fault, or cut off where `excess` says so. */
  readonly limit: number;
  readonly excess?: 'fault' | 'cut';
  /** The host on whose word this is asked, which decides how far it may go; without one the user named the address. */
  readonly registry?: string | undefined;
}

export interface WireResponse {
  readonly status: number;
  /** Header values by lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
  /** The address that answered. */
  readonly url: URL;
}

/** One answer, or why there was none and whether it may be worth to ask once more. */
export type Exchange =
  | { readonly ok: true; readonly response: WireResponse }
  | { readonly ok: false; readonly fault: Fault; readonly passing: boolean };

export interface Wire {
  exchange(request: WireRequest): Promise<Exchange>;
  /** The hosts that were contacted, sorted. */
  hosts(): readonly string[];
  close(): Promise<void>;
}

/** Single HTTP exchanges over pooled connections, with limits on bytes and time. Nothing is retried or followed here. */
export function createWire(options: WireOptions): Wire {
  const dispatchers = createDispatchers(options);
  const guard = createGuard(options.allowRedirect ?? new Set());
  const hosts = new Set<string>();
  let closed = false;

  return {
    async exchange(request) {
      if (closed) return { ok: false, passing: false, fault: interruptedFault(request.url, null) };
      const reach = guard.reach(request.url, request.registry);
      if (!reach.ok) return { ...reach, passing: false };
      const route = await dispatchers.route(request.url, reach.value, guard.lookup(reach.value));
      if (!route.ok) return { ...route, passing: false };
      hosts.add(request.url.host);
      const started = options.clock().getTime();
      const result = await exchangeOnce(options, route.value, request, guard);
      const ms = options.clock().getTime() - started;
      options.onRequest?.(
        request.method,
        printableUrl(request.url),
        result.ok ? result.response.status : 0,
        ms,
      );
      return result;
    },
    hosts: () => [...hosts].sort(),
    async close() {
      closed = true;
      await dispatchers.destroy();
    },
  };
}

async function exchangeOnce(
  options: WireOptions,
  { dispatcher, proxy }: Route,
  request: WireRequest,
  guard: Guard,
): Promise<Exchange> {
  const { method, url, headers, body } = request;
  const deadline = AbortSignal.timeout(options.transferMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  let answered = false;
  try {
    const response = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'accept-encoding': 'identity', ...headers, 'user-agent': options.userAgent },
      body: body ?? null,
      signal,
    });
    answered = true;
    const good = response.statusCode < 300;
    const limit = good ? request.limit : Math.min(request.limit, ERROR_BODY_BYTES);
    const read = await readBody(response.body, limit, response.headers['content-length']);
    if (read.more && good && request.excess !== 'cut')
      return { ok: false, passing: false, fault: tooLarge(url, limit) };
    return {
      ok: true,
      response: { status: response.statusCode, headers: headerMap(response.headers), body: read.bytes, url },
    };
  } catch (error) {
    if (signal.aborted) return { ok: false, passing: false, fault: interruptedFault(url, signal.reason) };
    if (error instanceof AddressRefused)
      return { ok: false, passing: false, fault: guard.refusal(url, request.registry, error.address) };
    return { ok: false, ...networkFault(error, url, answered, proxy) };
  }
}

function headerMap(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? [value] : value]],
    ),
  );
}

function tooLarge(url: URL, limit: number): Fault {
  return failed(
    'LimitExceeded',
    `the answer of ${printableUrl(url)} is longer than the limit of ${String(limit)} bytes`,
  ).fault;
}
