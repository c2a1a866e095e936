import { describe, expect, it } from 'vitest';
import { failed, ok, type Outcome, type Reason } from '../reasons.ts';
import type { Manifest, Registry } from '../registry/registry.ts';
import { findIndexes } from './indexes.ts';
import { A, B, C, resolved, swept } from './subject.fixture.ts';

const CHILD = swept(`ghcr.io/acme/cart@${B}`, { resolved: resolved(B) });

function index(...children: readonly string[]): Manifest {
  const manifests = children.map((digest) => ({ mediaType: 'x', digest, size: 1 }));
  return {
    digest: A,
    mediaType: 'x',
    size: 1,
    bytes: new Uint8Array(),
    content: { kind: 'index', manifests },
  };
}

/** A registry that is asked for manifests alone, and remembers which. */
function answering(outcome: Outcome<Manifest | null>) {
  const asked: string[] = [];
  const refuse = () => Promise.reject(new Error('not asked'));
  const registry: Registry = {
    tag: refuse,
    referrers: refuse,
    blob: refuse,
    manifest: (repository, digest) => {
      asked.push(`${repository}@${digest}`);
      return Promise.resolve(outcome);
    },
    hosts: () => [],
    close: () => Promise.resolve(),
  };
  return { registry, asked };
}

const fault = (reason: Reason) => failed(reason, 'no answer');

describe('indexes of children that run by themselves', () => {
  it('are those that another image leads to, unasked', async () => {
    const { registry, asked } = answering(fault('RegistryUnreachable'));
    const tagged = swept('ghcr.io/acme/cart:v1', { resolved: resolved(A, [B, C]) });
    const { byChild, gaps } = await findIndexes([A, B], [CHILD, tagged], { registry, concurrency: 2 });
    expect([...byChild]).toEqual([
      [B, [A]],
      [C, [A]],
    ]);
    expect({ gaps, asked }).toEqual({ gaps: [], asked: [] });
  });

  it('are asked for in the repository of the child', async () => {
    const { registry, asked } = answering(ok(index(B)));
    const { byChild } = await findIndexes([A], [CHILD], { registry, concurrency: 2 });
    expect([...byChild]).toEqual([[B, [A]]]);
    expect(asked).toEqual([`ghcr.io/acme/cart@${A}`]);
  });

  it('are not asked for where a tag or an index runs', async () => {
    const { registry, asked } = answering(ok(null));
    const images = [
      swept('ghcr.io/acme/cart:v1', { resolved: resolved(B) }),
      swept(`ghcr.io/acme/shop@${C}`, { resolved: resolved(C, [B]) }),
    ];
    await findIndexes([A], images, { registry, concurrency: 2 });
    expect(asked).toEqual([]);
  });

  it('are none where the registry says so', async () => {
    const found = await findIndexes([A], [CHILD], { registry: answering(ok(null)).registry, concurrency: 2 });
    expect(found).toEqual({ byChild: new Map(), gaps: [], notes: [] });
  });

  it('leave a gap where the registry cannot be asked', async () => {
    const { gaps } = await findIndexes([A], [CHILD], {
      registry: answering(fault('RegistryUnreachable')).registry,
      concurrency: 2,
    });
    expect(gaps).toMatchObject([{ scope: 'image', reason: 'RegistryUnreachable', wrongInput: false }]);
  });

  it('leave a note where they were not saved', async () => {
    const { gaps, notes } = await findIndexes([A], [CHILD], {
      registry: answering(fault('NotInEvidence')).registry,
      concurrency: 2,
    });
    expect(gaps).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('ask for the digests of its children as well')]);
  });

  it('leave a gap where there are too many to ask for', async () => {
    const { registry, asked } = answering(ok(null));
    const digests = Array.from({ length: 1001 }, (_, number) => `sha256:${String(number).padStart(64, '0')}`);
    const { gaps } = await findIndexes(digests, [CHILD], { registry, concurrency: 2 });
    expect(gaps).toMatchObject([{ reason: 'LimitExceeded', wrongInput: false }]);
    expect(gaps[0]?.message).toContain('more than 1000 questions');
    expect(asked).toEqual([]);
  });
});
