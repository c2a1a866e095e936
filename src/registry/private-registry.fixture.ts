import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { digestOf } from './digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';

interface PrivateRequest {
  readonly path: string;
  /** Who has asked; null without credentials, and '?' with such as nobody has. */
  readonly user: string | null;
}

/** A registry on loopback that lets in whom it knows: any repository holds one image with one signature that is none. */
export interface PrivateRegistry {
  readonly host: string;
  readonly digest: string;
  readonly requests: PrivateRequest[];
  /** Those for contents, by who has asked: not for tokens, and not those that were refused. */
  servedTo(user: string | null): readonly string[];
  close(): Promise<void>;
}

interface PrivateOptions {
  readonly scheme: 'Basic' | 'Bearer';
  /** Passwords by user. */
  readonly users: Readonly<Record<string, string>>;
  /** Who may read a repository; everybody who is known without it. `null` is everybody. */
  readonly mayRead?: (user: string | null, repository: string) => boolean;
}

export async function servePrivate({
  scheme,
  users,
  mayRead = (user) => user !== null,
}: PrivateOptions): Promise<PrivateRegistry> {
  const content = contents();
  const requests: PrivateRequest[] = [];
  const served: PrivateRequest[] = [];
  const tokens = new Map<string, { readonly user: string | null; readonly repository: string }>();
  let host = '';

  const known = ({ headers: { authorization = '' } }: IncomingMessage): string | null => {
    if (authorization === '') return null;
    const [user = '', ...password] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
      .toString()
      .split(':');
    return authorization.startsWith('Basic ') && users[user] === password.join(':') ? user : '?';
  };
  const giveToken = (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    const user = known(request);
    requests.push({ path: url.pathname, user });
    const [, repository = ''] = url.searchParams.get('scope')?.split(':') ?? [];
    if (user === '?' || !mayRead(user, repository)) return send(response, 401, 'UNAUTHORIZED');
    const token = `token-${tokens.size}`;
    tokens.set(token, { user, repository });
    response.end(JSON.stringify({ token }));
  };
  const askFor = (response: ServerResponse, repository: string): void => {
    const challenge = `Bearer realm="http://${host}/token",service="${host}",scope="repository:${repository}:pull"`;
    response.setHeader('www-authenticate', scheme === 'Basic' ? 'Basic realm="x"' : challenge);
    send(response, 401, 'UNAUTHORIZED');
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${host}`);
    if (url.pathname === '/token') return giveToken(request, response, url);
    const [, repository = '', what = ''] =
      /^\/v2\/(.+?)\/((?:manifests|blobs|referrers|tags)\/.*)$/.exec(url.pathname) ?? [];
    const token = tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '');
    const user =
      scheme === 'Basic' ? known(request) : token?.repository === repository ? token.user : known(request);
    requests.push({ path: url.pathname, user });
    const entitled = scheme === 'Basic' || token !== undefined || mayRead(null, repository);
    if (!entitled || user === '?' || !mayRead(user, repository)) return askFor(response, repository);
    served.push({ path: url.pathname, user });
    const found = content.get(what);
    if (found === undefined) return send(response, 404, 'MANIFEST_UNKNOWN');
    response.writeHead(200, { 'content-type': found.type }).end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  host = `127.0.0.1:${address.port}`;
  return {
    host,
    digest: digestOf(Buffer.from(content.get('manifests/v1')?.body ?? '')),
    requests,
    servedTo: (user) => served.filter((one) => one.user === user).map(({ path }) => path),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What each repository holds, by the end of its path. */
function contents(): ReadonlyMap<string, { readonly body: string; readonly type: string }> {
  const served = new Map<string, { readonly body: string; readonly type: string }>();
  const add = (folder: string, body: string, type: string) => {
    const digest = digestOf(Buffer.from(body));
    served.set(`${folder}/${digest}`, { body, type });
    return { mediaType: type, digest, size: body.length };
  };
  const manifest = (more: object) =>
    add('manifests', JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, ...more }), OCI_MANIFEST);
  const config = add('blobs', '{}', 'application/vnd.oci.image.config.v1+json');
  const image = manifest({ config, layers: [] });
  const payload = add('blobs', '{"bundle":"none"}', 'application/vnd.dev.sigstore.bundle.v0.3+json');
  const signature = manifest({ config, layers: [payload], subject: image });
  const referrers = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [signature] });
  served.set(`referrers/${image.digest}`, { body: referrers, type: OCI_INDEX });
  const tag = (name: string, { digest }: { readonly digest: string }) =>
    served.set(`manifests/${name}`, served.get(`manifests/${digest}`) ?? { body: '', type: '' });
  tag('v1', image);
  const manifests = [{ ...image, platform: { os: 'linux', architecture: 'amd64' } }];
  tag('all', add('manifests', JSON.stringify({ schemaVersion: 2, manifests }), OCI_INDEX));
  return served;
}

function send(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ errors: [{ code, message: 'no' }] }));
}
