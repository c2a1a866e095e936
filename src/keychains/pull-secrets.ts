import { z } from 'zod';

import { REGISTRY_CONFIG_BYTES } from '../limits.ts';
import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import type { Credential, Keychain } from '../registry/credential.ts';
import { readJson } from '../registry/document.ts';
import { printable } from '../registry/printable.ts';
import { readEntry } from './docker-entry.ts';
import { readSecretKey, type SecretKey } from './kubelet-match.ts';

/** A Kubernetes Secret, as the API gives it: the values of `data` are base64. */
export interface PullSecret {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

const authsSchema = z.record(z.string(), z.unknown());
const configSchema = z.object({ auths: authsSchema.nullish() });

/** Docker Hub's key behind its scheme and version (keyring.go, defaultRegistryHost). */
const DEFAULT_REGISTRY = 'index.docker.io';

interface Entry {
  readonly key: SecretKey;
  readonly credential: Outcome<Credential | null>;
}

/**
 * The keychain of one pod: its imagePullSecrets in their order, with the kubelet's rules. Every key that matches is tried, those
 * that say more first; a secret that cannot be read is a fault and leaves the others (the kubelet gives up). Nothing is shared
 * between two keychains, so that what a namespace may pull is no other namespace's.
 */
export function pullSecretKeychain(secrets: readonly PullSecret[]): Keychain {
  const entries: Entry[] = [];
  const faults: Fault[] = [];
  for (const secret of secrets) {
    const auths = readSecret(secret);
    if (!auths.ok) faults.push(auths.fault);
    else
      for (const [text, entry] of auths.value) {
        const key = readSecretKey(text);
        if (key !== null) entries.push({ key, credential: readEntry(entry, sourceOf(secret), text) });
      }
  }
  // keyring.go, Add: keys in reverse order, so that the more specific ones come first; under one key, in the order of the secrets.
  entries.sort((a, b) => (a.key.text < b.key.text ? 1 : a.key.text > b.key.text ? -1 : 0));
  return async function* find(registry, path) {
    const matching = entries.filter(({ key }) => key.matches(registry, path));
    for (const { credential } of matching.length > 0 ? matching : defaults(entries, registry)) {
      if (!credential.ok) yield credential;
      else if (credential.value !== null) yield ok(credential.value);
    }
    for (const fault of faults) yield { ok: false, fault };
  };
}

/** What no other key matches on Docker Hub. The kubelet gives this to `localhost/…` as well; here it stays with Docker Hub. */
function defaults(entries: readonly Entry[], registry: string): readonly Entry[] {
  return registry === 'docker.io' ? entries.filter(({ key }) => key.text === DEFAULT_REGISTRY) : [];
}

/** The `auths` of a secret; none where it is no pull secret (k8s.io/kubernetes, pkg/credentialprovider/secrets). */
function readSecret(secret: PullSecret): Outcome<readonly (readonly [string, unknown])[]> {
  switch (secret.type) {
    case 'kubernetes.io/dockerconfigjson':
      return readAuths(secret, '.dockerconfigjson', configSchema, ({ auths }) => auths ?? {});
    case 'kubernetes.io/dockercfg':
      return readAuths(secret, '.dockercfg', authsSchema, (auths) => auths);
    default:
      return ok([]);
  }
}

function readAuths<T>(
  secret: PullSecret,
  field: string,
  schema: z.ZodType<T>,
  authsIn: (document: T) => Readonly<Record<string, unknown>>,
): Outcome<readonly (readonly [string, unknown])[]> {
  const bytes = Buffer.from(secret.data[field] ?? '', 'base64');
  if (bytes.length === 0) return ok([]);
  const where = `${sourceOf(secret)}: ${field}`;
  const remedy = 'make the secret anew with kubectl create secret docker-registry';
  if (bytes.length > REGISTRY_CONFIG_BYTES)
    return failed('LimitExceeded', `${where} has more than ${String(REGISTRY_CONFIG_BYTES)} bytes`, remedy);
  const document = readJson(bytes, schema);
  return document.ok
    ? ok(Object.entries(authsIn(document.value)))
    : failed('InputInvalid', `${where} ${document.message}`, remedy);
}

function sourceOf({ namespace, name }: PullSecret): string {
  return printable(`the pull secret ${namespace}/${name}`);
}
