import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Agent, request } from 'node:https';
import type { Running } from '../sigstore/servers.ts';
import { close, listen } from '../sigstore/loopback.ts';
import type { Cluster } from './cluster.ts';

/** What becomes of a request: it goes through, its connection is cut, or somebody does something first. */
type Fate = 'pass' | 'cut' | (() => Promise<void>);

/**
 * A door before the API server, with its own certificate, behind which requests may get lost. `fate` is asked before each. Who asks has to
 * bring a token: a client's certificate does not go through.
 */
export async function startCuttingProxy(
  cluster: Cluster,
  fate: (path: string) => Fate,
): Promise<Running & { readonly server: string }> {
  const { certificates } = cluster;
  const ca = readFileSync(certificates.ca);
  const agent = new Agent({ ca, keepAlive: true });
  const tls = {
    cert: readFileSync(certificates.server.certificate),
    key: readFileSync(certificates.server.key),
  };
  const front = createServer(tls, (incoming, outgoing) => {
    const path = incoming.url ?? '/';
    const pass = (): void => {
      const { host: _host, ...headers } = incoming.headers;
      const onward = request(
        new URL(path, cluster.server),
        { agent, headers, method: incoming.method },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    };
    const decided = fate(path);
    if (decided === 'pass') pass();
    else if (decided === 'cut') incoming.socket.destroy();
    else void decided().then(pass);
  });
  const origin = await listen(front);
  return {
    server: origin.replace('http:', 'https:'),
    stop: async () => {
      agent.destroy();
      await close(front);
    },
  };
}
