import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

import { afterEach, describe, expect, it } from 'vitest';

import { noCredentials } from './credential.ts';
import { createDistributionRegistry } from './distribution.ts';
import { createCertificateSource } from './host-certificates.ts';
import { createProxies } from './proxy.ts';

/** Self-signed for registry.test and for a client; they guard nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgu11NdTJdDCeeW4KY
W8E+iHo85Ur4CwrHo4XJhdeb/LGhRANCAARcVSVrGNuJwqAQTjZn/JSn7q4b5oJn
u0kNaRmSZHOOMlMESmCcOKpBqlamC/ucLaYONBQOjOtj4C1UQvg3W4h4
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUS2SSDBAXZj0UAI9Egl39ufcZjfAwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNcmVnaXN0cnkudGVzdDAgFw0yNjExMjIyMzQ4MjFaGA8yMTI2
MTAyOTIzNDgyMVowGDEWMBQGA1UEAwwNcmVnaXN0cnkudGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABFxVJWsY24nCoBBONmf8lKfurhvmgme7SQ1pGZJkc44y
UwRKYJw4qkGqVqYL+5wtpg40FA6M62PgLVRC+DdbiHijbTBrMB0GA1UdDgQWBBTe
S8FvR3wh6yewSmQgwf2PUtqoljAfBgNVHSMEGDAWgBTeS8FvR3wh6yewSmQgwf2P
UtqoljAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDXJlZ2lzdHJ5LnRlc3Qw
CgYIKoZIzj0EAwIDSAAwRQIhAP7NwSJPeaT95UC4oGCT2vPGPjxoQxdWIjbF+BwV
0M7LAiB97vn2tB6Uuo1YG8yLdbalul+YQu4lLXjC6ylOLrVQFA==
-----END CERTIFICATE-----
`;
const CLIENT_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI36yzzOJTst3/3YU
lt1vahadCCGPlbwzLO1RXKNuKUahRANCAAQoBlnLO6BeWA0khmTY+uMCEyknDHZu
yRYTHTCtF+LR41c10wS6prfBIK6VhDLeIO+wOiSzicfbgDLAVz2nJQiB
-----END PRIVATE KEY-----
`;
const CLIENT = `-----BEGIN CERTIFICATE-----
MIIBjDCCATKgAwIBAgIUb2GYcrXcNbU+GrG8L+0Onyjzy6kwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGY2xpZW50MCAXDTI2MTEyMjIzNDgyMVoYDzIxMjYxMDI5MjM0
ODIxWjARMQ8wDQYDVQQDDAZjbGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQoBlnLO6BeWA0khmTY+uMCEyknDHZuyRYTHTCtF+LR41c10wS6prfBIK6VhDLe
IO+wOiSzicfbgDLAVz2nJQiBo2YwZDAdBgNVHQ4EFgQUtC32sn9oHje0Mq0wJpjI
m1fXgeMwHwYDVR0jBBgwFoAUtC32sn9oHje0Mq0wJpjIm1fXgeMwDwYDVR0TAQH/
BAUwAwEB/zARBgNVHREECjAIggZjbGllbnQwCgYIKoZIzj0EAwIDSAAwRQIhAOPV
DCTPqGwJ2Qf7vtvDhUa76zra/Sak7bFcw4PPRJGyAiAf6gzd27lUJdma4mqP4C2O
OjLcdXxtC1AtNPp7/fduiw==
-----END CERTIFICATE-----
`;

const HOST = 'registry.test';
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Listening {
  listen(port: number, host: string, done: () => void): unknown;
  address(): AddressInfo | string | null;
  close(): unknown;
  closeAllConnections(): void;
}

async function listen(server: Listening): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A registry over TLS that has no tag, and tells which client came. */
async function startRegistry(): Promise<{ port: number; clients: string[] }> {
  const clients: string[] = [];
  const tls = { key: KEY, cert: CERTIFICATE, ca: CLIENT, requestCert: true, rejectUnauthorized: false };
  const isTls = (socket: object): socket is TLSSocket => 'getPeerCertificate' in socket;
  const server = createTlsServer(tls, ({ socket }: IncomingMessage, response) => {
    const name = isTls(socket) && socket.authorized ? socket.getPeerCertificate().subject.CN : 'nobody';
    clients.push(String(name));
    response.writeHead(404).end();
  });
  return { port: await listen(server), clients };
}

