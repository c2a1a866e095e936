import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecure, type ServerOptions } from 'node:https';

/** An object as an API server gives it. */
export type Thing = Readonly<Record<string, unknown>>;

interface FakeRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** What one path answers: the objects of a list, or a status with a body. */
type Served =
  | { readonly items: readonly Thing[] }
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

export interface FakeApiServer {
  readonly url: string;
  readonly port: number;
  /** Every request, in order. */
  readonly requests: FakeRequest[];
  serve(path: string, served: Served | ((request: FakeRequest) => Served | 'hang up' | 'say nothing')): void;
  close(): Promise<void>;
}

interface FakeOptions {
  readonly tls?: ServerOptions;
  /** Whether a request is from somebody who is known. */
  readonly admits?: (request: IncomingMessage) => boolean;
}

/** An API server on loopback that lists what it is told in pages, as the real one does; what it is not told is 404. */
export async function serveApi({ tls, admits = () => true }: FakeOptions = {}): Promise<FakeApiServer> {
  const paths = new Map<string, Served | ((request: FakeRequest) => Served | 'hang up' | 'say nothing')>();
  const requests: FakeRequest[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://api');
    const asked = { path: url.pathname, query: url.searchParams, headers: request.headers };
    requests.push(asked);
    if (!admits(request)) return send(response, 401, status(401, 'Unauthorized'));
    const found = paths.get(url.pathname) ?? {
      status: 404,
      body: status(404, 'the server could not find it'),
    };
    const served = typeof found === 'function' ? found(asked) : found;
    if (served === 'say nothing') return;
    if (served === 'hang up') request.socket.destroy();
    else if ('items' in served) send(response, 200, page(served.items, url.searchParams));
    else send(response, served.status, served.body ?? status(served.status, 'refused'), served.headers);
  };
  const server: Server = tls ? createSecure(tls, answer) : createPlain(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    serve: (path, served) => paths.set(path, served),
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** apimachinery, metav1.Status. */
export function status(code: number, message: string): Thing {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code };
}

function send(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function page(items: readonly Thing[], query: URLSearchParams): Thing {
  const from = Number(query.get('continue') ?? 0);
  const to = from + Number(query.get('limit') ?? items.length);
  const metadata = to < items.length ? { continue: String(to), remainingItemCount: items.length - to } : {};
  return { kind: 'List', apiVersion: 'v1', metadata, items: items.slice(from, to) };
}
