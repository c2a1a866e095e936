import type { PullSecretRef } from '../pull-secret-ref.ts';
import type { Registry } from './registry.ts';

/** A pull secret that pods name, and that could not be used. The message goes on from its name: `does not exist`. */
export interface UnusedSecret {
  readonly ref: PullSecretRef;
  /** `refused` is what this user may not read, or could not; the others say something of the secret itself. */
  readonly why: 'refused' | 'missing' | 'unusable';
  readonly message: string;
  readonly remediation: string;
}

/** Whom a registry sees. */
export interface FoundAccount {
  /** Names the account; '' is the user's own, which no pull secret has anything to say to. */
  readonly account: string;
  readonly unused: readonly UnusedSecret[];
}

/** The account of whoever runs this, and of nobody's pods. */
export const OWN_ACCOUNT = '';

/**
 * The accounts that pods pull images with. Pull secrets that hold the same for a repository are one account there, whatever namespace they
 * are in; what one account was answered is never given out to another.
 */
export interface Accounts {
  /** The account that a pod with these pull secrets has at a repository. */
  find(secrets: readonly PullSecretRef[], repository: string): Promise<FoundAccount>;
  /** The registries as they answer this account. */
  registry(account: string): Registry;
}

/** The registries as they answer pods with certain pull secrets. */
export interface AccountView {
  /** Views with one key are answered alike, as far as the repositories go that they were made for. */
  readonly key: string;
  readonly registry: Registry;
  readonly unused: readonly UnusedSecret[];
}

/** How registries answer pods with these pull secrets; `repositories` are those that will be asked. */
export async function viewAs(
  accounts: Accounts,
  secrets: readonly PullSecretRef[],
  repositories: readonly string[],
): Promise<AccountView> {
  const found = await Promise.all(repositories.map((repository) => accounts.find(secrets, repository)));
  const names = found.map(({ account }) => account);
  const own = names.every((name) => name === OWN_ACCOUNT);
  const unused = new Map(found.flatMap((one) => one.unused).map((one) => [JSON.stringify(one), one]));
  const of = async (repository: string): Promise<Registry> =>
    accounts.registry((await accounts.find(secrets, repository)).account);
  return {
    key: own ? OWN_ACCOUNT : JSON.stringify([repositories, names]),
    unused: [...unused.values()],
    registry: {
      tag: async (repository, tag) => (await of(repository)).tag(repository, tag),
      manifest: async (repository, digest) => (await of(repository)).manifest(repository, digest),
      referrers: async (repository, digest) => (await of(repository)).referrers(repository, digest),
      blob: async (repository, descriptor, limit) =>
        (await of(repository)).blob(repository, descriptor, limit),
      // Whoever opened the accounts closes them, and names their hosts.
      hosts: () => [],
      close: () => Promise.resolve(),
    },
  };
}
