import { z } from 'zod';

import { REGISTRY_CONFIG_BYTES } from '../limits.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import { readBoundedFile } from './bounded-file.ts';
import { readJson } from './document.ts';
import { namedCredential, type Credential } from './credential.ts';

/** The name under which docker keeps Docker Hub's credentials, from the days of its first index. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

const entrySchema = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
});
type Entry = z.infer<typeof entrySchema>;

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
});

/** A docker `config.json` or a containers `auth.json`. */
export interface DockerConfig {
  readonly file: string;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly helpers: ReadonlyMap<string, string>;
  readonly store: string | null;
}

/** Reads a file of credentials, `null` if there is none. What is wrong with it is told by field, never by content. */
export async function readDockerConfig(file: string): Promise<Outcome<DockerConfig | null>> {
  const read = await readBoundedFile(file, REGISTRY_CONFIG_BYTES);
  if (!read.ok && read.problem === 'missing') return ok(null);
  const remediation = 'repair the file, log in again, or name another with --registry-config';
  if (!read.ok) return failed('InputInvalid', read.message, remediation);
  const config = readJson(read.bytes, configSchema);
  if (!config.ok) return failed('InputInvalid', `${file} ${config.message}`, remediation);
  const { auths, credHelpers, credsStore } = config.value;
  return ok({
    file,
    entries: new Map(Object.entries(auths ?? {})),
    helpers: new Map(Object.entries(credHelpers ?? {})),
    store: credsStore === undefined || credsStore === '' ? null : credsStore,
  });
}

/** The helper that keeps this registry's credentials: its own, else the store of all. */
export function helperFor(config: DockerConfig, registry: string): string | null {
  for (const [key, helper] of config.helpers) {
    if (normalise(key) === registry) return helper;
  }
  return config.store;
}

/**
 * The credential that the file itself holds for a repository. Keys may name a namespace (containers-auth.json(5)): the longest that
 * matches on a segment boundary counts, so that `ghcr.io/acme` is nothing to `ghcr.io/acme-evil`.
 */
export function entryFor(config: DockerConfig, registry: string, path: string): Outcome<Credential | null> {
  const name = `${registry}/${path}`;
  const matching = [...config.entries]
    .map(([key, entry]) => ({ key, scope: normalise(key), entry }))
    .filter(({ scope, entry }) => (name === scope || name.startsWith(`${scope}/`)) && holdsSecret(entry))
    .sort((a, b) => b.scope.length - a.scope.length);
  const best = matching[0];
  return best === undefined ? ok(null) : toCredential(best.entry, config.file, best.key);
}

/** `https://index.docker.io/v1/` is `docker.io`; `https://ghcr.io/v2/` is `ghcr.io`; a namespace stays. */
function normalise(key: string): string {
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

function holdsSecret(entry: Entry): boolean {
  return [entry.auth, entry.password, entry.identitytoken, entry.registrytoken].some(
    (text) => (text ?? '') !== '',
  );
}

function toCredential(entry: Entry, file: string, key: string): Outcome<Credential | null> {
  const source = `${file} (${JSON.stringify(key)})`;
  const [username, password] =
    entry.auth == null || entry.auth === ''
      ? [entry.username ?? '', entry.password ?? '']
      : splitAuth(entry.auth);
  if (username === null) {
    return failed('InputInvalid', `${source}: "auth" is not the base64 of user:password`, 'log in again');
  }
  if (entry.registrytoken) return ok({ kind: 'registryToken', token: entry.registrytoken, source });
  if (entry.identitytoken) return ok({ kind: 'identityToken', username, token: entry.identitytoken, source });
  return ok(namedCredential(username, password, source));
}

function splitAuth(auth: string): readonly [string, string] | readonly [null, string] {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? [null, ''] : [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, '')];
}
