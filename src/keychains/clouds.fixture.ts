import { createServer, type IncomingHttpHeaders } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { cloudAddress, createCloudClient, type CloudRequest } from './cloud-client.ts';
import type { CloudAccess } from './cloud-login.ts';

interface CloudsRequest {
  /** Method and address, as it was asked: `POST https://sts.eu-west-1.amazonaws.com/`. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** All services of all clouds on loopback, and an empty machine that is asked on. */
export interface Clouds {
  readonly url: string;
  readonly requests: CloudsRequest[];
  /** Of all requests, method and address. */
  lines(): readonly string[];
  /** Answers requests to this address, with or without its query. */
  answer(address: string, body: unknown, status?: number): void;
  /** Writes a file of this machine, and gives its path. */
  file(name: string, content: unknown): Promise<string>;
  /** What keychains may use; `now` can be moved. */
  access(env?: Readonly<Record<string, string>>): CloudAccess;
  now: Date;
  close(): Promise<void>;
}

const ASKED = 'x-asked';

export async function serveClouds(): Promise<Clouds> {
  const home = await mkdtemp(join(tmpdir(), 'clouds-'));
  const answers = new Map<string, { readonly status: number; readonly body: string }>();
  const requests: CloudsRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = String(request.headers[ASKED] ?? `http://${request.headers.host}${request.url}`);
      const body = Buffer.concat(chunks).toString();
      requests.push({ line: `${request.method} ${asked}`, headers: request.headers, body });
      const found = answers.get(asked) ?? answers.get(asked.replace(/\?.*/, ''));
      response.writeHead(found?.status ?? 404).end(found?.body ?? '{"error":"not_found"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  const client = createCloudClient({
    clock: () => new Date(),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
    requestMs: 5_000,
    transferMs: 5_000,
  });
  /** The real client, with the clouds' names leading to this machine. */
  const send = (request: CloudRequest): ReturnType<typeof client.send> => {
    const address = cloudAddress(request.url);
    if (!address.ok) return Promise.resolve(address);
    const asked = address.value.url;
    const headers = { ...request.headers, [ASKED]: asked.href };
    return client.send({ ...request, url: `${url}${asked.pathname}${asked.search}`, headers });
  };
  const clouds: Clouds = {
    url,
    requests,
    now: new Date('2026-11-22T12:00:00Z'),
    lines: () => requests.map(({ line }) => line),
    answer: (address, body, status = 200) =>
      void answers.set(address, { status, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    async file(name, content) {
      const path = join(home, name);
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    },
    access: (env = {}) => ({
      env,
      homedir: home,
      uid: null,
      firmware: home,
      clock: () => clouds.now,
      client: { send },
    }),
    async close() {
      await client.close();
      await new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      });
      await rm(home, { recursive: true });
    },
  };
  return clouds;
}
