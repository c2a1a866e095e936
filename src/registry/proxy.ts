import { BlockList, isIP } from 'node:net';

import { failed, ok, type Outcome } from '../reasons.ts';
import { isLoopback } from './address.ts';
import { printableUrl } from './printable.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SCHEMES = new Set(['http:', 'https:', 'socks5:']);

/** The proxy that an address is asked through, or `null` where it is asked directly. */
export type Proxies = (url: URL) => Outcome<URL | null>;

/**
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY as docker, kubectl and all of Go's tools read them (golang.org/x/net/http/httpproxy): upper
 * before lower case, networks in NO_PROXY, and nothing on this machine goes through a proxy.
 */
export function createProxies(env: Environment): Proxies {
  const excluded = noProxy(env['NO_PROXY'] || env['no_proxy'] || '');
  return (url) => {
    const scheme = url.protocol === 'https:' ? 'HTTPS' : 'HTTP';
    // A web server hands a client's "Proxy" header on under this name (CVE-2016-5385).
    const names = scheme === 'HTTP' && env['REQUEST_METHOD'] ? [] : [`${scheme}_PROXY`];
    const name = [...names, `${scheme.toLowerCase()}_proxy`].find((one) => env[one]);
    const value = name === undefined ? undefined : env[name];
    if (name === undefined || value === undefined || isLoopback(url.host) || excluded(url)) return ok(null);
    const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
    const proxy = URL.canParse(text) ? new URL(text) : null;
    if (proxy !== null && SCHEMES.has(proxy.protocol) && proxy.hostname !== '') return ok(proxy);
    return failed(
      'RegistryUnreachable',
      `${printableUrl(url)} was not asked: ${name} names no proxy over http, https or socks5`,
      `let ${name} be the proxy's address, as http://proxy.example:3128, or name the host in NO_PROXY`,
    );
  };
}

/** The hosts that NO_PROXY names: `*`, an address, a network, a domain with those below it, `.domain` for those below alone. */
function noProxy(text: string): (url: URL) => boolean {
  const rules = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map(ruleOf);
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
    return rules.some((rule) => rule(host, port));
  };
}

type Rule = (host: string, port: string) => boolean;

function ruleOf(entry: string): Rule {
  if (entry === '*') return () => true;
  const network = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (network !== null) return networkRule(network[1] ?? '', Number(network[2]));
  const { name, port } = splitPort(entry);
  const below = name.replace(/^\*?(?=\.)/, '');
  const exact = !below.startsWith('.') && isIP(name) === 0 ? name : null;
  const suffix = exact === null ? below : `.${exact}`;
  return (host, asked) => {
    if (port !== null && port !== asked) return false;
    if (isIP(name) !== 0) return host === name;
    return isIP(host) === 0 && (host === exact || host.endsWith(suffix));
  };
}

function networkRule(address: string, prefix: number): Rule {
  const family = isIP(address);
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return () => false;
  const list = new BlockList();
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return (host) => isIP(host) === family && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function splitPort(entry: string): { name: string; port: string | null } {
  const [, bracketed, plain, port = null] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  // More colons than one are those of an IPv6 address.
  return { name: bracketed ?? plain ?? entry, port };
}
