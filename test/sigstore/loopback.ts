import { createServer, type IncomingMessage, type Server } from 'node:http';
import { portOf, type Running } from './servers.ts';

/** An HTTP server in this process. */
export interface Loopback extends Running {
  readonly origin: string;
}

/** What a server answers to one request. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly etag?: string;
}

/** Serves JSON on loopback: `answer` gets each request with its whole body. What it throws becomes a 400. */
export async function serveJson(
  answer: (method: string, path: string, body: Buffer) => Answer,
): Promise<Loopback> {
  const server = createServer((request, response) => {
    void readAll(request)
      .then((body) => answer(request.method ?? 'GET', request.url ?? '/', body))
      .catch((error: unknown) => ({ status: 400, body: { message: String(error) } }))
      .then(({ status, body, etag }: Answer) => {
        response.writeHead(status, { 'content-type': 'application/json', ...(etag && { etag }) });
        response.end(JSON.stringify(body));
      });
  });
  return { origin: await listen(server), stop: () => close(server) };
}

/** Lets a server listen on a free port; returns its `http://` origin. */
export async function listen(server: Pick<Server, 'listen' | 'address'>): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${portOf(server.address())}`;
}

/** Ends a server and whatever is still connected to it. */
export async function close(server: Pick<Server, 'close' | 'closeAllConnections'>): Promise<void> {
  server.close();
  server.closeAllConnections();
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  await new Promise((resolve, reject) => request.on('end', resolve).on('error', reject));
  return Buffer.concat(chunks);
}
