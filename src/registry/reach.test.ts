import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Place } from './address.ts';
import { AddressRefused, createGuard, type Guard, type Reach } from './reach.ts';

type Resolver = NonNullable<Parameters<typeof createGuard>[1]>;

const PUBLIC = '93.184.216.34';

/** A guard whose names have these addresses, in the order in which they are asked for. */
function guardOver(names: Readonly<Record<string, readonly (readonly string[])[]>>, ...allowed: string[]) {
  const asked = new Map<string, number>();
  const resolver = (name: string, _options: unknown, callback: unknown) => {
    const answers = names[name] ?? [];
    const time = asked.get(name) ?? 0;
    asked.set(name, time + 1);
    const found = answers[Math.min(time, answers.length - 1)];
    const addresses: LookupAddress[] = (found ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    const error =
      found === undefined ? Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }) : null;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as node:dns calls it with `all`
    (callback as (error: Error | null, addresses: LookupAddress[]) => void)(error, addresses);
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one overload that the guard uses
  return createGuard(new Set(allowed), resolver as unknown as Resolver);
}

/** What a connection of this reach would be made to. */
function connect(guard: Guard, reach: Reach, name: string): Promise<readonly string[] | Error> {
  const lookup: LookupFunction = guard.lookup(reach);
  return new Promise((resolve) => {
    lookup(name, { all: true }, (error, addresses) => {
      if (error !== null) resolve(error);
      else resolve(typeof addresses === 'string' ? [addresses] : addresses.map(({ address }) => address));
    });
  });
}

const reachOf = (guard: Guard, target: string, registry?: string) => {
  const reach = guard.reach(new URL(target), registry);
  return reach.ok ? reach.value : reach.fault.reason;
};

describe('what is written as an address', () => {
  const REFUSED = 'RegistryResponseInvalid';

  it.each<[string, string, Reach | typeof REFUSED]>([
    ['registry.example', 'https://storage.example/x', 'public'],
    ['registry.example', `https://${PUBLIC}/x`, 'public'],
    ['registry.example', 'https://10.1.2.3/x', REFUSED],
    ['registry.example', 'https://localhost/x', REFUSED],
    ['registry.example', 'https://x.localhost./x', REFUSED],
    ['registry.example', 'https://127.8.8.8/x', REFUSED],
    ['registry.example', 'https://0x7f.1/x', REFUSED],
    ['registry.example', 'https://2130706433/x', REFUSED],
    ['registry.example', 'https://[::1]/x', REFUSED],
    ['registry.example', 'https://169.254.169.254/latest', REFUSED],
    ['registry.example', 'https://[::ffff:169.254.169.254]/latest', REFUSED],
    [PUBLIC, 'https://10.1.2.3/x', REFUSED],
    ['10.0.0.1:5000', 'https://10.0.0.2/x', 'private'],
    ['10.0.0.1:5000', 'https://storage.example/x', 'private'],
    ['10.0.0.1:5000', 'https://127.0.0.1/x', REFUSED],
    ['10.0.0.1:5000', 'https://169.254.169.254/x', REFUSED],
    ['10.0.0.1:5000', 'https://100.100.100.200/x', REFUSED],
    ['localhost:5000', 'https://10.0.0.2/x', 'machine'],
    ['localhost:5000', 'http://127.0.0.1:9000/x', 'machine'],
    ['localhost:5000', 'http://169.254.169.254/x', REFUSED],
    ['169.254.1.1', 'https://169.254.169.254/x', REFUSED],
  ])('%s leads to %s: %s', (registry, target, expected) => {
    expect(reachOf(guardOver({}), target, registry)).toBe(expected);
  });

  it.each(['https://10.1.2.3/v2/', 'https://localhost:5000/v2/', 'http://169.254.169.254/v2/'])(
    'may be %s where the user named it',
    (target) => {
      const guard = guardOver({});
      expect(reachOf(guard, target)).toBe('any');
      expect(reachOf(guard, target, new URL(target).host)).toBe('any');
    },
  );

  it('may be an address that was allowed, and no other port of it', () => {
    const guard = guardOver({}, '10.0.0.9:8443');
    expect(reachOf(guard, 'https://10.0.0.9:8443/x', 'registry.example')).toBe('any');
    expect(reachOf(guard, 'https://10.0.0.9/x', 'registry.example')).toBe(REFUSED);
  });
});

