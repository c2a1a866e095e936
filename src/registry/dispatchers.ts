import type { LookupFunction } from 'node:net';

import type { Dispatcher } from 'undici';

import { ok, type Outcome } from '../reasons.ts';
import { isLoopback } from './address.ts';
import type { CertificateSource, HostCertificates } from './host-certificates.ts';
import type { Proxies } from './proxy.ts';
import type { Reach } from './reach.ts';

export interface DispatcherOptions {
  readonly insecure: ReadonlySet<string>;
  readonly concurrencyPerHost: number;
  readonly requestMs: number;
  /** Without one, certificates are as Node has them. */
  readonly certificates?: CertificateSource | undefined;
  /** Without them, every host is asked directly. */
  readonly proxies?: Proxies | undefined;
}

/** What sends the requests to a host, and the proxy that they go through, without what may be secret in its address. */
export interface Route {
  readonly dispatcher: Dispatcher;
  readonly proxy: string | null;
}

export interface Dispatchers {
  route(url: URL, reach: Reach, lookup: LookupFunction): Promise<Outcome<Route>>;
  destroy(): Promise<void>;
}

interface Way {
  readonly verified: boolean;
  readonly certificates: HostCertificates;
  readonly proxy: URL | null;
  readonly lookup: LookupFunction;
}

/** Pools of connections: hosts share one as long as the same certificates, proxy and reach hold for them. */
export function createDispatchers(options: DispatcherOptions): Dispatchers {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  const { certificates: source = () => Promise.resolve(ok({})), proxies = () => ok(null) } = options;

  return {
    async route(url, reach, lookup) {
      // TLS on a loopback address protects against nobody, and docker does not verify it there either.
      const verified = !options.insecure.has(url.host) && !isLoopback(url.host);
      const certificates: Outcome<HostCertificates> =
        url.protocol === 'https:' ? await source(url.host) : ok({});
      if (!certificates.ok) return certificates;
      const proxy = proxies(url);
      if (!proxy.ok) return proxy;
      const own = certificates.value.ca !== undefined || certificates.value.client !== undefined;
      // An open connection is not checked again, so each reach has its own.
      const key = JSON.stringify([reach, verified, own ? url.host : null, proxy.value]);
      const way = { verified, certificates: certificates.value, proxy: proxy.value, lookup };
      const dispatcher = dispatchers.get(key) ?? createDispatcher(options, way);
      dispatchers.set(key, dispatcher);
      return ok({ dispatcher: await dispatcher, proxy: proxy.value?.host ?? null });
    },
    async destroy() {
      await Promise.all([...dispatchers.values()].map(async (one) => (await one).destroy()));
    },
  };
}

async function createDispatcher(
  { concurrencyPerHost: connections, requestMs }: DispatcherOptions,
  { verified, certificates, proxy, lookup }: Way,
): Promise<Dispatcher> {
  // undici takes a tenth of a second to load, which a run over saved evidence does not need.
  const { Agent, ProxyAgent } = await import('undici');
  // undici takes the body of an HTTP/2 stream that is reset for whole, and overruns the number of streams that a server allows.
  const limits = { connections, allowH2: false, headersTimeout: requestMs, bodyTimeout: requestMs };
  const { ca, client } = certificates;
  const tls = {
    rejectUnauthorized: verified,
    ...(ca && { ca: [...ca] }),
    ...(client && { cert: Buffer.from(client.cert), key: Buffer.from(client.key) }),
  };
  if (proxy === null) return new Agent({ ...limits, connect: { ...tls, timeout: requestMs, lookup } });
  // Proxies refuse a tunnel to plain HTTP, and take the whole address instead (RFC 9112, 3.2.2).
  const proxying = { uri: proxy.href, proxyTunnel: false, connectTimeout: requestMs };
  return new ProxyAgent({ ...limits, ...proxying, requestTls: tls });
}
