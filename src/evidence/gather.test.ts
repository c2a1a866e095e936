import { describe, expect, it } from 'vitest';
import { failed, type Outcome } from '../reasons.ts';
import { type ImageReference, parseReference } from '../registry/reference.ts';
import type { Manifest, Registry } from '../registry/registry.ts';
import { gather, gatherEach } from './gather.ts';
import type { Progress } from './progress.ts';
import { inMemoryRegistry } from './in-memory-registry.fixture.ts';

const unused = () => Promise.reject(new Error('not asked for here'));

function registry(tag: () => Promise<Outcome<Manifest | null>>): Registry {
  return {
    tag,
    manifest: unused,
    referrers: unused,
    blob: unused,
    hosts: () => [],
    close: () => Promise.resolve(),
  };
}

const OPTIONS = { collectors: [], platform: null, concurrency: 1, timeout: 10_000 };
const IMAGES = ['ghcr.io/a:v1', 'ghcr.io/b:v1', 'quay.io/c:v1'].flatMap((text): ImageReference[] => {
  const parsed = parseReference(text);
  return parsed.ok ? [parsed.value] : [];
});

const reasons = async (gathering: ReturnType<typeof gather>) =>
  [...(await gathering).values()].map((outcome) => (outcome.ok ? 'there' : outcome.fault.reason));

describe('gather', () => {
  it.each([
    ['Interrupted', AbortSignal.abort()],
    ['TimedOut', AbortSignal.abort(new DOMException('', 'TimeoutError'))],
  ])('asks nothing any more in a run that was ended: %s', async (reason, signal) => {
    let asked = 0;
    const counting = registry(() => {
      asked += 1;
      return unused();
    });
    expect(await reasons(gather(IMAGES, { ...OPTIONS, registry: counting, signal }))).toEqual([
      reason,
      reason,
      reason,
    ]);
    expect(asked).toBe(0);
  });

  it('says that the run was ended, not what came of a request that was broken off', async () => {
    const run = new AbortController();
    const { signal } = run;
    const broken = new Promise<Outcome<never>>((resolve) => {
      signal.addEventListener('abort', () => resolve(failed('RegistryUnreachable', 'it broke off')));
    });
    const gathering = gather(IMAGES, {
      ...OPTIONS,
      registry: registry(() => {
        queueMicrotask(() => run.abort());
        return broken;
      }),
      signal,
    });
    expect(await reasons(gathering)).toEqual(['Interrupted', 'Interrupted', 'Interrupted']);
  });

  it('waits for no place longer than an image may take, and keeps what others have', async () => {
    const subject = 'sha256:a';
    const piece = {
      format: 'sbom',
      digest: 'sha256:b',
      subject,
      location: 'x',
      bytes: new Uint8Array(),
    } as const;
    const quick = {
      name: 'quick',
      collect: () => Promise.resolve({ evidence: [{ ...piece, annotations: {} }], faults: [] }),
    };
    const slow = { name: 'slow', collect: () => new Promise<never>(() => {}) };
    const apart = { ...slow, signatureRepository: 'ghcr.io/acme/signatures' };
    const memory = inMemoryRegistry();
    memory.push('ghcr.io/a', { layers: [], tag: 'v1' });
    const options = { ...OPTIONS, registry: memory, collectors: [quick, slow, apart], timeout: 20 };
    const [outcome] = [...(await gather(IMAGES.slice(0, 1), options)).values()];
    const root = outcome?.ok ? outcome.value.root : null;
    expect(root?.evidence).toHaveLength(1);
    expect(root?.faults).toMatchObject([
      { reason: 'TimedOut', subject: root?.digest },
      { reason: 'TimedOut', subject: root?.digest, signatureRepository: 'ghcr.io/acme/signatures' },
    ]);
    expect(root?.faults[0]).not.toHaveProperty('signatureRepository');
  });

  it('tells how far it is, and what it waits for', async () => {
    const told: Progress[] = [];
    const answering = registry(() => Promise.resolve(failed('RegistryUnreachable', 'nobody is there')));
    await gather(IMAGES, {
      ...OPTIONS,
      registry: answering,
      concurrency: 2,
      onProgress: (progress) => told.push(progress),
    });
    expect(told).toHaveLength(6);
    expect(told[1]).toEqual({ done: 0, total: 3, waitingFor: ['ghcr.io'] });
    expect(told.at(-1)).toEqual({ done: 3, total: 3, waitingFor: [] });
    expect(told.some(({ waitingFor }) => waitingFor.includes('quay.io'))).toBe(true);
  });

  it('hands over each image while only as many are worked on as may be, and keeps what comes of that', async () => {
    let held = 0;
    let most = 0;
    const counted = registry(() => {
      held += 1;
      most = Math.max(most, held);
      return Promise.resolve(failed('ImageNotFound', 'none'));
    });
    const options = { ...OPTIONS, registry: counted };
    const used = await gatherEach(IMAGES, options, async ({ text }, outcome) => {
      await Promise.resolve();
      held -= 1;
      return `${text} ${outcome.ok ? 'there' : outcome.fault.reason}`;
    });
    expect(most).toBe(1);
    expect([...used]).toEqual(IMAGES.map(({ text }) => [text, `${text} ImageNotFound`]));
  });
});
