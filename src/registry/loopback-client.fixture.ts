import { noCredentials } from './credential.ts';
import { createDistributionRegistry, type DistributionOptions } from './distribution.ts';

/** A client of a registry on loopback that speaks plain HTTP and asks for no login. */
export function loopbackClient(host: string, more: Pick<DistributionOptions, 'requestMs'> = {}) {
  return createDistributionRegistry({
    clock: () => new Date(),
    credentials: noCredentials,
    plainHttp: new Set([host]),
    insecure: new Set(),
    userAgent: 'test',
    concurrencyPerHost: 4,
    ...more,
  });
}
