import { BlockList, isIP } from 'node:net';

/**
 * Where an address lies, seen from the machine that asks. `reserved` are those that no registry is at: links, multicast, and the
 * metadata services of clouds, which give away the credentials of the node.
 */
export type Place = 'public' | 'private' | 'machine' | 'reserved';

const MACHINE = listOf(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']);

/** Metadata services that lie in other networks than 169.254.0.0/16: Alibaba, Azure, AWS and Google over IPv6. */
const METADATA = listOf(
  ['100.100.100.200', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['fd00:ec2::', 32, 'ipv6'],
  ['fd20:ce::254', 128, 'ipv6'],
);

/** RFC 1918, RFC 6598, RFC 4193; and the benchmarking network of RFC 2544, out of which local proxies give every name an address. */
const PRIVATE = listOf(
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
);

/** The rest of IANA's special-purpose registries (RFC 6890) that is not globally reachable. */
const RESERVED = listOf(
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // Teredo, 6to4 and documentation: the first two carry an IPv4 address to a gateway.
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
);

/** RFC 4291, 2.4: all of IPv6 that is routed on the internet. */
const GLOBAL_UNICAST = listOf(['2000::', 3, 'ipv6']);
/** RFC 6052: DNS64 answers with these where a network has IPv6 alone, so they lie where the IPv4 address in them does. */
const NAT64 = listOf(['64:ff9b::', 96, 'ipv6']);
const MAPPED = listOf(['::ffff:0.0.0.0', 96, 'ipv6']);

/** Where a host is, as far as its spelling says: `null` is a name that DNS has to tell. */
export function placeOf(host: string): Place | null {
  const name = nameOf(host);
  if (isLocalName(name)) return 'machine';
  return isIP(name) === 0 ? null : placeOfAddress(name);
}

/** Where an IP address lies. */
export function placeOfAddress(text: string): Place {
  // Resolvers add the interface to an address of a link.
  const address = text.replace(/%.*$/s, '');
  const inner = contains(NAT64, address) || isMapped(address) ? embeddedIPv4(address) : address;
  if (contains(MACHINE, inner)) return 'machine';
  if (contains(METADATA, inner)) return 'reserved';
  if (contains(PRIVATE, inner)) return 'private';
  if (contains(RESERVED, inner)) return 'reserved';
  return isIP(inner) === 4 || contains(GLOBAL_UNICAST, inner) ? 'public' : 'reserved';
}

/** Whether this host, as `localhost:5000` or `[::1]`, is the machine itself. */
export function isLoopback(host: string): boolean {
  return placeOf(host) === 'machine';
}

/** The host's name without port, as a URL spells it: `0x7f.1` is 127.0.0.1 to a browser and to us. */
function nameOf(host: string): string {
  if (!URL.canParse(`http://${host}`)) return host;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

function isMapped(address: string): boolean {
  return isIP(address) === 6 && contains(MAPPED, address);
}

/** The IPv4 address that the last 32 bits of an IPv6 address are. */
function embeddedIPv4(address: string): string {
  // A URL spells IPv6 addresses in one way (RFC 5952), with the last two groups in hexadecimal.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255].join('.');
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function listOf(...networks: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of networks) list.addSubnet(address, prefix, family);
  return list;
}
