import { failed, ok, type Outcome } from '../reasons.ts';
import type { Keychain } from '../registry/credential.ts';
import type { WireOptions } from '../registry/wire.ts';
import { ACR_REGISTRY } from './azure/registry.ts';
import { ecrRegion } from './amazon/registry.ts';
import { createCloudClient } from './cloud-client.ts';
import type { CloudAccess, Issued, Login } from './cloud-login.ts';
import { isGoogleRegistry } from './google/registry.ts';
import type { Surroundings } from './surroundings.ts';

interface Cloud {
  /** What all registries have in common that one credential is good for; `null` for a registry of another cloud. */
  realm(registry: string): string | null;
  /** Loaded when a registry of this cloud asks for credentials. */
  load(): Promise<Login>;
}

const CLOUDS: readonly Cloud[] = [
  {
    realm: (registry) => {
      const found = ecrRegion(registry);
      return found === null ? null : `${found.api} ${found.region}`;
    },
    load: async () => (await import('./amazon/login.ts')).amazonLogin,
  },
  {
    realm: (registry) => (isGoogleRegistry(registry) ? 'google' : null),
    load: async () => (await import('./google/login.ts')).googleLogin,
  },
  {
    realm: (registry) => (ACR_REGISTRY.test(registry) ? registry : null),
    load: async () => (await import('./azure/login.ts')).azureLogin,
  },
];

/** The credentials of whoever runs this in a cloud, or has logged in to one, for this cloud's own registries and no others. */
export function openClouds(surroundings: Surroundings, wire: WireOptions) {
  const client = createCloudClient(wire);
  const keychain = cloudKeychain({ ...surroundings, clock: wire.clock, client });
  return { keychain, hosts: () => client.hosts(), close: () => client.close() };
}

/** A credential is given out until shortly before it ends, and goes on its way with this much time left. */
const MARGIN_MS = 60_000;

/** Asks a cloud once for all repositories that a credential is good for. */
export function cloudKeychain(access: CloudAccess): Keychain {
  const logins = new Map<string, Promise<Outcome<Issued | null>>>();

  const current = async (cloud: Cloud, realm: string, registry: string): Promise<Outcome<Issued | null>> => {
    const known = logins.get(realm);
    const kept = await known;
    // That nobody is logged in, and why it failed, is kept: within a run the same question has the same answer.
    if (kept !== undefined && !(kept.ok && kept.value !== null && endsSoon(kept.value))) return kept;
    const pending = logins.get(realm);
    const login = pending === undefined || pending === known ? logIn(cloud, registry, access) : pending;
    logins.set(realm, login);
    return login;
  };
  const endsSoon = ({ expires }: Issued): boolean =>
    expires.getTime() - MARGIN_MS <= access.clock().getTime();

  return async function* find(registry) {
    for (const cloud of CLOUDS) {
      const realm = cloud.realm(registry);
      const issued = realm === null ? ok(null) : await current(cloud, realm, registry);
      if (!issued.ok) yield issued;
      else if (issued.value !== null) yield ok(issued.value.credential);
    }
  };
}

async function logIn(cloud: Cloud, registry: string, access: CloudAccess): Promise<Outcome<Issued | null>> {
  const login = await cloud.load();
  const issued = await login(registry, access);
  if (!issued.ok || issued.value === null) return issued;
  const { credential } = issued.value;
  const secret = credential.kind === 'password' ? credential.password : credential.token;
  return /^[\x21-\x7e]+$/.test(secret)
    ? issued
    : failed(
        'RegistryResponseInvalid',
        `${credential.source} gave a token that has other characters than a token`,
      );
}
