import { join } from 'node:path';

import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import type { CredentialSource } from './credential.ts';
import { askHelper } from './credential-helper.ts';
import { DOCKER_HUB_KEY, entryFor, helperFor, readDockerConfig, type DockerConfig } from './docker-config.ts';
import { memoise } from './memo.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface DockerCredentialsOptions {
  readonly env: Environment;
  readonly homedir: string;
  /** The one file to read, instead of those that docker and podman keep. */
  readonly configPath?: string | undefined;
}

/**
 * The credentials of `docker login` and `podman login`. Without `configPath` the files are REGISTRY_AUTH_FILE, docker's config.json
 * and podman's auth.json, and the first that knows the registry counts (containers-auth.json(5)).
 */
export async function loadDockerCredentials(
  options: DockerCredentialsOptions,
): Promise<Outcome<CredentialSource>> {
  const { configPath, env } = options;
  const files = configPath === undefined ? usualFiles(options) : [configPath];
  const configs: DockerConfig[] = [];
  for (const file of files) {
    const config = await readDockerConfig(file);
    if (!config.ok) return config;
    if (config.value !== null) configs.push(config.value);
    else if (configPath !== undefined)
      return failed('InputInvalid', `${file} is missing`, 'check --registry-config');
  }
  const ask = memoise((helper: string, registry: string, file: string) =>
    askHelper(helper, registry === 'docker.io' ? DOCKER_HUB_KEY : registry, env, file),
  );
  return ok(async (registry, path) => {
    let problem: Fault | null = null;
    for (const config of configs) {
      const helper = helperFor(config, registry);
      const kept = helper === null ? ok(null) : await ask(helper, registry, config.file);
      if (kept.ok && kept.value !== null) return kept;
      const written = entryFor(config, registry, path);
      if (!written.ok || written.value !== null) return written;
      if (!kept.ok) problem ??= kept.fault;
    }
    return problem === null ? ok(null) : { ok: false, fault: problem };
  });
}

function usualFiles({ env, homedir }: DockerCredentialsOptions): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    env['REGISTRY_AUTH_FILE'],
    join(env['DOCKER_CONFIG'] || join(homedir, '.docker'), 'config.json'),
    runtime ? join(runtime, 'containers', 'auth.json') : undefined,
    join(env['XDG_CONFIG_HOME'] || join(homedir, '.config'), 'containers', 'auth.json'),
  ].flatMap((file) => (file === undefined || file === '' ? [] : [file]));
}
