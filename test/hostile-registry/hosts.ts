import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type Content, INDEX, listingOf } from './content.ts';
import type { Certificate } from './certificate.ts';
import { type Role, ROLES } from './world.ts';

/** A request that a server saw. */
export interface Asked {
  readonly role: Role;
  readonly host: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** What a server answers. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** Answers as a registry should, or with something that is made of that answer. */
type Honest = (change?: (answer: Answer) => Answer) => void;

/** How one request is answered. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage, honest: Honest) => void;

/** The first pattern that matches the path decides. */
export type Answers = readonly (readonly [RegExp, Behaviour])[];

export interface Hosts {
  readonly asked: readonly Asked[];
  readonly ports: Readonly<Record<Role, { tls: number; plain: number }>>;
  close(): void;
}

/** Starts all hosts. The registry does what `answers` say; the others do what it should have done, so that whoever goes there passes. */
export async function startHosts(
  content: Content,
  answers: Partial<Record<Role, Answers>>,
  { pem, key }: Certificate,
): Promise<Hosts> {
  const asked: Asked[] = [];
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const start = async (server: Server): Promise<number> => {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.maxHeadersCount = 0;
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
    return (server.address() as AddressInfo).port;
  };
  const ports = await Promise.all(
    ROLES.map(async (role) => {
      const listener: RequestListener = (request, response) => {
        const { method = '', url = '', headers } = request;
        asked.push({ role, host: headers.host ?? '', method, url, headers });
        const honest: Honest = (change = (answer) => answer) =>
          send(response, change(answerTo(content, role, url)));
        response.on('error', () => undefined);
        const [, behaviour] = answers[role]?.find(([path]) => path.test(url)) ?? [];
        if (behaviour === undefined) honest();
        else behaviour(response, request, honest);
      };
      const tls = await start(createTlsServer({ cert: pem, key }, listener));
      return [role, { tls, plain: await start(createServer(listener)) }] as const;
    }),
  );
  return {
    asked,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every role is there
    ports: Object.fromEntries(ports) as Hosts['ports'],
    close: () => {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

/** What a registry, a storage and a token service answer as they should. */
function answerTo(content: Content, role: Role, url: string): Answer {
  const path = new URL(url, 'http://x').pathname;
  const [, kind, name = ''] = /\/(manifests|blobs|referrers)\/([^/]+)$/.exec(path) ?? [];
  const digest = content.tags.get(name) ?? name;
  const bytes = content.blobs.get(digest);
  const type = content.types.get(digest);
  if (role === 'auth' || path.endsWith('/token')) return found('application/json', '{"token":"good-token"}');
  if (kind === 'referrers') return found(INDEX, listingOf(content, name));
  if (kind === 'blobs' && bytes !== undefined) return found('application/octet-stream', bytes);
  if (kind === 'manifests' && bytes !== undefined && type !== undefined) return found(type, bytes);
  return { ...found('application/json', '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'), status: 404 };
}

function found(type: string, body: string | Buffer): Answer {
  const headers = { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
  return { status: 200, headers, body: Buffer.from(body) };
}

/** Answers that lie about their length are sent as they are. */
function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.strictContentLength = false;
  response.writeHead(status, { ...headers }).end(body);
}
