import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANIFEST_FILE_BYTES } from '../limits.ts';
import { isUrl, readManifestUrl } from './manifest-url.ts';
import { createManifestSource } from './manifests.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: b}]\n';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

function redirect(location?: string): Handler {
  return (_, response) => {
    response.writeHead(302, location === undefined ? {} : { location }).end();
  };
}

function answer(status: number, body: string | Uint8Array = ''): Handler {
  return (_, response) => {
    response.writeHead(status).end(body);
  };
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  '/pod.yaml': answer(200, POD),
  '/empty.yaml': answer(200),
  '/moved': redirect('/moved-again'),
  '/moved-again': redirect('pod.yaml?token=secret'),
  '/loop': redirect('/loop'),
  '/nowhere': redirect(),
  '/out': redirect('http://example.com/pod.yaml?token=secret'),
  '/file': redirect('file:///etc/passwd'),
  '/data': redirect(`data:text/plain,${'x'.repeat(1000)}`),
  '/elsewhere': (request, response) => {
    const location = `http://localhost:${request.socket.localPort}/protected`;
    response.writeHead(302, { location }).end();
  },
  '/credentials': (request, response) => {
    const location = `http://user:password@${request.headers.host ?? ''}/pod.yaml`;
    response.writeHead(302, { location }).end();
  },
  '/protected': (request, response) => {
    const expected = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    response.writeHead(request.headers.authorization === expected ? 200 : 401).end(POD);
  },
  '/to-protected': redirect('/protected'),
  '/gone': answer(410),
  '/forbidden': answer(403, 'no'),
  '/broken': answer(500, 'no'),
  '/latin': answer(200, Buffer.from([0x61, 0xff, 0x62])),
  '/large': answer(200, Buffer.alloc(MANIFEST_FILE_BYTES + 1, '\n')),
  '/page': answer(200, '\n<!DOCTYPE html>\n<html lang="en"></html>'),
  '/acme/shop/-/blob/main/pod.yaml': answer(200, '<html></html>'),
  '/slow': () => undefined,
  '/drip': (_, response) => {
    response.writeHead(200).write('a: b\n');
  },
  '/reset': (request) => {
    request.socket.destroy();
  },
};

let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    (HANDLERS[path] ?? answer(404))(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A server on TCP has an address and a port.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a URL', () => {
  it('is read as a manifest that goes by it without its secrets', async () => {
    const url = `${origin.replace('//', '//me:p%40ss@')}/protected?token=secret#part`;
    const found = await createManifestSource({
      paths: [url],
      recursive: false,
      namespace: null,
      stdin: () => {
        throw new Error('standard input is not asked for');
      },
    }).discover();
    expect(found.gaps).toEqual([]);
    expect(found.workloads[0]?.containers).toMatchObject([
      { image: 'b', location: { file: `${origin}/protected`, line: 5, document: 1 } },
    ]);
  });

  it.each(['/pod.yaml', '/moved'])('is read: %s', async (path) => {
    expect(await readManifestUrl(origin + path)).toEqual({ name: origin + path, text: POD });
  });

  it('may hold nothing', async () => {
    expect((await readManifestUrl(`${origin}/empty.yaml`)).text).toBe('');
  });

  it('keeps its user within the host that redirects', async () => {
    const { text } = await readManifestUrl(`${origin.replace('//', '//me:p%40ss@')}/to-protected`);
    expect(text).toBe(POD);
  });

  it('tells its user to no other host', async () => {
    const { text } = await readManifestUrl(`${origin.replace('//', '//me:p%40ss@')}/elsewhere`);
    expect(text).toMatchObject({ message: `${origin}/elsewhere may not be read (401)` });
  });

  it.each<[string, string, boolean, string]>([
    ['/missing', 'FileUnreadable', true, 'does not exist (404)'],
    ['/gone', 'FileUnreadable', true, 'does not exist (410)'],
    ['/protected', 'FileUnreadable', false, 'may not be read (401)'],
    ['/forbidden', 'FileUnreadable', false, 'may not be read (403)'],
    ['/broken', 'FileUnreadable', false, 'cannot be read (500)'],
    ['/reset', 'FileUnreadable', false, 'cannot be reached: UND_ERR_SOCKET'],
    ['/loop', 'LimitExceeded', false, 'redirects more than 5 times'],
    ['/nowhere', 'FileUnreadable', true, 'redirects to nowhere, which is not followed'],
    ['/out', 'FileUnreadable', true, 'redirects to http://example.com/pod.yaml, which is not followed'],
    ['/file', 'FileUnreadable', true, 'redirects to file:///etc/passwd, which is not followed'],
    [
      '/credentials',
      'FileUnreadable',
      true,
      'redirects to ORIGIN/pod.yaml with credentials in the address, which is not followed',
    ],
    ['/latin', 'InputInvalid', true, 'is no UTF-8 text'],
    ['/large', 'LimitExceeded', false, 'is larger than 64 MiB'],
    ['/page', 'InputInvalid', true, 'is a web page, not a manifest'],
  ])('that cannot be read is a gap: %s', async (path, reason, wrongInput, message) => {
    const name = origin + path;
    const { text } = await readManifestUrl(`${name}?token=secret`);
    expect(text).toMatchObject({
      scope: 'file',
      name,
      cluster: null,
      reason,
      wrongInput,
      message: `${name} ${message.replace('ORIGIN', origin)}`,
    });
    expect(JSON.stringify(text)).not.toContain('secret');
  });

  it('that leads to a long address shows the beginning of it', async () => {
    const { text } = await readManifestUrl(`${origin}/data`);
    expect(JSON.stringify(text).length).toBeLessThan(700);
  });

  it.each(['/slow', '/drip'])('is not waited for without end: %s', async (path) => {
    const { text } = await readManifestUrl(origin + path, 200);
    expect(text).toMatchObject({ reason: 'TimedOut', wrongInput: false });
  });

  it('of a page of GitLab is answered with that of the file', async () => {
    const { text } = await readManifestUrl(`${origin}/acme/shop/-/blob/main/pod.yaml`);
    expect(text).toMatchObject({
      remediation: `name the file itself: ${origin}/acme/shop/-/raw/main/pod.yaml`,
    });
  });

  it.each<[string, string]>([
    [
      'http://example.com/pod.yaml?token=secret',
      'http://example.com/pod.yaml is not read over plain http, which anybody on the way can change',
    ],
    [
      'http://me:secret@127.0.0.1.example.com/',
      'http://127.0.0.1.example.com/ is not read over plain http, which anybody on the way can change',
    ],
    ['https://me:secret@/x?token=secret', 'https:///x is no URL'],
  ])('is refused before anything is asked: %s', async (url, message) => {
    const { text } = await readManifestUrl(url);
    expect(text).toMatchObject({ reason: 'InputInvalid', wrongInput: true, message });
  });

  it('that nobody answers at is out of reach', async () => {
    const { text } = await readManifestUrl('http://127.0.0.1:1/pod.yaml');
    expect(text).toMatchObject({ reason: 'FileUnreadable', wrongInput: false });
  });
});

it.each<[string, boolean]>([
  ['https://example.com/a.yaml', true],
  ['HTTP://localhost/a.yaml', true],
  ['https:/example.com', false],
  ['http.yaml', false],
  ['ftp://example.com/a.yaml', false],
  ['-', false],
])('tells URLs from paths: %s', (path, expected) => {
  expect(isUrl(path)).toBe(expected);
});
