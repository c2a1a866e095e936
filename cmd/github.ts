import type { Collector } from '../src/evidence/collector.ts';
import { githubAttestations } from '../src/evidence/github-attestations.ts';
import { isLoopback } from '../src/registry/address.ts';
import type { Registry } from '../src/registry/registry.ts';
import type { WireOptions } from '../src/registry/wire.ts';
import { type Io, UsageError } from './command.ts';

/** Where GitHub's REST API is, and what it is asked with. */
export interface GitHubServer {
  readonly base: URL;
  readonly token: string | null;
}

const FLAG = '--github-attestations';
/** Names as GitHub allows them; those of managed users have an underscore. */
const OWNER = /^[a-z0-9][a-z0-9_-]{0,99}$/;
const REPOSITORY = /^(?!\.{1,2}$)[a-z0-9._-]{1,100}$/;

/** A collector for each `OWNER` or `OWNER/REPO` that was named. Throws `UsageError`. */
export function githubCollectors(named: readonly string[], io: Io): Collector[] {
  if (named.length === 0) return [];
  const place = placeOf(findServer(io.env).base);
  return [...new Set(named.map(ownerPath))].map((owner) => githubAttestations(`${place}/${owner}`));
}

/** Whether a repository is one of those that stand for GitHub's API: it is asked with the user's own token, whoever's pods are judged. */
export function isGitHubs(repository: string, io: Io): boolean {
  return repository.startsWith(`${placeOf(findServer(io.env).base)}/`);
}

/** A registry that asks GitHub too. Throws `UsageError`. */
export async function askingGitHub(registry: Registry, options: WireOptions, io: Io): Promise<Registry> {
  const server = findServer(io.env);
  const { createGitHubApi } = await import('../src/evidence/github-api.ts');
  const { withGitHub } = await import('../src/evidence/github-registry.ts');
  const { createTransport } = await import('../src/registry/transport.ts');
  const { createWire } = await import('../src/registry/wire.ts');
  const wire = createWire(options);
  const transport = createTransport(wire, options.clock, options.signal);
  return withGitHub(registry, placeOf(server.base), createGitHubApi({ ...server, transport }), wire);
}

/** GitHub's names are the same in any case. */
function ownerPath(text: string): string {
  const [owner = '', repository, ...more] = text.toLowerCase().split('/');
  const fits = OWNER.test(owner) && (repository === undefined || REPOSITORY.test(repository));
  if (!fits || more.length > 0)
    throw new UsageError(`${FLAG}: ${JSON.stringify(text)} is neither OWNER nor OWNER/REPO, as acme/cart`);
  return repository === undefined ? `orgs/${owner}` : `repos/${owner}/${repository}`;
}

/** As gh finds it: GH_HOST, and in a workflow GITHUB_API_URL. */
export function findServer(env: Io['env']): GitHubServer {
  const { GH_HOST: host, GITHUB_API_URL: api } = env;
  const base = host ? apiOf(host) : api || 'https://api.github.com';
  const where = host ? 'GH_HOST' : 'GITHUB_API_URL';
  const url = URL.canParse(base) ? new URL(base) : null;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.host));
  if (!url || !secure || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new UsageError(`${where}: it does not name a server whose REST API can be asked over https`);
  return { base: url, token: tokenFor(url, env) };
}

function apiOf(host: string): string {
  const name = host.toLowerCase();
  if (name === 'github.com') return 'https://api.github.com';
  return name.endsWith('.ghe.com') ? `https://api.${name}` : `https://${name}/api/v3`;
}

/** As gh does: the tokens of github.com and its tenants go to these, and those of other servers to no host of GitHub's. */
function tokenFor({ hostname }: URL, env: Io['env']): string | null {
  const names =
    hostname === 'api.github.com' || hostname.endsWith('.ghe.com')
      ? ['GH_TOKEN', 'GITHUB_TOKEN']
      : ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];
  const name = names.find((one) => env[one]);
  const token = name === undefined ? undefined : env[name];
  if (token === undefined) return null;
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError(`${name}: it is no token: it has other characters`);
  return token;
}

function placeOf(base: URL): string {
  return `${base.host}${base.pathname}`.replace(/\/$/, '');
}
