import { createServer, request } from 'node:http';
import { close, listen } from '../test/sigstore/loopback.ts';
import type { Running } from '../test/sigstore/servers.ts';

/** A registry under another name, where requests are counted. */
export interface CountingProxy extends Running {
  /** `127.0.0.1:port`, as in image references. */
  readonly host: string;
  /** `METHOD kind` of every request since the last call. */
  take(): readonly string[];
}

/** Passes everything on to the registry at `origin`. */
export async function startCountingProxy(origin: string): Promise<CountingProxy> {
  let seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${kindOf(incoming.url ?? '/')}`);
    const target = new URL(incoming.url ?? '/', origin);
    const onward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', (error) => void outgoing.writeHead(502).end(String(error)));
    incoming.pipe(onward);
  });
  const url = await listen(server);
  return {
    host: new URL(url).host,
    take: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    stop: () => close(server),
  };
}

function kindOf(url: string): string {
  return /\/(manifests|blobs|referrers|tags)\//.exec(url)?.[1] ?? 'ping';
}
