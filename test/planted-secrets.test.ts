import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { directory, run } from '../cmd/fake-io.fixture.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const IMAGE = JSON.stringify({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: `sha256:${'1'.repeat(64)}`,
    size: 2,
  },
  layers: [],
});
const SECRET = 'pl4nted-s3cret';
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** As a secret may come out again. */
const TRACES = [SECRET, base64(SECRET), base64(`ann:${SECRET}`), base64(`:${SECRET}`), 'issued-t0ken'];

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: (host: string) => RequestListener): Promise<string> {
  let host = '';
  server = createServer((request, response) => listener(host)(request, response));
  await new Promise<void>((resolve) => void server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  host = `127.0.0.1:${address.port}`;
  return host;
}

/** All that the server was given, as a server would repeat it that means ill or well. */
async function received(request: IncomingMessage): Promise<string> {
  const header = request.headers.authorization ?? '';
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const basic = header.startsWith('Basic ') ? Buffer.from(header.slice(6), 'base64').toString() : '';
  return `${header} ${basic} ${decodeURIComponent(body)}`;
}

const WAYS: Readonly<Record<string, (host: string) => RequestListener>> = {
  'lets in by Basic': () => (request, response) => {
    if (request.headers.authorization === undefined)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else if (request.url?.endsWith('/manifests/v1') === true)
      response.writeHead(200, { 'content-type': MANIFEST }).end(IMAGE);
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  },
  'refuses, and repeats what it got': () => async (request, response) => {
    const message = await received(request);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"', 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message }] }));
  },
  'refuses at its token service, which repeats what it got': (host) => async (request, response) => {
    const message = await received(request);
    const isToken = request.url?.startsWith('/token') === true;
    const headers = isToken ? {} : { 'www-authenticate': `Bearer realm="http://${host}/token"` };
    response.writeHead(401, { ...headers, 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message }], details: message }));
  },
  'refuses its own token, and repeats it': (host) => async (request, response) => {
    const message = await received(request);
    if (request.url?.startsWith('/token') === true) response.end('{"token":"issued-t0ken"}');
    else {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` });
      response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message }] }));
    }
  },
  'redirects to an address with what it got': () => async (request, response) => {
    const got = await received(request);
    if (got.trim() === '') response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else response.writeHead(307, { location: `ftp://x.test/${encodeURIComponent(got)}` }).end();
  },
};

interface Planted {
  readonly config?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  /** What a credential helper does. */
  readonly helper?: string;
}

const entry = (host: string, one: unknown): Planted => ({ config: { auths: { [host]: one } } });

const FORMS: Readonly<Record<string, (host: string) => Planted>> = {
  'user and password in base64': (host) => entry(host, { auth: base64(`ann:${SECRET}`) }),
  'user and password': (host) => entry(host, { username: 'ann', password: SECRET }),
  'a refresh token': (host) => entry(host, { identitytoken: SECRET }),
  'a refresh token as password': (host) => entry(host, { auth: base64(`<token>:${SECRET}`) }),
  'a token for the registry': (host) => entry(host, { registrytoken: SECRET }),
  'a variable': (host) => ({
    env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth: base64(`ann:${SECRET}`) } } }) },
  }),
  'a password with a line break': (host) => entry(host, { auth: base64(`ann:${SECRET}\n`) }),
  'no user': (host) => entry(host, { auth: base64(SECRET) }),
  'another shape': (host) => entry(host, [SECRET]),
  'no JSON': () => ({ config: `{"auths": "${SECRET}` }),
  'a helper': () => ({ helper: `echo '{"Username":"ann","Secret":"${SECRET}"}'` }),
  'a helper that fails': () => ({ helper: `echo ${SECRET}; echo ${SECRET} >&2; exit 1` }),
  'a helper that says something else': () => ({ helper: `echo ${SECRET}` }),
};

function plant({ config, env = {}, helper }: Planted): {
  readonly env: Record<string, string>;
  readonly home: string;
} {
  const home = directory();
  const file = helper === undefined ? config : { credsStore: 'planted' };
  if (file !== undefined)
    writeFileSync(join(home, 'config.json'), typeof file === 'string' ? file : JSON.stringify(file));
  if (helper !== undefined) {
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, 'bin/docker-credential-planted'), `#!/bin/sh\ncat >/dev/null\n${helper}\n`);
    chmodSync(join(home, 'bin/docker-credential-planted'), 0o755);
  }
  const PATH = `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`;
  const XDG_CONFIG_HOME = join(home, 'config');
  const XDG_CACHE_HOME = join(home, 'cache');
  return { home, env: { PATH, DOCKER_CONFIG: home, XDG_CONFIG_HOME, XDG_CACHE_HOME, ...env } };
}

/** The content of every file below. */
function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => `${file.name}\n${readFileSync(join(file.parentPath, file.name), 'latin1')}`)
    .join('\n');
}

describe.each(Object.keys(WAYS))('no secret is told where a registry %s', (way) => {
  it.each(Object.keys(FORMS))('that was given as %s', async (form) => {
    const host = await serve((host) => WAYS[way]!(host));
    const { env, home } = plant(FORMS[form]!(host));
    const cwd = directory();
    const { stdout, stderr } = await run(
      [
        'verify',
        `${host}/app:v1`,
        '--policy',
        'none',
        '--offline',
        '-v',
        '9',
        '-o',
        'json',
        '-o',
        'wide=wide.txt',
        '--save-evidence',
        'saved',
      ],
      { env, cwd },
    );
    expect(stdout).toContain(`${host}/app`);
    expect(stderr).toContain('GET http');
    const cache = join(home, 'cache');
    mkdirSync(cache, { recursive: true });
    const told = [stdout, stderr, contents(cwd), contents(cache)].join('\n');
    expect(TRACES.filter((trace) => told.includes(trace))).toEqual([]);
  });
});
