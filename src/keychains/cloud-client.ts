import { isIP } from 'node:net';

import { METADATA_MS, TOKEN_RESPONSE_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { isLoopback } from '../registry/address.ts';
import { printable, printableUrl } from '../registry/printable.ts';
import { createTransport } from '../registry/transport.ts';
import { createWire, type WireOptions, type WireResponse } from '../registry/wire.ts';

export interface CloudRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks the services that give out credentials. What it sends are secrets: nothing is redirected, and all of it goes over TLS. */
export interface CloudClient {
  send(request: CloudRequest): Promise<Outcome<WireResponse>>;
  /** The hosts that were contacted, sorted. */
  hosts(): readonly string[];
  close(): Promise<void>;
}

/** A client whose limits, proxies and log are those of `options`; a machine's own metadata service is asked directly. */
export function createCloudClient(options: WireOptions): CloudClient {
  const { clock, signal, onRequest, userAgent, concurrencyPerHost } = options;
  const own = { clock, signal, userAgent, concurrencyPerHost, insecure: new Set<string>() };
  // The certificates of these services are never left unverified, whatever is allowed for a registry.
  const outside = createWire({ ...options, insecure: own.insecure });
  const inside = createWire({
    ...own,
    requestMs: METADATA_MS,
    transferMs: METADATA_MS,
    // A path on the machine's own service may be all that is needed to be given credentials.
    onRequest: onRequest && ((method, url, ...rest) => onRequest(method, new URL(url).origin, ...rest)),
  });
  const remote = createTransport(outside, clock, signal);
  const local = createTransport(inside, clock, signal);
  return {
    async send({ method, url: text, headers = {}, body }) {
      const address = cloudAddress(text);
      if (!address.ok) return address;
      const { url, near } = address.value;
      const request = {
        method,
        url,
        headers,
        limit: TOKEN_RESPONSE_BYTES,
        ...(body !== undefined && { body }),
      };
      return (near ? local : remote).send(request);
    },
    hosts: () => [...new Set([...outside.hosts(), ...inside.hosts()])].sort(),
    async close() {
      await Promise.all([outside.close(), inside.close()]);
    },
  };
}

/** Where secrets may go: anywhere over TLS, and without it no farther than this machine and what answers to it alone. */
export function cloudAddress(text: string): Outcome<{ readonly url: URL; readonly near: boolean }> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return notAsked(`${JSON.stringify(printable(text))} is no address`);
  if (url.username !== '' || url.password !== '')
    return notAsked(`${printableUrl(url)} has a user name or password in its address`);
  const near = isLoopback(url.host) || isMachinesOwn(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && near)
    ? ok({ url, near })
    : notAsked(`${printableUrl(url)} is without TLS`);
}

/**
 * The addresses on which clouds answer to their own machines alone: IPv4's link-local network, Amazon's and Google's addresses in
 * IPv6, and the name that Google's documentation gives.
 */
function isMachinesOwn(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('169.254.');
  return ['fd00:ec2::23', 'fd00:ec2::254', 'fd20:ce::254', 'metadata.google.internal'].includes(name);
}

function notAsked(why: string): Outcome<never> {
  return failed(
    'InputInvalid',
    `no credentials are asked for: ${why}`,
    'check the environment and the file that names it',
  );
}
