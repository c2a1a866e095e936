import { REDIRECTS, TRANSFER_MS } from '../limits.ts';
import { fileGap, outOfReach, readManifestStream } from './manifest-text.ts';
import type { Gap } from './source.ts';

const REDIRECT_CODES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/;
const LONGEST_SHOWN = 300;
const HTML = /^\s*<(?:!doctype html|html)\b/i;

/** What was read from a URL, under the name that may be shown: user name, password and query may be secrets. */
interface NamedText {
  readonly name: string;
  readonly text: string | Gap;
}

export function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** Reads a manifest from a URL as `kubectl -f` does, but over https only, or says why it cannot. */
export async function readManifestUrl(address: string, milliseconds = TRANSFER_MS): Promise<NamedText> {
  if (!URL.canParse(address)) {
    const name = address.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, '');
    return { name, text: fileGap(name, 'InputInvalid', `${name} is no URL`, 'correct the URL') };
  }
  const url = new URL(address);
  const name = shown(url);
  if (!isProtected(url, url)) {
    const message = `${name} is not read over plain http, which anybody on the way can change`;
    return { name, text: fileGap(name, 'InputInvalid', message, 'write https://') };
  }
  try {
    return { name, text: await read(url, name, AbortSignal.timeout(milliseconds)) };
  } catch (error) {
    return { name, text: unreachable(name, error) };
  }
}

async function read(first: URL, name: string, signal: AbortSignal): Promise<string | Gap> {
  let url = first;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await fetch(withoutUser(url), { redirect: 'manual', headers: credentials(url), signal });
    if (!REDIRECT_CODES.has(response.status)) return await textOf(response, first, name, signal);
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (location === null || !URL.canParse(location, url.href)) return refused(name, 'redirects to nowhere');
    const target = new URL(location, withoutUser(url));
    if (!isProtected(target, first)) return refused(name, `redirects to ${shown(target)}`);
    if (target.username !== '' || target.password !== '')
      return refused(name, `redirects to ${shown(target)} with credentials in the address`);
    // The user name and password go with redirects within the host that they were given for, and to no other.
    if (target.origin === url.origin)
      Object.assign(target, { username: url.username, password: url.password });
    url = target;
  }
  const message = `${name} redirects more than ${REDIRECTS} times`;
  return fileGap(name, 'LimitExceeded', message, 'name the URL that the redirects lead to');
}

async function textOf(
  response: Response,
  url: URL,
  name: string,
  signal: AbortSignal,
): Promise<string | Gap> {
  if (!response.ok) {
    await response.body?.cancel();
    return refusedBy(response.status, name);
  }
  const text = response.body === null ? '' : await readManifestStream(name, response.body);
  if (typeof text !== 'string') signal.throwIfAborted();
  if (typeof text !== 'string' || !HTML.test(text)) return text;
  const raw = rawUrl(url);
  return fileGap(
    name,
    'InputInvalid',
    `${name} is a web page, not a manifest`,
    raw === null ? 'name the URL of the file itself' : `name the file itself: ${raw}`,
  );
}

/** https, or this machine; but what lies elsewhere must not lead into this machine. */
function isProtected(url: URL, first: URL): boolean {
  if (LOOPBACK.test(url.hostname)) return LOOPBACK.test(first.hostname) && /^https?:$/.test(url.protocol);
  return url.protocol === 'https:';
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

/** fetch refuses URLs with credentials. */
function withoutUser(url: URL): URL {
  return Object.assign(new URL(url), { username: '', password: '' });
}

function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`.slice(0, LONGEST_SHOWN);
}

/** Where the file is whose page a URL shows, on GitHub and GitLab. */
function rawUrl({ hostname, origin, pathname }: URL): string | null {
  const github = /^(\/[^/]+\/[^/]+)\/blob(\/.+)$/.exec(pathname);
  if (hostname === 'github.com' && github !== null)
    return `https://raw.githubusercontent.com${github[1]}${github[2]}`;
  return pathname.includes('/-/blob/') ? `${origin}${pathname.replace('/-/blob/', '/-/raw/')}` : null;
}

function refused(name: string, what: string): Gap {
  return fileGap(
    name,
    'FileUnreadable',
    `${name} ${what}, which is not followed`,
    'name the URL of the file itself, with https',
  );
}

/** That there is nothing is the user's mistake, anything else the server's. */
function refusedBy(status: number, name: string): Gap {
  const gap = (message: string, remediation: string): Gap =>
    fileGap(name, 'FileUnreadable', `${name} ${message} (${status})`, remediation);
  if (status === 404 || status === 410) return gap('does not exist', 'correct the URL');
  if (status === 401 || status === 403)
    return outOfReach(gap('may not be read', 'download the file, and audit that'));
  return outOfReach(gap('cannot be read', 'try again later, or download the file'));
}

function unreachable(name: string, error: unknown): Gap {
  if (error instanceof Error && error.name === 'TimeoutError')
    return outOfReach(
      fileGap(name, 'TimedOut', `${name} was not read in time`, 'try again, or download the file'),
    );
  const message = `${name} cannot be reached: ${causeOf(error)}`;
  return outOfReach(
    fileGap(name, 'FileUnreadable', message, 'check the host name, the network and the proxy'),
  );
}

/** fetch says "fetch failed" of everything; what failed is in its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.cause !== undefined) return causeOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
