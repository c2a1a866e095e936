import { lookup as resolve, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { failed, type Fault, type Outcome, ok } from '../reasons.ts';
import { type Place, placeOf, placeOfAddress } from './address.ts';
import { printableUrl } from './printable.ts';

/** How far a request goes: to any address where the user named the host, else to where its registry may send somebody. */
export type Reach = 'any' | Place;

/** What a registry may send a request to: addresses that are no nearer to this machine than its own. */
const ALLOWED: Readonly<Record<Place, ReadonlySet<Place>>> = {
  public: new Set(['public']),
  private: new Set(['public', 'private']),
  machine: new Set(['public', 'private', 'machine']),
  reserved: new Set(['public']),
};

const NAMES: Readonly<Record<Place, string>> = {
  public: 'a public address',
  private: 'an address of a private network',
  machine: 'this machine',
  reserved: 'a reserved address, as metadata services have',
};

/** Thrown by the name resolution of a connection, before there is one. */
export class AddressRefused extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`${address} may not be connected to`);
    this.name = 'AddressRefused';
    this.address = address;
  }
}

/** Which addresses requests may go to that a registry, and not the user, has named: redirects, token services, further pages. */
export interface Guard {
  /** How far a request to `url` may go. `registry` is the host on whose word it is sent; without one the user named `url`. */
  reach(url: URL, registry: string | undefined): Outcome<Reach>;
  /** Resolves names for connections of this reach: what it gives was checked, and is what is connected to. */
  lookup(reach: Reach): LookupFunction;
  /** What stands in place of an answer where `lookup` has refused. */
  refusal(url: URL, registry: string | undefined, address: string): Fault;
}

/**
 * Rule: what a registry says must not become a request into the network that the audit runs in. Names are checked when they are resolved
 * for a connection, so that a name which changes its address (DNS rebinding) is checked each time. Through a proxy nothing is resolved
 * here: then only hosts that are written as addresses are checked.
 */
export function createGuard(allowed: ReadonlySet<string>, resolver: typeof resolve = resolve): Guard {
  /** The outermost place that each name was found at: whoever has a public address too is not trusted as a neighbour. */
  const places = new Map<string, Place>();

  const placeOfRegistry = (registry: string): Place =>
    placeOf(registry) ?? places.get(new URL(`http://${registry}`).hostname) ?? 'public';

  const refusal: Guard['refusal'] = (url, registry, address) => {
    const spelled = placeOf(url.host);
    const where = spelled === null ? `${address}, ${NAMES[placeOfAddress(address)]}` : NAMES[spelled];
    return failed(
      'RegistryResponseInvalid',
      `${registry ?? 'the registry'} leads to ${printableUrl(url)}, which is at ${where}: nothing is sent there`,
      `ask whoever runs the registry to name public hosts, or allow this one with --allow-redirect=${url.host}`,
    ).fault;
  };

  return {
    refusal,
    reach(url, registry) {
      if (registry === undefined || url.host === registry || allowed.has(url.host)) return ok('any');
      const reach = placeOfRegistry(registry);
      const place = placeOf(url.host);
      if (place === null || ALLOWED[reach].has(place)) return ok(reach);
      return { ok: false, fault: refusal(url, registry, url.hostname) };
    },
    lookup: (reach) => (hostname, options, callback) => {
      resolver(hostname, { ...options, all: true }, (error, found) => {
        if (error !== null) {
          callback(error, '', 0);
          return;
        }
        for (const { address } of found) remember(places, hostname, placeOfAddress(address));
        const addresses =
          reach === 'any'
            ? found
            : found.filter(({ address }) => ALLOWED[reach].has(placeOfAddress(address)));
        const [first] = addresses;
        if (first === undefined) callback(new AddressRefused(found[0]?.address ?? ''), '', 0);
        else answer(options.all ?? false, addresses, first, callback);
      });
    },
  };
}

const OUTERMOST: readonly Place[] = ['public', 'reserved', 'private', 'machine'];

function remember(places: Map<string, Place>, name: string, place: Place): void {
  const known = places.get(name);
  if (known === undefined || OUTERMOST.indexOf(place) < OUTERMOST.indexOf(known)) places.set(name, place);
}

function answer(
  all: boolean,
  addresses: LookupAddress[],
  first: LookupAddress,
  callback: Parameters<LookupFunction>[2],
): void {
  if (all) callback(null, addresses);
  else callback(null, first.address, first.family);
}
