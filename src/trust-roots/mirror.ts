import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fetcher } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import type { Dispatcher } from 'undici';
import { ERROR_BODY_BYTES } from '../limits.ts';
import { networkFault } from '../registry/network-fault.ts';
import { readBody } from '../registry/body.ts';
import { printableUrl } from '../registry/printable.ts';

/** Downloads from TUF mirrors; to be closed when it is not needed any more. */
export interface Mirrors extends Fetcher {
  /** The hosts that were contacted, sorted. */
  hosts(): readonly string[];
  close(): Promise<void>;
}

export interface MirrorOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
  /** Ends what is under way: the time limit, or the run's own end. */
  readonly signal: AbortSignal;
}

/** A mirror could not be asked, or did not answer as one. */
export class MirrorError extends Error {}

/**
 * Plain GETs, with a limit on every answer; over HTTP too, as what TUF says is signed. A redirect is refused: no host is asked but the mirror. HTTPS_PROXY, HTTP_PROXY and
 * NO_PROXY are honoured, and NODE_EXTRA_CA_CERTS as everywhere in Node.
 */
export function createMirrors({ env, userAgent, signal }: MirrorOptions): Mirrors {
  const hosts = new Set<string>();
  let dispatcher: Promise<Dispatcher> | null = null;

  const get = async (text: string, limit: number): Promise<Buffer> => {
    const url = new URL(text);
    hosts.add(url.host);
    const agent = await (dispatcher ??= createDispatcher(env));
    let answered = false;
    try {
      const { statusCode, body } = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'GET',
        headers: { 'accept-encoding': 'identity', 'user-agent': userAgent },
        signal,
      });
      answered = true;
      if (statusCode !== 200) {
        await body.dump({ limit: ERROR_BODY_BYTES, signal });
        if (statusCode >= 300 && statusCode < 400)
          throw new MirrorError(`${printableUrl(url)} redirects, which a TUF mirror must not`);
        throw new DownloadHTTPError(`${printableUrl(url)} answers with the status ${statusCode}`, statusCode);
      }
      return await readAtMost(body, limit, url);
    } catch (cause) {
      if (cause instanceof MirrorError || cause instanceof DownloadHTTPError) throw cause;
      if (signal.aborted) throw new MirrorError(`${printableUrl(url)} did not answer in time`);
      throw new MirrorError(networkFault(cause, url, answered).fault.message);
    }
  };

  return {
    downloadBytes: get,
    async downloadFile(url, limit, handler) {
      const directory = await mkdtemp(join(tmpdir(), 'supplychain-tuf-'));
      try {
        const file = join(directory, 'download');
        await writeFile(file, await get(url, limit));
        return await handler(file);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
    hosts: () => [...hosts].sort(),
    async close() {
      await (await dispatcher)?.destroy();
    },
  };
}

async function createDispatcher(env: NodeJS.ProcessEnv): Promise<Dispatcher> {
  // undici takes a tenth of a second to load, which a run without a refresh does not need.
  const { EnvHttpProxyAgent } = await import('undici');
  return new EnvHttpProxyAgent({
    httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  });
}

async function readAtMost(body: AsyncIterable<unknown>, limit: number, url: URL): Promise<Buffer> {
  const { bytes, more } = await readBody(body, limit, undefined);
  if (more)
    throw new MirrorError(`the answer of ${printableUrl(url)} is longer than the ${limit} bytes it may have`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
