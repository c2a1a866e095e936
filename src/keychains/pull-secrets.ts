import { z } from 'zod';

import { REGISTRY_CONFIG_BYTES } from '../limits.ts';
import { failed, ok, type Fault, type Outcome } from '../reasons.ts';
import type { Credential } from '../registry/credential.ts';
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

/** What a pull secret holds under one key; `null` where docker left it empty. */
interface Entry {
  readonly secret: PullSecret;
  readonly key: SecretKey;
  readonly credential: Outcome<Credential | null>;
}

/** Something of a secret that cannot be used. */
interface SecretFault {
  readonly secret: PullSecret;
  readonly fault: Fault;
}

/** The pull secrets of one pod. */
export interface PullSecrets {
  /** What they hold for a repository, in the order in which the kubelet tries it. */
  matching(registry: string, path: string): readonly Credential[];
  /** What of them cannot be used, as far as it may be for this repository. */
  faults(registry: string, path: string): readonly SecretFault[];
}

/**
 * Reads the imagePullSecrets of one pod, in their order, by the kubelet's rules. Every key that matches counts, those that say more
 * first; a secret that cannot be read is a fault and leaves the others (the kubelet gives up). Nothing is shared between two pods.
 */
export function readPullSecrets(secrets: readonly PullSecret[]): PullSecrets {
  const entries: Entry[] = [];
  const broken: SecretFault[] = [];
  for (const secret of secrets) {
    const auths = readSecret(secret);
    if (!auths.ok) broken.push({ secret, fault: auths.fault });
    else
      for (const [text, entry] of auths.value) {
        const key = readSecretKey(text);
        if (key !== null) entries.push({ secret, key, credential: readEntry(entry, SOURCE, text) });
      }
  }
  // keyring.go, Add: keys in reverse order, so that the more specific ones come first; under one key, in the order of the secrets.
  entries.sort((a, b) => (a.key.text < b.key.text ? 1 : a.key.text > b.key.text ? -1 : 0));
  const matchingEntries = (registry: string, path: string): readonly Entry[] => {
    const matching = entries.filter(({ key }) => key.matches(registry, path));
    return matching.length > 0 ? matching : defaults(entries, registry);
  };
  return {
    matching: (registry, path) =>
      matchingEntries(registry, path).flatMap(({ credential }) =>
        credential.ok && credential.value !== null ? [credential.value] : [],
      ),
    faults: (registry, path) => [
      ...broken,
      ...matchingEntries(registry, path).flatMap(({ secret, credential }) =>
        credential.ok ? [] : [{ secret, fault: ofEntry(credential.fault) }],
      ),
    ],
  };
}

/** Many namespaces may have one secret: which of them it is that pods name is said where their image is. */
const SOURCE = 'a pull secret of the pod';

/** Told of the secret, whose name stands in front. */
function ofEntry(fault: Fault): Fault {
  return { ...fault, message: `cannot be used: its entry${fault.message.slice(SOURCE.length)}` };
}

/** What no other key matches on Docker Hub. The kubelet gives this to `localhost/…` as well; here it stays with Docker Hub. */
function defaults(entries: readonly Entry[], registry: string): readonly Entry[] {
  return registry === 'docker.io' ? entries.filter(({ key }) => key.text === DEFAULT_REGISTRY) : [];
}

/** The `auths` of a secret; a fault where it is no pull secret, which the kubelet passes over (k8s.io/kubernetes, pkg/credentialprovider/secrets). */
function readSecret(secret: PullSecret): Outcome<readonly (readonly [string, unknown])[]> {
  switch (secret.type) {
    case 'kubernetes.io/dockerconfigjson':
      return readAuths(secret, '.dockerconfigjson', configSchema, ({ auths }) => auths ?? {});
    case 'kubernetes.io/dockercfg':
      return readAuths(secret, '.dockercfg', authsSchema, (auths) => auths);
    default:
      return failed(
        'InputInvalid',
        `is of the type ${JSON.stringify(printable(secret.type))}, which is none of a pull secret`,
        REMEDY,
      );
  }
}

const REMEDY = 'make the secret anew with kubectl create secret docker-registry';

function readAuths<T>(
  secret: PullSecret,
  field: string,
  schema: z.ZodType<T>,
  authsIn: (document: T) => Readonly<Record<string, unknown>>,
): Outcome<readonly (readonly [string, unknown])[]> {
  const bytes = Buffer.from(secret.data[field] ?? '', 'base64');
  if (bytes.length === 0) return ok([]);
  if (bytes.length > REGISTRY_CONFIG_BYTES)
    return failed(
      'LimitExceeded',
      `is not read: its ${field} has more than ${String(REGISTRY_CONFIG_BYTES)} bytes`,
      REMEDY,
    );
  const document = readJson(bytes, schema);
  return document.ok
    ? ok(Object.entries(authsIn(document.value)))
    : failed('InputInvalid', `cannot be used: its ${field} ${document.message}`, REMEDY);
}
