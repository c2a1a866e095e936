import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basedOn, diffId, type LayeredRegistry, serveLayered } from '../evidence/layered-registry.fixture.ts';
import type { Foundation } from '../evidence/foundation.ts';
import { container, manifest, workload } from '../policy/judged-image.fixture.ts';
import { ok } from '../reasons.ts';
import type { Descriptor, Registry } from '../registry/registry.ts';
import { hit } from './answer.ts';
import { component } from './component.fixture.ts';
import { placeComponents } from './component-origins.ts';
import { factsOf, type ManifestFacts } from './facts.ts';
import { resolved, swept } from './subject.fixture.ts';

let served: LayeredRegistry;
let app: Descriptor;
beforeEach(async () => {
  served = await serveLayered();
  const base = served.push('base', { layers: ['base'] });
  app = served.push('app', { layers: ['base', 'app'], annotations: basedOn(`${served.host}/base`, base) });
});
afterEach(() => served.close());

/** The registry of the test, and the repositories that were asked for through it. */
function client() {
  const asked = new Set<string>();
  const registry = served.client();
  const noting: Registry = {
    ...registry,
    manifest: (repository, digest) => (asked.add(repository), registry.manifest(repository, digest)),
    blob: (repository, ...blob) => (asked.add(repository), registry.blob(repository, ...blob)),
  };
  return { registry: noting, asked };
}

/** What is said of the component in the image, whose pods have a pull secret; `more` was found out of it before. */
async function placed(
  options: Pick<Parameters<typeof placeComponents>[1], 'registry' | 'accounts' | 'signal'>,
  saved = false,
  more: Partial<ManifestFacts> = {},
) {
  const { digest } = app;
  const root = { ...manifest('a'), digest };
  const image = swept(`${served.host}/app@${digest}`, { resolved: resolved(digest) });
  const pullSecrets = [{ cluster: null, namespace: 'shop', kind: 'Secret' as const, name: 'regcred' }];
  const found = factsOf({ digest, root, children: [], runnable: [] }, true);
  const facts = { ...found, root: { ...found.root, ...more } };
  const match = {
    query: 'package',
    asked: 'log4j-core',
    found: 'log4j-core',
    at: 'manifest',
    evidence: [],
  } as const;
  const answered = {
    workload: workload(),
    container: container(image.reference.text),
    image: { ...image, reference: { ...image.reference, pullSecrets }, attached: ok(facts) },
    running: null,
    answer: hit({ ...match, manifest: digest, component: component({ layer: diffId('base') }) }),
    newer: null,
  };
  const bases = { saved, mirrors: [], elsewhere: null };
  const [one] = await placeComponents([answered], { concurrency: 2, timeout: 10_000, bases, ...options });
  return one?.answer.is === 'hit' ? one.answer.matches[0]?.component : undefined;
}

describe('who is asked', () => {
  it('is asked for the image as its pods are, and for its base as the user', async () => {
    const [user, pods] = [client(), client()];
    const accounts = {
      find: () => Promise.resolve({ account: 'regcred', unused: [] }),
      registry: () => pods.registry,
    };
    expect(await placed({ registry: user.registry, accounts })).toMatchObject({ origin: 'base' });
    expect([...pods.asked]).toEqual([`${served.host}/app`]);
    expect([...user.asked]).toEqual([`${served.host}/base`]);
  });

  it('is nobody for what was found out of saved evidence, and everybody where it may be otherwise now', async () => {
    const { registry, asked } = client();
    const missing = { reason: 'NotInEvidence', message: 'it was not saved' } as const;
    const foundation = (): Foundation => ({ layers: { ok: false, fault: missing }, named: [], more: 0 });
    expect(await placed({ registry }, true, { foundation })).toMatchObject({
      origin: 'unknown',
      originReason: "the image's layers are not known: it was not saved",
    });
    expect(asked.size).toBe(0);
    expect(await placed({ registry }, false, { foundation })).toMatchObject({ origin: 'base' });
  });

  it('is nobody once the run is to end', async () => {
    const { registry, asked } = client();
    const found = await placed({ registry, signal: AbortSignal.abort() });
    expect(found?.originReason).toBe("the image's layers are not known: they were not there in time");
    expect(asked.size).toBe(0);
  });

  it('has no more time than an image has', async () => {
    const { registry } = client();
    const silent = { ...registry, manifest: () => new Promise<never>(() => {}) };
    const found = await placed({ registry: silent, signal: AbortSignal.timeout(50) });
    expect(found).toMatchObject({
      origin: 'unknown',
      originReason: expect.stringMatching(/in time$/) as unknown,
    });
  });
});
