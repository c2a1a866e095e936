import { ok, type Outcome } from '../reasons.ts';
import type { Keychain } from '../registry/credential.ts';
import type { WireOptions } from '../registry/wire.ts';
import { openClouds } from './clouds.ts';
import { dockerFile, dockerFiles } from './docker-files.ts';
import type { Surroundings } from './surroundings.ts';

export interface KeychainOptions {
  readonly surroundings: Surroundings;
  /** The one docker config.json to read, instead of those that docker and podman keep. */
  readonly registryConfig: string | undefined;
  /** How clouds are asked. */
  readonly wire: WireOptions;
}

/** All keychains as one; to be closed when it is not needed any more. */
export interface Keyring {
  readonly keychain: Keychain;
  /** The same with a pod's pull secrets in their place. */
  withPullSecrets(secrets: Keychain): Keychain;
  /** The hosts that were asked for credentials, sorted. */
  hosts(): readonly string[];
  close(): Promise<void>;
}

/** Where credentials are looked for, in this order: what was named, the pod's pull secrets, docker's and podman's files, clouds. */
export async function openKeychains(options: KeychainOptions): Promise<Outcome<Keyring>> {
  const { surroundings, registryConfig, wire } = options;
  const file = registryConfig === undefined ? null : await dockerFile(registryConfig, surroundings);
  if (file?.ok === false) return file;
  const clouds = openClouds(surroundings, wire);
  const named = file === null ? [] : [file.value];
  const usual = [...(file === null ? [dockerFiles(surroundings)] : []), clouds.keychain];
  return ok({
    ...clouds,
    keychain: inTurn([...named, ...usual]),
    withPullSecrets: (secrets) => inTurn([...named, secrets, ...usual]),
  });
}

/** Asks each keychain only when what those before it gave was refused. */
function inTurn(keychains: readonly Keychain[]): Keychain {
  return async function* find(registry, path) {
    for (const keychain of keychains) yield* keychain(registry, path);
  };
}