describe('what names resolve to', () => {
  it.each<[Place, string, boolean]>([
    ['public', PUBLIC, true],
    ['public', '10.0.0.1', false],
    ['public', '127.0.0.1', false],
    ['public', '::1', false],
    ['public', '169.254.169.254', false],
    ['public', '::ffff:10.0.0.1', false],
    ['public', '64:ff9b::5db8:d822', true],
    ['private', '10.0.0.1', true],
    ['private', '127.0.0.1', false],
    ['private', '169.254.169.254', false],
    ['machine', '127.0.0.1', true],
    ['machine', '169.254.169.254', false],
  ])('from %s, %s is connected to: %s', async (reach, address, allowed) => {
    const guard = guardOver({ 'storage.example': [[address]] });
    const connected = await connect(guard, reach, 'storage.example');
    expect(connected).toEqual(allowed ? [address] : new AddressRefused(address));
  });

  it('leaves out the addresses that are not allowed', async () => {
    const guard = guardOver({ 'storage.example': [['10.0.0.1', PUBLIC, '::1']] });
    expect(await connect(guard, 'public', 'storage.example')).toEqual([PUBLIC]);
  });

  it('is checked at each connection (DNS rebinding)', async () => {
    const guard = guardOver({ 'storage.example': [[PUBLIC], ['127.0.0.1']] });
    expect(await connect(guard, 'public', 'storage.example')).toEqual([PUBLIC]);
    expect(await connect(guard, 'public', 'storage.example')).toBeInstanceOf(AddressRefused);
  });

  it('says that there is none', async () => {
    expect(await connect(guardOver({}), 'public', 'storage.example')).toMatchObject({ code: 'ENOTFOUND' });
    const guard = guardOver({ 'storage.example': [[]] });
    expect(await connect(guard, 'public', 'storage.example')).toBeInstanceOf(Error);
  });

  it('gives one address to whoever asks for one', async () => {
    const guard = guardOver({ 'storage.example': [[PUBLIC]] });
    const found = await new Promise((resolve) => {
      guard.lookup('public')('storage.example', {}, (...of) => resolve(of));
    });
    expect(found).toEqual([null, PUBLIC, 4]);
  });
});

describe('a registry that is a name', () => {
  const NEIGHBOUR = 'https://10.0.0.2/x';

  it.each<[string, readonly (readonly string[])[], string]>([
    ['is public as long as it was not resolved', [], 'RegistryResponseInvalid'],
    ['is where its address is', [['10.0.0.1']], 'private'],
    ['is public if it has a public address too', [['10.0.0.1', PUBLIC]], 'RegistryResponseInvalid'],
    ['stays public when it has moved inside', [[PUBLIC], ['10.0.0.1']], 'RegistryResponseInvalid'],
    ['becomes public when it has moved outside', [['10.0.0.1'], [PUBLIC]], 'RegistryResponseInvalid'],
  ])('%s', async (_, answers, expected) => {
    const guard = guardOver({ 'registry.corp': answers });
    for (const _answer of answers) await connect(guard, 'any', 'registry.corp');
    expect(reachOf(guard, NEIGHBOUR, 'registry.corp:5000')).toBe(expected);
  });
});

it('says where it does not go, and how to allow it', () => {
  const guard = guardOver({});
  const url = new URL('https://storage.example:8443/x?secret');
  const { message, remediation } = guard.refusal(url, 'registry.example', '10.0.0.1');
  expect(message).toBe(
    'registry.example leads to https://storage.example:8443/x, which is at 10.0.0.1, an address of a private network: nothing is sent there',
  );
  expect(remediation).toContain('--allow-redirect=storage.example:8443');
  const local = guard.reach(new URL('https://[::1]/x'), 'registry.example');
  expect(local.ok ? '' : local.fault.message).toContain('which is at this machine');
});
