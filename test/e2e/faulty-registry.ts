import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { close, listen } from '../sigstore/loopback.ts';
import type { LoopbackRegistry } from '../sigstore/registry.ts';

/** What happens to a request in place of an answer of the registry. */
export type Fault =
  | { readonly kind: 'answers'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'changes'; readonly body: (body: Buffer) => Buffer }
  | { readonly kind: 'hangs up' }
  | { readonly kind: 'says nothing' };

/** A registry before another one, which does wrong what `faultOf` says of a path. */
export async function startFaultyRegistry(
  behind: string,
  faultOf: (path: string) => Fault | null,
): Promise<LoopbackRegistry> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    const fault = faultOf(incoming.url ?? '/');
    switch (fault?.kind) {
      case 'answers':
        outgoing.writeHead(fault.status, { 'content-type': 'text/plain', ...fault.headers }).end('fault');
        return;
      case 'hangs up':
        incoming.socket.destroy();
        return;
      case 'says nothing':
        return;
      case 'changes':
        pass(behind, incoming, outgoing, fault.body);
        return;
      case undefined:
        pass(behind, incoming, outgoing, (body) => body);
    }
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const url = await listen(server);
  return {
    url,
    host: new URL(url).host,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await close(server);
    },
  };
}

function pass(
  behind: string,
  { url = '/', method, headers }: IncomingMessage,
  outgoing: ServerResponse,
  change: (body: Buffer) => Buffer,
): void {
  const onward = request(new URL(url, behind), { method, headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const body = change(Buffer.concat(chunks));
      const { 'transfer-encoding': _, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, { ...kept, 'content-length': body.length }).end(body);
    });
  });
  onward.on('error', (error) => void outgoing.writeHead(502).end(String(error)));
  onward.end();
}