/** A proxy that leads every tunnel to this port, and takes plain requests itself. `status` is what it answers to the wish for a tunnel. */
async function startProxy(port: number, status = 200) {
  const asked: string[] = [];
  const seen = (request: IncomingMessage) =>
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
  const server = createPlainServer((request, response) => {
    seen(request);
    response.writeHead(404).end();
  });
  server.on('connect', (request, socket, head) => {
    seen(request);
    socket.write(`HTTP/1.1 ${status} x\r\n\r\n`);
    if (status !== 200) {
      socket.end();
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    closing.push(() => onward.destroy());
  });
  return { host: `127.0.0.1:${await listen(server)}`, asked };
}

/** Directories as a user's home and a machine have them. */
function directories(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'certificates-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

interface Asked {
  readonly proxy: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: (root: string) => Record<string, string>;
  readonly plainHttp?: boolean;
  /** The registries that are asked one after the other; the last answer is given. */
  readonly hosts?: readonly string[];
}

/** Asks the registry through the proxy for a tag, as someone with these files and variables. */
async function ask({ proxy, files = {}, env = () => ({}), plainHttp = false, hosts = [HOST] }: Asked) {
  const root = directories({ 'home/.profile': '', ...files });
  const environment = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, ...env(root) };
  const registry = createDistributionRegistry({
    clock: () => new Date(),
    credentials: noCredentials,
    plainHttp: new Set(plainHttp ? [HOST] : []),
    insecure: new Set(),
    certificates: createCertificateSource({
      env: environment,
      homedir: join(root, 'home'),
      system: [join(root, 'etc', 'docker', 'certs.d')],
    }),
    proxies: createProxies(environment),
    userAgent: 'test',
    concurrencyPerHost: 2,
  });
  closing.push(() => void registry.close());
  const outcomes = [];
  for (const host of hosts) outcomes.push(await registry.tag(`${host}/acme/cart`, 'v1'));
  const [last] = outcomes.slice(-1);
  if (last === undefined) throw new Error('nothing was asked');
  return last;
}

const ABSENT = { ok: true, value: null };
const USER = 'home/.config/containers/certs.d';
const MACHINE = 'etc/docker/certs.d';

describe('the certificate of a registry', () => {
  it.each<[string, Partial<Asked>]>([
    ['the user has put in certs.d', { files: { [`${USER}/${HOST}/ca.crt`]: CERTIFICATE } }],
    ['docker has in certs.d', { files: { [`${MACHINE}/${HOST}/any.crt`]: CERTIFICATE } }],
    [
      '$XDG_CONFIG_HOME has',
      {
        files: { [`xdg/containers/certs.d/${HOST}/ca.crt`]: CERTIFICATE },
        env: (root) => ({ XDG_CONFIG_HOME: join(root, 'xdg') }),
      },
    ],
    [
      'SSL_CERT_FILE names',
      { files: { 'ca.pem': CERTIFICATE }, env: (root) => ({ SSL_CERT_FILE: join(root, 'ca.pem') }) },
    ],
    [
      'SSL_CERT_DIR holds',
      {
        files: { 'certs/ca.pem': CERTIFICATE, 'certs/readme': 'x' },
        env: (root) => ({ SSL_CERT_DIR: `/nonexistent:${join(root, 'certs')}` }),
      },
    ],
  ])('is trusted where the authority is one that %s', async (_, given) => {
    const { port } = await startRegistry();
    const { host } = await startProxy(port);
    expect(await ask({ proxy: `http://${host}`, ...given })).toEqual(ABSENT);
  });

  it.each<[string, Partial<Asked>, string]>([
    ['nobody has named', {}, 'self-signed'],
    ['is named for another host', { files: { [`${USER}/other.test/ca.crt`]: CERTIFICATE } }, 'self-signed'],
    ['is named for another port', { files: { [`${USER}/${HOST}:5000/ca.crt`]: CERTIFICATE } }, 'self-signed'],
    [
      'stands behind a directory that counts first',
      {
        files: { [`${USER}/${HOST}/ca.crt`]: CLIENT, [`${MACHINE}/${HOST}/ca.crt`]: CERTIFICATE },
      },
      'self-signed',
    ],
    ['is no PEM', { files: { [`${USER}/${HOST}/ca.crt`]: 'x' } }, 'ca.crt is not PEM'],
    [
      'is in no file',
      { env: () => ({ SSL_CERT_FILE: '/nonexistent/ca.pem' }) },
      '/nonexistent/ca.pem is missing',
    ],
    [
      'has a client certificate without its key beside it',
      { files: { [`${USER}/${HOST}/ca.crt`]: CERTIFICATE, [`${USER}/${HOST}/c.cert`]: CLIENT } },
      'c.cert has no key beside it',
    ],
    [
      'has a client key without its certificate beside it',
      { files: { [`${USER}/${HOST}/ca.crt`]: CERTIFICATE, [`${USER}/${HOST}/c.key`]: CLIENT_KEY } },
      'c.key has no certificate beside it',
    ],
  ])('is not trusted where the authority %s, and that is said', async (_, given, message) => {
    const { port, clients } = await startRegistry();
    const { host } = await startProxy(port);
    const outcome = await ask({ proxy: `http://${host}`, ...given });
    expect(outcome.ok ? '' : outcome.fault.message).toContain(message);
    expect(clients).toEqual([]);
  });

  it("is answered with the client's own where there is one for this host", async () => {
    const { port, clients } = await startRegistry();
    const { host } = await startProxy(port);
    const own = {
      [`${USER}/${HOST}/ca.crt`]: CERTIFICATE,
      [`${USER}/${HOST}/client.cert`]: CLIENT,
      [`${USER}/${HOST}/client.key`]: CLIENT_KEY,
    };
    expect(await ask({ proxy: `http://${host}`, files: own })).toEqual(ABSENT);
    expect(clients).toEqual(['client']);
  });
});

it('what is trusted for one host is not trusted for the next', async () => {
  const { port } = await startRegistry();
  const { host } = await startProxy(port);
  const files = { [`${USER}/${HOST}/ca.crt`]: CERTIFICATE };
  const outcome = await ask({ proxy: `http://${host}`, files, hosts: [HOST, 'other.test'] });
  expect(outcome.ok ? '' : outcome.fault.message).toContain('other.test');
  expect(outcome.ok ? '' : outcome.fault.message).toContain('self-signed');
});

describe('a proxy', () => {
  const files = { [`${USER}/${HOST}/ca.crt`]: CERTIFICATE };
  const BASIC = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;

  it('tunnels https, and gets the credentials that its address has', async () => {
    const { port } = await startRegistry();
    const { host, asked } = await startProxy(port);
    expect(await ask({ proxy: `http://ann:s3cret@${host}`, files })).toEqual(ABSENT);
    expect(asked).toEqual([`CONNECT ${HOST}:443 ${BASIC}`]);
  });

  it('is asked for plain HTTP by the whole address', async () => {
    const { host, asked } = await startProxy(0);
    expect(await ask({ proxy: `http://${host}`, plainHttp: true })).toEqual(ABSENT);
    expect(asked).toEqual([`GET http://${HOST}/v2/acme/cart/manifests/v1`]);
  });

  it.each([
    ['that wants credentials', 407, 'answered the request for a tunnel with HTTP 407'],
    ['that refuses', 403, 'answered the request for a tunnel with HTTP 403'],
  ])('%s is named without its credentials', async (_, status, message) => {
    const { host } = await startProxy(0, status);
    const outcome = await ask({ proxy: `http://ann:s3cret@${host}`, files });
    expect(outcome).toMatchObject({ ok: false, fault: { reason: 'RegistryUnreachable' } });
    expect(JSON.stringify(outcome)).toContain(`the proxy ${host} ${message}`);
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });

  it('that is not there is named without its credentials', async () => {
    const { host } = await startProxy(0);
    for (const close of closing.splice(0)) close();
    const outcome = await ask({ proxy: `http://ann:s3cret@${host}`, files });
    expect(JSON.stringify(outcome)).toContain(`the connection was refused, through the proxy ${host}`);
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });
});
