/** `git@github.com:acme/cart`, the form that only ssh and git know. */
const SCP = /^(?:[^@:/]+@)?([^@:/]+):\/?(.+)$/;

/**
 * A source repository as one URL, however it was written: without `git+`, user, `.git`, `@ref`, `#…` and a slash at the
 * end, the host in lower case, ssh as https. `..` and `.` in the path are resolved, so that no pattern is matched by a
 * path that leads out of it. What is no URL of a repository stays as it is.
 */
export function normaliseSource(uri: string): string {
  const url = repositoryUrl(uri);
  if (url === null) return uri;
  // A reference begins at the first `@` that does not begin a path segment.
  const [path = ''] = url.pathname.split(/(?<!\/)@/, 1);
  const repository = withoutSlashes(path).replace(/\.git$/, '');
  return `${url.protocol}//${url.host}${repository}${url.search}`;
}

/** A pattern over sources, brought into the form in which they are compared; what has no star is a source. */
export function normaliseSourceGlob(pattern: string): string {
  return pattern.includes('*')
    ? pattern
        .replace(/^git\+/, '')
        .replace(/(?<=[^/])@refs\/.*$/, '')
        .replace(/\.git$/, '')
    : normaliseSource(pattern);
}

/** The full git reference (`refs/…`) in a source's URI, as `…@refs/tags/v1` or `….git#refs/tags/v1:directory`; null if none. */
export function refOfSource(uri: string): string | null {
  return /(?:@|#)(refs\/[^#:?]+)/.exec(uri)?.[1] ?? null;
}

/** Whether a URI names a git repository: it says so, or it ends as git's URLs do. */
export function isGitSource(uri: string): boolean {
  return /^git(\+[a-z]+)?:/.test(uri) || /\.git(?:[@#]|$)/.test(uri) || /^git@[\w.-]+:/.test(uri);
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

function repositoryUrl(uri: string): URL | null {
  const plain = uri.replace(/^git\+/, '');
  const scp = plain.includes('://') ? null : SCP.exec(plain);
  // A host has a dot; `pkg:docker/…` has none.
  if (scp && !scp[1]?.includes('.')) return null;
  // The port of ssh says nothing about that of https.
  const https = scp
    ? `https://${scp[1]}/${scp[2]}`
    : plain.replace(/^ssh:\/\/([^/?#]*?)(?::\d+)?(?=[/?#]|$)/, 'https://$1');
  const url = URL.canParse(https) ? new URL(https) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}
