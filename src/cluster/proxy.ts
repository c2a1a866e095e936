import { isIPv4 } from 'node:net';

export interface ProxyEnvironment {
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The proxy that the environment names for a server, as Go's http.ProxyFromEnvironment finds it, which kubectl uses: none for
 * loopback, nor for what NO_PROXY names by host, domain or address.
 */
export function proxyFor({ protocol, hostname, port }: URL, env: NodeJS.ProcessEnv): string | undefined {
  const [upper, lower] =
    protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  const proxy = env[upper] || env[lower];
  if (!proxy || isLoopback(hostname)) return undefined;
  const except = (env['NO_PROXY'] || env['no_proxy'] || '').split(',').map((one) => one.trim().toLowerCase());
  if (except.some((one) => one === '*' || excepts(one, hostname.toLowerCase(), port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function excepts(pattern: string, hostname: string, port: string): boolean {
  const [, host = '', itsPort] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  if (host === '' || (itsPort !== undefined && itsPort !== port)) return false;
  if (host.includes('/')) return inNetwork(hostname, host);
  const domain = host.replace(/^\*?\./, '');
  return hostname.endsWith(`.${domain}`) || (hostname === domain && !host.startsWith('.'));
}

/** An IPv4 network as 10.0.0.0/8. */
function inNetwork(hostname: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const [address, start] = [ipv4(hostname), ipv4(base)];
  const size = 2 ** (32 - Number(bits));
  return address !== null && start !== null && Math.floor(address / size) === Math.floor(start / size);
}

function ipv4(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  return parts === undefined ? null : parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
