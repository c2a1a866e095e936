import { describe, expect, it } from 'vitest';
import { compileQuery, type QueryValues } from './compile-query.ts';
import type { Gap } from '../workloads/source.ts';
import { compare, type Former, type Now, type Place, readFormer } from './former.ts';
import type { Query } from './query.ts';
import type { SweepHit } from './sweep-report.ts';
import { A, B } from './subject.fixture.ts';

const NONE = { digest: [], image: [], signer: [], issuer: [], 'source-repository': [], builder: [] };
const AT = '2026-01-01T00:00:00.000Z';

function query(values: Partial<QueryValues>): Query {
  const read = compileQuery({ ...NONE, unsigned: false, ...values });
  if (!read.ok) throw new Error(read.messages.join());
  return read.query;
}

const CART: Place = {
  cluster: null,
  namespace: 'shop',
  kind: 'Deployment',
  name: 'cart',
  container: 'app',
  image: 'ghcr.io/acme/cart:v1',
  digest: A,
};

function hit(place: Partial<Place> = {}): SweepHit {
  return {
    ...CART,
    ...place,
    apiVersion: 'apps/v1',
    labels: {},
    type: 'container',
    state: 'running',
    pods: null,
    platform: null,
    since: null,
    location: null,
    matched: [],
    component: null,
    evidence: [],
    newer: null,
    vex: null,
  };
}

const sweepReport = (asked: unknown, hits: readonly unknown[] = [hit()]) => ({
  apiVersion: 'kubectl-supplychain/v1alpha1',
  kind: 'SweepReport',
  metadata: { generatedAt: AT },
  query: asked,
  hits,
});
const auditReport = (reference: string, digest: string | null) => ({
  apiVersion: 'kubectl-supplychain/v1alpha1',
  kind: 'Report',
  metadata: { generatedAt: AT },
  workloads: [
    {
      cluster: null,
      namespace: 'shop',
      kind: 'Deployment',
      name: 'cart',
      containers: [{ name: 'app', image: { reference, digest } }],
    },
  ],
});

describe('a former report', () => {
  it('is a sweep of the same query', () => {
    const read = readFormer(sweepReport({ digest: [A] }), query({ digest: [A] }));
    expect(read).toMatchObject({ ok: true, former: { generatedAt: AT, kind: 'SweepReport', hits: [CART] } });
  });

  it.each<[string, unknown, Partial<QueryValues>, string]>([
    ['of another query', sweepReport({ digest: [B] }), { digest: [A] }, `another query (--digest ${B})`],
    [
      'that is none',
      { kind: 'Policy' },
      { digest: [A] },
      'it is no JSON report of a sweep or an audit: kind',
    ],
    ['that is no JSON', undefined, { digest: [A] }, 'it is no JSON report of a sweep or an audit'],
    ['with a broken hit', sweepReport({ digest: [A] }, [{}]), { digest: [A] }, 'hits.0.cluster'],
    ['that does not say who has signed', auditReport('x', A), { signer: ['x'] }, 'an audit says nothing'],
  ])('is not one %s', (_, report, values, message) => {
    const read = readFormer(report, query(values));
    expect(read.ok ? '' : read.message).toContain(message);
  });

  it.each<[string, Partial<QueryValues>, string, string | null, number]>([
    ['the digest it names', { digest: [A] }, 'ghcr.io/acme/cart:v1', A, 1],
    ['another digest', { digest: [B] }, 'ghcr.io/acme/cart:v1', A, 0],
    ['the image it names', { image: ['ghcr.io/acme/*'] }, 'ghcr.io/acme/cart:v1', null, 1],
    ['both', { image: ['ghcr.io/acme/*'], digest: [A] }, 'ghcr.io/acme/cart:v1', A, 1],
    ['what is no image', { image: ['ghcr.io/acme/*'] }, 'Not an image', null, 0],
  ])('may be an audit, asked for %s', (_, values, reference, digest, hits) => {
    const read = readFormer(auditReport(reference, digest), query(values));
    expect(read.ok && read.former.hits).toHaveLength(hits);
  });
});

const former = (more: Partial<Former>): Former => ({
  generatedAt: AT,
  kind: 'SweepReport',
  hits: [],
  seen: [],
  ...more,
});

describe('what is different', () => {
  it.each<[string, Partial<Former>, SweepHit[], SweepHit[], object]>([
    ['nothing', { hits: [CART] }, [hit()], [], { new: [], gone: [], changed: [] }],
    ['a new hit', {}, [hit()], [], { new: [CART], gone: [], changed: [] }],
    [
      'a hit that is gone',
      { hits: [CART] },
      [],
      [],
      { new: [], gone: [{ ...CART, now: 'notAffected' }], changed: [] },
    ],
    [
      'a hit of which nothing is known now',
      { hits: [CART] },
      [],
      [hit()],
      { new: [], gone: [{ ...CART, now: 'undetermined' }], changed: [] },
    ],
    [
      'a hit by another image',
      { hits: [{ ...CART, digest: B }] },
      [hit()],
      [],
      { new: [], gone: [], changed: [{ ...CART, was: { image: CART.image, digest: B } }] },
    ],
    ['an image that an audit has seen there', { seen: [CART] }, [hit()], [], { new: [], changed: [] }],
    [
      'another that an audit has seen there',
      { seen: [{ ...CART, digest: B }] },
      [hit()],
      [],
      { new: [CART] },
    ],
  ])('is %s', (_, then, hits, open, changes) => {
    const now = { hits, undetermined: open, gaps: [], clusters: [] };
    expect(compare(former(then), now, () => true)).toMatchObject({ generatedAt: AT, ...changes });
  });

  const EAST = { ...CART, cluster: 'east' };
  const gap = (more: Partial<Gap>): Gap => ({
    reason: 'ClusterUnreachable',
    message: 'nobody answers',
    scope: 'context',
    name: 'east',
    cluster: 'east',
    wrongInput: false,
    ...more,
  });
  it.each<[string, Place, Partial<Now>, boolean, 'notAffected' | 'undetermined']>([
    ['that was read', EAST, { clusters: ['east'] }, true, 'notAffected'],
    ['that was not read', EAST, { clusters: ['west'] }, true, 'undetermined'],
    ['whose namespace was not asked for', EAST, { clusters: ['east'] }, false, 'undetermined'],
    [
      'of which a kind may not be read',
      EAST,
      { clusters: ['east'], gaps: [gap({ scope: 'kind', name: 'pods' })] },
      true,
      'undetermined',
    ],
    [
      'beside another that was not seen',
      EAST,
      { clusters: ['east'], gaps: [gap({ name: 'west', cluster: 'west' })] },
      true,
      'notAffected',
    ],
    [
      'of which another namespace was not seen',
      EAST,
      { clusters: ['east'], gaps: [gap({ scope: 'namespace', name: 'other' })] },
      true,
      'notAffected',
    ],
    [
      'beside a context that leads nowhere',
      EAST,
      { clusters: ['east'], gaps: [gap({ cluster: null })] },
      true,
      'undetermined',
    ],
    [
      'of manifests, of which a file cannot be read',
      CART,
      { gaps: [gap({ scope: 'file', cluster: null })] },
      true,
      'undetermined',
    ],
  ])('is gone for certain or not in a cluster %s', (_, then, known, asked, now) => {
    const all = { hits: [], undetermined: [], gaps: [], clusters: [], ...known };
    const { gone } = compare(former({ hits: [then] }), all, () => asked);
    expect(gone).toMatchObject([{ ...then, now }]);
  });
});
