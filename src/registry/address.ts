import { BlockList, isIP } from 'node:net';

const LOOPBACK = listOf(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']);

/** Networks that a registry on the internet has no business to send anyone to (RFC 6890, IANA special-purpose registries). */
const INSIDE = listOf(
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  // Cloud providers' metadata services answer here, and give away the node's credentials.
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  // Addresses that a gateway turns into one of the above.
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
);

/** Whether this host, as `localhost:5000` or `[::1]`, is the machine itself. */
export function isLoopback(host: string): boolean {
  return isLocalName(nameOf(host)) || contains(LOOPBACK, nameOf(host));
}

/** Whether this host is written as the machine itself or as an address of a private, link-local or reserved network. */
export function isInside(host: string): boolean {
  return isLocalName(nameOf(host)) || contains(INSIDE, nameOf(host));
}

/** The host's name without port, as a URL spells it: `0x7f.1` is 127.0.0.1 to a browser and to us. */
function nameOf(host: string): string {
  if (!URL.canParse(`http://${host}`)) return host;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

function contains(list: BlockList, name: string): boolean {
  const family = isIP(name);
  return family !== 0 && list.check(name, family === 4 ? 'ipv4' : 'ipv6');
}

function listOf(...networks: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of networks) list.addSubnet(address, prefix, family);
  return list;
}
