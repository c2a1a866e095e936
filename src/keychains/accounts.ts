import { PULL_SECRETS } from '../limits.ts';
import { type PullSecretRef, pullSecretsKey } from '../pull-secret-ref.ts';
import type { Fault } from '../reasons.ts';
import { type Accounts, type FoundAccount, OWN_ACCOUNT, type UnusedSecret } from '../registry/accounts.ts';
import type { Credential, Keychain } from '../registry/credential.ts';
import { keys } from '../registry/credential.ts';
import { memoise } from '../registry/memo.ts';
import { parseRepository } from '../registry/reference.ts';
import type { Registry } from '../registry/registry.ts';
import { type PullSecret, type PullSecrets, readPullSecrets } from './pull-secrets.ts';

/** A Secret of a cluster; `uid` and `resourceVersion` tell its content from any other. */
interface ClusterSecret extends PullSecret {
  readonly uid: string;
  readonly resourceVersion: string;
}

export type ReadSecret = (
  ref: PullSecretRef,
) => Promise<
  | { readonly ok: true; readonly value: ClusterSecret | null }
  | { readonly ok: false; readonly status: number | null; readonly fault: Fault }
>;

export interface AccountsOptions {
  /** Asked once for each Secret that is needed. */
  readonly read: ReadSecret;
  /** The registries as they answer the user. */
  readonly own: Registry;
  /** The registries as they answer whoever has these credentials; opened once for each account. */
  readonly open: (pullSecrets: Keychain) => Registry;
  /** All repositories that are asked in the place of this one, as its mirrors; none where pods have nothing to say, as to GitHub's API. */
  readonly places: (repository: string) => readonly string[];
}

/** The pull secrets of one list, and what of it could not be read. */
interface Pod {
  readonly secrets: PullSecrets;
  readonly unused: readonly UnusedSecret[];
  readonly refs: ReadonlyMap<PullSecret, PullSecretRef>;
  /** Names the list by its secrets and their versions: never by what is in them. */
  readonly name: string;
}

/**
 * The accounts of pods, by what their pull secrets really hold: lists of secrets that hold the same for a repository are one account
 * there, the one of the list that was seen first. Secrets are read when an image is asked for whose pods name them.
 */
export function createAccounts({ read, own, open, places }: AccountsOptions): Accounts {
  const lists = new Map<string, readonly PullSecretRef[]>();
  const holders = new Map<string, string>();
  const registries = new Map<string, Registry>([[OWN_ACCOUNT, own]]);
  const once = limited(read);

  const podOf = memoise((key: string) => readPod(lists.get(key) ?? [], once));
  const found = memoise(async (key: string, repository: string): Promise<FoundAccount> => {
    const pod = await podOf(key);
    const names = places(repository).flatMap((place) => parseRepository(place) ?? []);
    const held = names.map(({ registry, path }) => pod.secrets.matching(registry, path));
    const unused = [...pod.unused, ...faultsOf(pod, names)];
    if (held.every((credentials) => credentials.length === 0)) return { account: OWN_ACCOUNT, unused };
    // Held against what others hold here, and forgotten with the run.
    const content = JSON.stringify([repository, held.map((credentials) => credentials.map(contentOf))]);
    const account = holders.get(content) ?? pod.name;
    holders.set(content, account);
    if (!registries.has(account)) registries.set(account, open(keychainOf(pod)));
    return { account, unused };
  });

  return {
    find(secrets, repository) {
      const key = pullSecretsKey(secrets);
      if (key === '') return Promise.resolve({ account: OWN_ACCOUNT, unused: [] });
      lists.set(key, secrets);
      return found(key, repository);
    },
    registry(account) {
      const registry = registries.get(account);
      if (registry === undefined) throw new Error('an account is asked that nobody has found');
      return registry;
    },
  };
}

function keychainOf({ secrets }: Pod): Keychain {
  return (registry, path) => keys(...secrets.matching(registry, path));
}

/** What a registry is given, and nothing of where it came from. */
function contentOf(credential: Credential): readonly string[] {
  switch (credential.kind) {
    case 'password':
      return [credential.kind, credential.username, credential.password];
    case 'identityToken':
      return [credential.kind, credential.username, credential.token];
    case 'registryToken':
      return [credential.kind, credential.token];
  }
}

async function readPod(refs: readonly PullSecretRef[], read: ReadSecret): Promise<Pod> {
  const answers = await Promise.all(refs.map(async (ref) => ({ ref, answer: await read(ref) })));
  const unused: UnusedSecret[] = [];
  const named = new Map<PullSecret, PullSecretRef>();
  const versions: string[] = [];
  for (const { ref, answer } of answers) {
    if (answer.ok && answer.value !== null) {
      named.set(answer.value, ref);
      const { uid, resourceVersion } = answer.value;
      versions.push([ref.cluster ?? '', ref.namespace, ref.name, uid, resourceVersion].join(' '));
    } else unused.push(answer.ok ? missing(ref) : refused(ref, answer));
  }
  return { secrets: readPullSecrets([...named.keys()]), unused, refs: named, name: versions.join(', ') };
}

function faultsOf(
  { secrets, refs }: Pod,
  names: readonly { readonly registry: string; readonly path: string }[],
): readonly UnusedSecret[] {
  return names.flatMap(({ registry, path }) =>
    secrets.faults(registry, path).flatMap(({ secret, fault }): UnusedSecret[] => {
      const ref = refs.get(secret);
      if (ref === undefined) return [];
      return [{ ref, why: 'unusable', message: fault.message, remediation: fault.remediation ?? '' }];
    }),
  );
}

/** The kubelet ignores it, and so does what is asked here. */
function missing(ref: PullSecretRef): UnusedSecret {
  const remediation = 'create the secret, or take its name out of imagePullSecrets';
  return { ref, why: 'missing', message: 'does not exist', remediation };
}

const ROLE =
  'let this user get the pull secrets that pods name, by a Role in each namespace with their names';

function refused(
  ref: PullSecretRef,
  { status, fault }: { readonly status: number | null; readonly fault: Fault },
): UnusedSecret {
  if (status === 403)
    return { ref, why: 'refused', message: 'may not be read by this user', remediation: ROLE };
  const { message, remediation = 'try again' } = fault;
  return { ref, why: 'refused', message: `was not read: ${message}`, remediation };
}

/** Reads each Secret once, and no more than the limit; of service accounts that may not be listed nothing is asked. */
function limited(read: ReadSecret): ReadSecret {
  const known = new Map<string, ReturnType<ReadSecret>>();
  const readOne: ReadSecret = (ref) => {
    if (ref.kind === 'ServiceAccount') return Promise.resolve(UNLISTED);
    return known.size >= PULL_SECRETS ? Promise.resolve(TOO_MANY) : read(ref);
  };
  return (ref) => {
    const key = pullSecretsKey([ref]);
    const answer = known.get(key) ?? readOne(ref);
    known.set(key, answer);
    return answer;
  };
}

const UNLISTED = {
  ok: false,
  status: null,
  fault: {
    reason: 'Forbidden',
    message: 'service accounts could not be listed',
    remediation: 'let this user list service accounts',
  },
} as const;
const TOO_MANY = {
  ok: false,
  status: null,
  fault: {
    reason: 'LimitExceeded',
    message: `more than ${PULL_SECRETS} pull secrets are named (PULL_SECRETS)`,
    remediation: 'audit fewer namespaces at a time',
  },
} as const;
