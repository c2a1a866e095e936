import { createServer, type IncomingMessage } from 'node:http';
import { close, listen } from '../sigstore/loopback.ts';

/** What a server answers under a path: bytes, a status, or what is made of a request. */
export type Served = Readonly<Record<string, Buffer | number | ((request: Buffer) => Buffer)>>;

/** A server on loopback for revocation lists, OCSP (RFC 6960, appendix A.1) and timestamps (RFC 3161, 3.4). */
export interface AnsweringServer {
  readonly base: string;
  readonly host: string;
  /** Serves these and nothing else from now on. */
  serve(served: Served): void;
  close(): Promise<void>;
}

export async function startAnswering(): Promise<AnsweringServer> {
  let served: Served = {};
  const server = createServer((request, response) => {
    void bodyOf(request)
      .then((posted) => {
        const { path = '', encoded } =
          /^(?<path>\/[\w.]+)(?:\/(?<encoded>.+))?$/.exec(request.url ?? '')?.groups ?? {};
        const answer = served[path] ?? 404;
        if (typeof answer === 'number') return response.writeHead(answer).end();
        if (Buffer.isBuffer(answer)) return response.end(answer);
        const asked = encoded === undefined ? posted : Buffer.from(decodeURIComponent(encoded), 'base64');
        const answered = answer(asked);
        return response.writeHead(200, { 'content-type': replyTo(request) }).end(answered);
      })
      .catch(() => response.writeHead(500).end());
  });
  const base = await listen(server);
  return {
    base,
    host: new URL(base).host,
    serve: (next) => {
      served = next;
    },
    close: () => close(server),
  };
}

function replyTo({ headers }: IncomingMessage): string {
  return headers['content-type'] === 'application/timestamp-query'
    ? 'application/timestamp-reply'
    : 'application/ocsp-response';
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
