import { describe, expect, it } from 'vitest';
import { container, workload } from '../policy/judged-image.fixture.ts';
import { failed, ok, type Outcome } from '../reasons.ts';
import type { Running } from '../workloads/source.ts';
import type { Manifest, Registry } from '../registry/registry.ts';
import { compileQuery, type QueryValues } from './compile-query.ts';
import { A, B } from './subject.fixture.ts';
import { sweep } from './sweep.ts';

const config = { mediaType: 'x', digest: B, size: 2 };
const MANIFEST: Manifest = {
  digest: A,
  mediaType: 'x',
  size: 1,
  bytes: new Uint8Array(),
  content: { kind: 'manifest', config, layers: [] },
};

/** A registry with one manifest, which remembers what it was asked for. */
function answering(outcome: Outcome<Manifest | null>) {
  const asked: string[] = [];
  const answer = (question: string) => {
    asked.push(question);
    return Promise.resolve(outcome);
  };
  const registry: Registry = {
    tag: (_repository, tag) => answer(`tag ${tag}`),
    manifest: (_repository, digest) => answer(`manifest ${digest.slice(7, 9)}`),
    referrers: () => Promise.resolve(ok({ via: 'api', descriptors: [] })),
    blob: () => Promise.reject(new Error('nothing is attached')),
    hosts: () => [],
    close: () => Promise.resolve(),
  };
  return { registry, asked };
}

async function ask(
  text: string,
  values: Partial<QueryValues>,
  { registry }: Pick<ReturnType<typeof answering>, 'registry'>,
  running?: readonly Running[],
) {
  const none = { digest: [], image: [], signer: [], issuer: [], 'source-repository': [], builder: [] };
  const compiled = compileQuery({ ...none, unsigned: false, ...values });
  if (!compiled.ok) throw new Error(compiled.messages.join());
  const now = new Date('2026-01-02T03:04:05Z');
  const one = workload({ containers: [container(text, { running })] });
  return sweep({
    source: { kind: 'manifests', discover: () => Promise.resolve({ workloads: [one], gaps: [] }) },
    scanner: null,
    revocation: null,
    query: compiled.query,
    registry,
    collectors: [],
    platform: null,
    concurrency: 1,
    timeout: 10_000,
    trusted: () => Promise.resolve({ policy: null, trust: { roots: [], keys: [] }, hosts: [] }),
    generatedAt: now,
    takenAt: now,
    evidence: null,
    tool: 'kubectl-supplychain v0',
    since: null,
    kept: null,
    bases: { saved: false, mirrors: [], elsewhere: null },
  });
}

describe('a sweep', () => {
  it('asks for a tag once, and by its digest from then on', async () => {
    const one = answering(ok(MANIFEST));
    await ask('ghcr.io/acme/cart:v1', { digest: [A], signer: ['x'] }, one);
    expect(one.asked).toEqual(['tag v1', 'manifest aa']);
  });

  it('asks for nothing that is in the reference', async () => {
    const one = answering(ok(MANIFEST));
    const { summary } = await ask(`ghcr.io/acme/cart@${A}`, { digest: [A], image: ['ghcr.io/**'] }, one);
    expect({ summary, asked: one.asked }).toMatchObject({ summary: { affected: 1 }, asked: [] });
  });

  it('asks no more of an image that another part of the query rules out', async () => {
    const one = answering(ok(MANIFEST));
    const { verdict } = await ask('ghcr.io/acme/cart:v1', { digest: [B], signer: ['x'] }, one);
    expect({ verdict, asked: one.asked }).toMatchObject({ verdict: { exitCode: 0 }, asked: ['tag v1'] });
  });

  it('says why it does not know what an unreachable image has attached', async () => {
    const gone = answering(failed('RegistryUnreachable', 'nobody answers'));
    const { undetermined } = await ask(`ghcr.io/acme/cart@${A}`, { digest: [A], signer: ['x'] }, gone);
    expect(undetermined).toMatchObject([{ reason: 'Unreachable', cause: 'RegistryUnreachable' }]);
    expect(gone.asked).toEqual(['manifest aa']);
  });

  const loaded = {
    imageID: B,
    digest: null,
    repository: null,
    config: B,
    platform: null,
    pods: 1,
    since: null,
  };

  it('finds an image that was loaded into a node, where the reference leads to its configuration', async () => {
    const one = answering(ok(MANIFEST));
    const { hits } = await ask('ghcr.io/acme/cart:v1', { digest: [A] }, one, [loaded]);
    expect(hits).toMatchObject([{ digest: A, pods: 1 }]);
    const signed = await ask('ghcr.io/acme/cart:v1', { unsigned: true }, answering(ok(MANIFEST)), [loaded]);
    expect(signed.hits).toMatchObject([{ digest: A }]);
  });

  it('does not know one of which the reference leads to another configuration', async () => {
    const other = { ...loaded, imageID: A, config: A };
    const { hits, undetermined } = await ask('x.io/cart:v1', { digest: [A] }, answering(ok(MANIFEST)), [
      other,
    ]);
    expect(hits).toEqual([]);
    expect(undetermined).toMatchObject([{ cause: 'DigestNotResolvable' }]);
  });

  it('does not know what a text is that is no reference', async () => {
    const { undetermined, verdict } = await ask('Not an image', { digest: [A] }, answering(ok(null)));
    expect(undetermined).toMatchObject([{ reason: 'ReferenceInvalid', cause: 'ImageReferenceInvalid' }]);
    expect(verdict.exitCode).toBe(3);
  });
});
