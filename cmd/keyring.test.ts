import { expect, it } from 'vitest';
import { noCredentials } from '../src/registry/credential.ts';
import { createDistributionRegistry } from '../src/registry/distribution.ts';
import { withKeyring } from './keyring.ts';

it('the hosts that were asked for credentials are named among those of the registries, and closed with them', async () => {
  const registry = createDistributionRegistry({
    clock: () => new Date(),
    credentials: noCredentials,
    plainHttp: new Set(),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 1,
  });
  let closed = false;
  const asking = withKeyring(
    { ...registry, hosts: () => ['registry.example', 'api.example'] },
    {
      hosts: () => ['sts.example', 'api.example'],
      close: () => {
        closed = true;
        return Promise.resolve();
      },
    },
  );
  expect(asking.hosts()).toEqual(['api.example', 'registry.example', 'sts.example']);
  await asking.close();
  expect(closed).toBe(true);
});
