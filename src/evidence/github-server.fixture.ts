import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';

/** A server on loopback that answers by path, and remembers what came. */
export interface AnsweringServer {
  readonly url: string;
  readonly host: string;
  /** Path with query, and headers, of every request. */
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Answers this path, with or without its query, so from now on. */
  answer(
    path: string,
    status: number,
    body: string | Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): void;
  close(): Promise<void>;
}

export async function serveAnswers(): Promise<AnsweringServer> {
  const answers = new Map<string, RequestListener>();
  const requests: AnsweringServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    const listener = answers.get(path) ?? answers.get(path.replace(/\?.*/, ''));
    if (listener) listener(request, response);
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    answer: (path, status, body, headers = {}) =>
      void answers.set(path, (_request, response) => void response.writeHead(status, headers).end(body)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A text as a Snappy block of one literal (google/snappy, format_description.txt). */
export function snappyLiteral(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  const varint: number[] = [];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    varint.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) break;
  }
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length - 1);
  return Buffer.concat([Buffer.from(varint), Buffer.from([63 << 2]), length, bytes]);
}
