import { z } from 'zod';

import { REGISTRY_CONFIG_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBoundedFile } from '../registry/bounded-file.ts';
import { readJson } from '../registry/document.ts';

/** The name under which docker keeps Docker Hub's credentials, from the days of its first index. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

const REMEDY = 'repair the file, log in again, or name another with --registry-config';

/** Entries are read when their registry is asked for: a broken one is nothing to the others. */
const configSchema = z.object({
  auths: z.record(z.string(), z.unknown()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
});

/** A docker `config.json` or a containers `auth.json`. */
export interface DockerConfig {
  /** What it is called in messages: its path, or the variable that holds it. */
  readonly file: string;
  readonly entries: ReadonlyMap<string, unknown>;
  readonly helpers: ReadonlyMap<string, string>;
  readonly store: string | null;
}

/** Reads a file of credentials, `null` if there is none. What is wrong with it is told by field, never by content. */
export async function readDockerConfig(file: string): Promise<Outcome<DockerConfig | null>> {
  const read = await readBoundedFile(file, REGISTRY_CONFIG_BYTES);
  if (!read.ok && read.problem === 'missing') return ok(null);
  if (!read.ok) return failed('InputInvalid', read.message, REMEDY);
  return parseDockerConfig(read.bytes, file);
}

/** Reads the text of a file of credentials. */
export function parseDockerConfig(bytes: Uint8Array, file: string): Outcome<DockerConfig> {
  const config = readJson(bytes, configSchema);
  if (!config.ok) return failed('InputInvalid', `${file} ${config.message}`, REMEDY);
  const { auths, credHelpers, credsStore } = config.value;
  return ok({
    file,
    entries: new Map(Object.entries(auths ?? {})),
    helpers: new Map(Object.entries(credHelpers ?? {})),
    store: credsStore || null,
  });
}

/** The helper that keeps this registry's credentials: its own, else the store of all. An empty name is none. */
export function helperFor(config: DockerConfig, registry: string): string | null {
  for (const [key, helper] of config.helpers) {
    if (scopeOf(key) === registry) return helper || null;
  }
  return config.store;
}

/**
 * The entries for a repository, the most specific first. Keys may name a namespace (containers-auth.json(5)) and match on a segment
 * boundary, so that `ghcr.io/acme` is nothing to `ghcr.io/acme-evil`.
 */
export function entriesFor(
  config: DockerConfig,
  registry: string,
  path: string,
): readonly (readonly [key: string, entry: unknown])[] {
  const name = `${registry}/${path}`;
  return [...config.entries]
    .map(([key, entry]) => ({ key, scope: scopeOf(key), entry }))
    .filter(({ scope }) => name === scope || name.startsWith(`${scope}/`))
    .sort((a, b) => b.scope.length - a.scope.length)
    .map(({ key, entry }) => [key, entry]);
}

/** `https://index.docker.io/v1/` is `docker.io`; `https://ghcr.io/v2/` is `ghcr.io`; a namespace stays. */
function scopeOf(key: string): string {
  const withoutScheme = key.replace(/^https?:\/\//, '');
  const api =
    withoutScheme === key && !key.startsWith('index.docker.io/')
      ? withoutScheme
      : withoutScheme.replace(/\/v[12]\/?$/, '');
  const [host = '', ...path] = api.replace(/\/+$/, '').split('/');
  const registry = host.toLowerCase();
  const hub = registry === 'index.docker.io' || registry === 'registry-1.docker.io';
  return [hub ? 'docker.io' : registry, ...path].join('/');
}
