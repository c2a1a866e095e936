import { describe, expect, it } from 'vitest';
import type { PullSecretRef } from '../pull-secret-ref.ts';
import { failed } from '../reasons.ts';
import type { Accounts } from '../registry/accounts.ts';
import { type ImageReference, parseReference } from '../registry/reference.ts';
import { nobodyAsked } from '../revocation-answers.ts';
import { verifyImages } from '../verified-images.ts';
import type { Collector } from './collector.ts';
import { gather, type GatherOptions, type ImageRequest } from './gather.ts';
import { type InMemoryRegistry, inMemoryRegistry } from './in-memory-registry.fixture.ts';
import { referrers } from './referrers.ts';
import { signatureRepository } from './signature-repository.ts';

const REPOSITORY = 'registry.example.com/shop/cart';
const SIGNATURES = 'registry.example.com/shop/signatures';
const LAYER = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', text: '{}' };

const pullSecret = (namespace: string): PullSecretRef => ({
  cluster: null,
  namespace,
  kind: 'Secret',
  name: 'pull',
});

/** Every namespace has the account of its name where it is listed, and the user's elsewhere. */
function accounts(
  own: InMemoryRegistry,
  registries: Readonly<Record<string, InMemoryRegistry>>,
  at: (repository: string) => boolean = () => true,
): Accounts {
  return {
    find([secret], repository) {
      const account = secret && at(repository) && registries[secret.namespace] ? secret.namespace : '';
      return Promise.resolve({ account, unused: [] });
    },
    registry: (account) => registries[account] ?? own,
  };
}

function request(namespace: string): ImageRequest {
  const parsed = parseReference(`${REPOSITORY}:v1`);
  if (!parsed.ok) throw new Error(parsed.message);
  const reference: ImageReference = parsed.value;
  return { ...reference, key: namespace, pullSecrets: [pullSecret(namespace)] };
}

function withImage(signed: boolean): InMemoryRegistry {
  const registry = inMemoryRegistry();
  const subject = registry.push(REPOSITORY, { layers: [], tag: 'v1' });
  if (signed) registry.push(REPOSITORY, { layers: [LAYER], subject });
  return registry;
}

const ASKING = { judgedAt: new Date(0), ask: nobodyAsked('a test does not ask') };
const OPTIONS = { platform: null, concurrency: 2, timeout: 10_000 };

async function found(
  collectors: readonly Collector[],
  own: InMemoryRegistry,
  options: Pick<GatherOptions, 'accounts'>,
) {
  const requests = ['shop', 'bank', 'open'].map(request);
  const gathered = await gather(requests, { ...OPTIONS, ...options, registry: own, collectors });
  const judged = verifyImages(
    { valid: requests, invalid: new Map() },
    gathered,
    { roots: [], keys: [] },
    ASKING,
  );
  const told = new Map<string, unknown>();
  for (const [key, image] of judged) {
    const resolution = 'invalid' in image ? null : image.resolution;
    if (!resolution?.ok) told.set(key, resolution?.fault.reason);
    else {
      const { verdicts, faults } = resolution.value.root;
      told.set(key, [verdicts.length, ...faults.map(({ reason }) => reason)]);
    }
  }
  return Object.fromEntries(told);
}

describe('what is found with the pull secrets of one namespace', () => {
  it('is not found with those of another', async () => {
    const [own, shop, bank] = [withImage(false), withImage(true), inMemoryRegistry()];
    bank.fail(REPOSITORY, failed('CredentialsRejected', 'no').fault);
    expect(await found([referrers], own, { accounts: accounts(own, { shop, bank }) })).toEqual({
      shop: [1],
      bank: 'CredentialsRejected',
      open: [0],
    });
  });

  it('is not taken for what hangs on the same digest for another', async () => {
    const [own, shop, bank] = [withImage(false), withImage(true), withImage(false)];
    expect(await found([referrers], own, { accounts: accounts(own, { shop, bank }) })).toEqual({
      shop: [1],
      bank: [0],
      open: [0],
    });
  });

  it('is told apart where they differ in a signature repository alone', async () => {
    const [own, shop, bank] = [withImage(false), inMemoryRegistry(), inMemoryRegistry()];
    bank.fail(SIGNATURES, failed('AccessDenied', 'no').fault);
    const there = accounts(own, { shop, bank }, (repository) => repository === SIGNATURES);
    expect(await found([signatureRepository(SIGNATURES)], own, { accounts: there })).toEqual({
      shop: [0],
      bank: [0, 'AccessDenied', 'AccessDenied', 'AccessDenied', 'AccessDenied'],
      open: [0],
    });
  });

  it('is not known to be missing from a signature repository while a secret is refused that may lead there', async () => {
    const own = withImage(false);
    const refused = (why: 'refused' | 'missing'): Accounts => ({
      find: ([ref]) =>
        Promise.resolve({
          account: '',
          unused:
            ref?.namespace === 'shop' ? [{ ref, why, message: 'may not be read', remediation: 'ask' }] : [],
        }),
      registry: () => own,
    });
    const collectors = [referrers, signatureRepository(SIGNATURES)];
    const nothing = { shop: [0], bank: [0], open: [0] };
    expect(await found(collectors, own, { accounts: refused('missing') })).toEqual(nothing);
    expect(await found(collectors, own, { accounts: refused('refused') })).toEqual({
      ...nothing,
      shop: [0, 'ImageNotFound'],
    });
    expect(await found([referrers], own, { accounts: refused('refused') })).toEqual(nothing);
  });

  it('is asked for once where they have one account', async () => {
    const [own, shop] = [withImage(false), withImage(true)];
    const one = { find: () => Promise.resolve({ account: 'shop', unused: [] }), registry: () => shop };
    expect(await found([referrers], own, { accounts: one })).toEqual({ shop: [1], bank: [1], open: [1] });
    expect(own.asked).toEqual([]);
    expect(shop.asked.filter((question) => question.startsWith('tag '))).toHaveLength(1);
  });
});
