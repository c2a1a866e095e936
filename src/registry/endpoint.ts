import { isIP } from 'node:net';
import { connect } from 'node:tls';

import { REQUEST_MS } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { isLoopback } from './address.ts';
import { memoise } from './memo.ts';

/** Where a registry answers. */
export interface Endpoint {
  /** The registry as references name it: `docker.io`. */
  readonly registry: string;
  /** Scheme and host: `https://registry-1.docker.io`. */
  readonly base: URL;
  /** A registry on this machine that speaks plain HTTP: the one place where secrets may go without TLS. */
  readonly plainLoopback: boolean;
}

/**
 * Finds the scheme and host of each registry, once. A registry on a loopback address is asked for TLS first and taken for plain
 * HTTP if it does not answer it, as docker does; any other is HTTPS unless it is named in `plainHttp`.
 */
export function createEndpoints(
  plainHttp: ReadonlySet<string>,
): (registry: string) => Promise<Outcome<Endpoint>> {
  return memoise(async (registry: string) => {
    const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    if (!URL.canParse(`https://${host}`)) {
      return failed(
        'ImageReferenceInvalid',
        `${JSON.stringify(registry)} is no host name or address`,
        'check how the reference is written',
      );
    }
    const loopback = isLoopback(host);
    const plain = plainHttp.has(registry) || (loopback && !(await speaksTls(new URL(`https://${host}`))));
    return ok({
      registry,
      base: new URL(`${plain ? 'http' : 'https'}://${host}`),
      plainLoopback: plain && loopback,
    });
  });
}

function speaksTls(url: URL): Promise<boolean> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: url.port === '' ? 443 : Number(url.port),
      // Whether the certificate is trusted is decided when something is asked; here nothing is.
      rejectUnauthorized: false,
      timeout: REQUEST_MS,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('secureConnect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
