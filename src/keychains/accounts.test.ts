import { describe, expect, it } from 'vitest';
import { PULL_SECRETS } from '../limits.ts';
import type { PullSecretRef } from '../pull-secret-ref.ts';
import { failed } from '../reasons.ts';
import type { Keychain } from '../registry/credential.ts';
import type { Registry } from '../registry/registry.ts';
import { dockerConfig } from '../workloads/cluster/secrets.fixture.ts';
import { createAccounts, type ReadSecret } from './accounts.ts';

const refuse = () => Promise.reject(new Error('not asked'));
const OWN: Registry = {
  tag: refuse,
  manifest: refuse,
  referrers: refuse,
  blob: refuse,
  hosts: () => [],
  close: () => Promise.resolve(),
};

const ref = (namespace: string, name = 'pull', cluster: string | null = null): PullSecretRef => ({
  cluster,
  namespace,
  kind: 'Secret',
  name,
});

type Logins = Parameters<typeof dockerConfig>[0];

/** Accounts of secrets by `namespace/name`, or `cluster/namespace/name`; what is not there does not exist. */
function accountsOf(
  secrets: Readonly<Record<string, Logins | 403 | 500>>,
  places: (repository: string) => readonly string[] = (repository) => [repository],
) {
  const reads: string[] = [];
  const opened: Keychain[] = [];
  const read: ReadSecret = ({ cluster, namespace, name }) => {
    const key = [...(cluster === null ? [] : [cluster]), namespace, name].join('/');
    reads.push(key);
    const logins = secrets[key];
    if (logins === undefined) return Promise.resolve({ ok: true, value: null });
    if (typeof logins === 'number') return Promise.resolve({ ...failed('Forbidden', 'no'), status: logins });
    const data = { '.dockerconfigjson': Buffer.from(dockerConfig(logins)).toString('base64') };
    const type = 'kubernetes.io/dockerconfigjson';
    return Promise.resolve({
      ok: true,
      value: { namespace, name, type, data, uid: `uid-${key}`, resourceVersion: '7' },
    });
  };
  const accounts = createAccounts({
    read,
    own: OWN,
    open(keychain) {
      opened.push(keychain);
      return { ...OWN };
    },
    places,
  });
  const at = async (repository: string, ...refs: readonly PullSecretRef[]) =>
    (await accounts.find(refs, repository)).account;
  return { accounts, at, reads, opened };
}

const CART = 'ghcr.io/acme/cart';
const ANN = ['ann', 's3cret'] as const;
const BEN = ['ben', 's3cret'] as const;

