import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { close, listen } from './loopback.ts';
import type { Pki } from './pki.ts';
import { portOf, type Running } from './servers.ts';

/** Public-looking host names, all served from loopback. */
export interface Front extends Running {
  /** What a program needs in its environment to be led here. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts an HTTPS server for the hosts of `origins` (host → `http://127.0.0.1:port`) and a proxy that leads every CONNECT
 * for one of them to it, and refuses all others: a program behind it never leaves this machine.
 */
export async function startFront(tls: Pki['tls'], origins: Readonly<Record<string, string>>): Promise<Front> {
  const keys = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) };
  const web = createTlsServer(keys, (incoming, outgoing) => pass(incoming, outgoing, origins));
  const proxy = createServer((_, outgoing) => void outgoing.writeHead(502).end());
  const sockets = new Set<Socket>();
  proxy.on('connect', (incoming, socket: Socket, head) => {
    if (origins[hostOf(incoming.url)] === undefined) {
      socket.end('HTTP/1.1 502 not a host of this front\r\n\r\n');
      return;
    }
    const tunnel = connect(portOf(web.address()), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      tunnel.write(head);
      tunnel.pipe(socket).pipe(tunnel);
    });
    for (const end of [socket, tunnel]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
      end.on('close', () => {
        sockets.delete(end);
        (end === socket ? tunnel : socket).destroy();
      });
    }
  });
  await listen(web);
  const url = await listen(proxy);
  return {
    env: {
      HTTPS_PROXY: url,
      HTTP_PROXY: url,
      NO_PROXY: '127.0.0.1',
      SSL_CERT_FILE: tls.ca,
      SSL_CERT_DIR: '/dev/null',
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await close(proxy);
      await close(web);
    },
  };
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origins: Readonly<Record<string, string>>,
): void {
  const origin = origins[hostOf(incoming.headers.host)];
  if (origin === undefined) {
    outgoing.writeHead(421).end();
    return;
  }
  const target = new URL(incoming.url ?? '/', origin);
  const onward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', (error) => void outgoing.writeHead(502).end(String(error)));
  incoming.pipe(onward);
}

function hostOf(authority = ''): string {
  return authority.replace(/:\d+$/, '');
}
