import { join } from 'node:path';

import { failed, ok, type Outcome } from '../reasons.ts';
import type { Credential, Keychain } from '../registry/credential.ts';
import { memoise } from '../registry/memo.ts';
import { askHelper } from './credential-helper.ts';
import {
  DOCKER_HUB_KEY,
  entriesFor,
  helperFor,
  parseDockerConfig,
  readDockerConfig,
  type DockerConfig,
} from './docker-config.ts';
import { readEntry } from './docker-entry.ts';
import type { Surroundings } from './surroundings.ts';

type Ask = (helper: string, serverUrl: string, file: string) => Promise<Outcome<Credential | null>>;

/**
 * The credentials of `docker login` and `podman login`: DOCKER_AUTH_CONFIG, REGISTRY_AUTH_FILE, podman's auth.json, docker's
 * config.json, in this order (containers-auth.json(5)). A file that cannot be read is a fault where a registry asks for credentials.
 */
export function dockerFiles({ env, homedir, uid }: Surroundings): Keychain {
  const variable = env['DOCKER_AUTH_CONFIG'];
  const fromVariable =
    variable === undefined || variable === ''
      ? []
      : [parseDockerConfig(Buffer.from(variable), '$DOCKER_AUTH_CONFIG')];
  const files = usualFiles(env, homedir, uid);
  const read = memoise(async () => [...fromVariable, ...(await Promise.all(files.map(readDockerConfig)))]);
  return keychainOf(read, env);
}

/** The credentials of one file, which somebody has named: it must be there, and in order. */
export async function dockerFile(file: string, { env }: Surroundings): Promise<Outcome<Keychain>> {
  const config = await readDockerConfig(file);
  if (!config.ok) return config;
  if (config.value === null) return failed('InputInvalid', `${file} is missing`, 'check --registry-config');
  return ok(keychainOf(() => Promise.resolve([config]), env));
}

function keychainOf(
  configs: () => Promise<readonly Outcome<DockerConfig | null>[]>,
  env: Surroundings['env'],
): Keychain {
  const ask: Ask = memoise((helper: string, serverUrl: string, file: string) =>
    askHelper(helper, serverUrl, env, file),
  );
  return async function* find(registry, path) {
    for (const config of await configs()) {
      if (!config.ok) {
        yield config;
        continue;
      }
      const found = config.value === null ? ok(null) : await credentialOf(config.value, registry, path, ask);
      if (!found.ok) yield found;
      else if (found.value !== null) yield ok(found.value);
    }
  };
}

/** One file's credential: what its helper keeps, else its most specific entry that holds one. Faults are told where there is none. */
async function credentialOf(
  config: DockerConfig,
  registry: string,
  path: string,
  ask: Ask,
): Promise<Outcome<Credential | null>> {
  const entries = entriesFor(config, registry, path);
  const kept = await askFor(config, registry, entries, ask);
  if (kept.ok && kept.value !== null) return kept;
  for (const [key, entry] of entries) {
    const written = readEntry(entry, config.file, key);
    if (!written.ok || written.value !== null) return written;
  }
  return kept;
}

/** Asks the helper by the registry's name, and by what docker has noted in entries that it leaves empty otherwise. */
async function askFor(
  config: DockerConfig,
  registry: string,
  entries: readonly (readonly [string, unknown])[],
  ask: Ask,
): Promise<Outcome<Credential | null>> {
  const helper = helperFor(config, registry);
  if (helper === null) return ok(null);
  const names = [registry === 'docker.io' ? DOCKER_HUB_KEY : registry, ...entries.map(([key]) => key)];
  for (const name of new Set(names)) {
    const kept = await ask(helper, name, config.file);
    if (!kept.ok || kept.value !== null) return kept;
  }
  return ok(null);
}

function usualFiles(env: Surroundings['env'], homedir: string, uid: number | null): readonly string[] {
  // Without a runtime directory, as for root, podman keeps its file here.
  const runtime = env['XDG_RUNTIME_DIR'] || (uid === null ? '' : `/run/containers/${String(uid)}`);
  const podman = env['XDG_RUNTIME_DIR']
    ? join(runtime, 'containers', 'auth.json')
    : join(runtime, 'auth.json');
  return [
    env['REGISTRY_AUTH_FILE'] ?? '',
    runtime === '' ? '' : podman,
    join(env['XDG_CONFIG_HOME'] || join(homedir, '.config'), 'containers', 'auth.json'),
    join(env['DOCKER_CONFIG'] || join(homedir, '.docker'), 'config.json'),
  ].filter((file) => file !== '');
}