describe('the account of pods', () => {
  it.each<[string, Logins, Logins, string, boolean]>([
    ['with the same credentials', { 'ghcr.io': ANN }, { 'ghcr.io': ANN }, CART, true],
    ['with other passwords', { 'ghcr.io': ANN }, { 'ghcr.io': ['ann', 'other'] }, CART, false],
    ['with other users', { 'ghcr.io': ANN }, { 'ghcr.io': BEN }, CART, false],
    [
      'that differ for another registry alone',
      { 'ghcr.io': ANN, 'quay.io': ANN },
      { 'ghcr.io': ANN, 'quay.io': BEN },
      CART,
      true,
    ],
    [
      'that differ for this registry alone',
      { 'ghcr.io': ANN, 'quay.io': ANN },
      { 'ghcr.io': ANN, 'quay.io': BEN },
      'quay.io/acme/cart',
      false,
    ],
    [
      'that differ for a path of it',
      { 'ghcr.io': ANN },
      { 'ghcr.io': ANN, 'ghcr.io/acme': BEN },
      CART,
      false,
    ],
    [
      'that differ for another path of it',
      { 'ghcr.io': ANN },
      { 'ghcr.io': ANN, 'ghcr.io/acme': BEN },
      'ghcr.io/other/cart',
      true,
    ],
    ['of which one has more', { 'ghcr.io': ANN }, { 'ghcr.io': ANN, 'ghcr.io/a': BEN }, CART, false],
    ['of which one has nothing', { 'ghcr.io': ANN }, { 'quay.io': ANN }, CART, false],
    ['that both have nothing', { 'x.io': ANN }, { 'quay.io': ANN }, CART, true],
  ])('%s', async (_name, shop, bank, repository, same) => {
    const { at } = accountsOf({ 'shop/pull': shop, 'bank/pull': bank });
    const [one, other] = [await at(repository, ref('shop')), await at(repository, ref('bank'))];
    expect(one === other).toBe(same);
  });

  it("is the user's own where no secret has anything to say", async () => {
    const { accounts, at, opened } = accountsOf({ 'shop/pull': { 'quay.io': ANN } });
    expect(await at(CART, ref('shop'))).toBe('');
    expect(await at(CART)).toBe('');
    expect(accounts.registry('')).toBe(OWN);
    expect(opened).toEqual([]);
  });

  it('has the order of its secrets, and what of them could be read', async () => {
    const { at } = accountsOf({ 'shop/a': { 'ghcr.io': ANN }, 'shop/b': { 'ghcr.io': BEN } });
    const both = await at(CART, ref('shop', 'a'), ref('shop', 'b'));
    expect(await at(CART, ref('shop', 'b'), ref('shop', 'a'))).not.toBe(both);
    expect(await at(CART, ref('shop', 'a'), ref('shop', 'gone'), ref('shop', 'b'))).toBe(both);
  });

  it('is another in a cluster of another name', async () => {
    const secrets = { 'one/shop/pull': { 'ghcr.io': ANN }, 'two/shop/pull': { 'ghcr.io': BEN } };
    const { at } = accountsOf(secrets);
    expect(await at(CART, ref('shop', 'pull', 'one'))).not.toBe(await at(CART, ref('shop', 'pull', 'two')));
  });

  it('counts mirrors as well, and what is asked as the user not at all', async () => {
    const places = (repository: string) => (repository === CART ? [CART, 'mirror.local/cart'] : []);
    const secrets = {
      'shop/pull': { 'mirror.local': ANN },
      'bank/pull': { '*.*': BEN, 'mirror.local': BEN },
    };
    const { at } = accountsOf(secrets, places);
    expect(new Set([await at(CART, ref('shop')), await at(CART, ref('bank')), '']).size).toBe(3);
    expect(await at('api.github.com/acme', ref('bank'))).toBe('');
  });

  it('is named without what is secret', async () => {
    const { at } = accountsOf({ 'shop/pull': { 'ghcr.io': ANN } });
    expect(await at(CART, ref('shop'))).toBe(' shop pull uid-shop/pull 7');
  });

  it('has its own secrets and no others', async () => {
    const { at, opened } = accountsOf({
      'shop/pull': { 'ghcr.io': ANN },
      'bank/pull': { 'ghcr.io': BEN },
    });
    await at(CART, ref('shop'));
    await at(CART, ref('bank'));
    const users = await Promise.all(
      opened.map(async (keychain) => {
        const found: string[] = [];
        for await (const one of keychain('ghcr.io', 'acme/cart'))
          if (one.ok && one.value.kind === 'password') found.push(one.value.username);
        return found;
      }),
    );
    expect(users).toEqual([['ann'], ['ben']]);
  });
});

describe('secrets of pods', () => {
  it('are read once, whatever pods and images they are for', async () => {
    const { at, reads } = accountsOf({ 'shop/pull': { 'ghcr.io': ANN } });
    await Promise.all([
      at(CART, ref('shop')),
      at('quay.io/x/y', ref('shop')),
      at(CART, ref('shop'), ref('shop', 'gone')),
    ]);
    expect(reads.toSorted()).toEqual(['shop/gone', 'shop/pull']);
  });

  it.each<[string, Logins | 403 | 500 | undefined, string, string]>([
    ['may not be read', 403, 'refused', 'may not be read by this user'],
    ['were not read', 500, 'refused', 'was not read: no'],
    ['are not there', undefined, 'missing', 'does not exist'],
    ['are broken', { 'ghcr.io': ['ann:ben', '\n'] }, 'unusable', 'cannot be used: its entry ("ghcr.io")'],
  ])('that %s are told', async (_name, given, why, message) => {
    const { accounts } = accountsOf(given === undefined ? {} : { 'shop/pull': given });
    const { account, unused } = await accounts.find([ref('shop')], CART);
    expect(account).toBe('');
    expect(unused).toMatchObject([
      { ref: ref('shop'), why, message: expect.stringContaining(message) as unknown },
    ]);
  });

  it('beyond the limit are not read, and say so', async () => {
    const { accounts, reads } = accountsOf({});
    for (let number = 0; number < PULL_SECRETS; number += 1)
      await accounts.find([ref('shop', `pull-${number}`)], CART);
    const { unused } = await accounts.find([ref('shop', 'one-more')], CART);
    expect(unused).toMatchObject([
      { why: 'refused', message: expect.stringContaining('PULL_SECRETS') as unknown },
    ]);
    expect(reads).toHaveLength(PULL_SECRETS);
  });
});
