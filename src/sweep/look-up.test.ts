import { expect, it } from 'vitest';
import { inMemoryRegistry } from '../evidence/in-memory-registry.fixture.ts';
import { manifest } from '../policy/judged-image.fixture.ts';
import { imageKey, keepable, type KeptFacts } from './kept-facts.ts';
import { lookUpEvidence } from './look-up.ts';
import { attachedTo, CART, swept } from './subject.fixture.ts';

const SECRET = { cluster: null, namespace: 'shop', kind: 'Secret', name: 'pull' } as const;

it.each([
  ['whoever asks', [], false, 0],
  ['pods, where nobody else is asked', [SECRET], true, 0],
  ['no pods of a cluster that is asked now, whose secrets may be others', [SECRET], false, 1],
])('what is kept of an image counts for %s', async (_whom, pullSecrets, ofPods, asked) => {
  const registry = inMemoryRegistry();
  registry.push('ghcr.io/acme/cart', { layers: [], tag: 'v1' });
  const { reference, ...image } = swept(CART);
  const request = { ...reference, pullSecrets };
  const found = keepable(attachedTo(manifest('a')));
  if (!found) throw new Error('nothing may be kept');
  const kept: KeptFacts = {
    ofPods,
    read: () => Promise.resolve(new Map([[imageKey(request), found]])),
    write: () => Promise.resolve(),
  };
  const bases = { saved: true, mirrors: [], elsewhere: null };
  const options = { registry, collectors: [], platform: null, concurrency: 1, timeout: 10_000, bases };
  const trusted = Promise.resolve({ trust: { roots: [], keys: [] } });
  await lookUpEvidence(
    [{ ...image, reference: request }],
    options,
    trusted,
    { judgedAt: new Date(0), revocation: null },
    kept,
    false,
  );
  expect(registry.asked.filter((question) => question.startsWith('tag '))).toHaveLength(asked);
});
