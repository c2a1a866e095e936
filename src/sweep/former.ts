import { z } from 'zod';
import { ok } from '../reasons.ts';
import { parseReference } from '../registry/reference.ts';
import type { Container, Workload } from '../workloads/source.ts';
import { describeQuery } from './describe-query.ts';
import { type Asked, answer, asksEvidence, type Query, type SweptImage } from './query.ts';
import type { SweepHit, SweepReport, SweptContainer } from './sweep-report.ts';
import { wrongField } from '../wrong-field.ts';

/** A container, in the words of a report. */
export type Place = Pick<
  SweptContainer,
  'cluster' | 'namespace' | 'kind' | 'name' | 'container' | 'image' | 'digest'
>;

/** What is different from a former report. */
export interface Changes {
  /** When the former report was made. */
  readonly generatedAt: string;
  readonly kind: 'SweepReport' | 'Report';
  /** Hits that were none then. */
  readonly new: readonly Place[];
  /** Hits of then that are none now; `now` says whether that is known. */
  readonly gone: readonly (Place & { readonly now: 'notAffected' | 'undetermined' })[];
  /** Hits then and now, by another image. */
  readonly changed: readonly (Place & { readonly was: Pick<Place, 'image' | 'digest'> })[];
}

/** The hits of a former report. */
export interface Former {
  readonly generatedAt: string;
  readonly kind: Changes['kind'];
  readonly hits: readonly Place[];
  /** All that an audit saw: what it names without telling children of an index may have been a hit as well. */
  readonly seen: readonly Place[];
}

const text = z.string();
const maybe = text.nullable();
const place = z.object({
  cluster: maybe,
  namespace: maybe,
  kind: text,
  name: text,
  container: text,
  image: text,
  digest: maybe,
});
const asked = z.array(text).optional();
const sweepReport = z.object({
  apiVersion: z.literal('kubectl-supplychain/v1alpha1'),
  kind: z.literal('SweepReport'),
  metadata: z.object({ generatedAt: z.iso.datetime() }),
  query: z.object({
    digest: asked,
    image: asked,
    signer: asked,
    issuer: asked,
    sourceRepository: asked,
    builder: asked,
    unsigned: z.literal(true).optional(),
    package: asked,
    range: text.optional(),
    ecosystem: text.optional(),
    vulnerability: asked,
    accept: z.literal('unsigned').optional(),
  }),
  hits: z.array(place),
});
const auditReport = z.object({
  apiVersion: z.literal('kubectl-supplychain/v1alpha1'),
  kind: z.literal('Report'),
  metadata: z.object({ generatedAt: z.iso.datetime() }),
  workloads: z.array(
    z.object({
      cluster: maybe,
      namespace: maybe,
      kind: text,
      name: text,
      containers: z.array(z.object({ name: text, image: z.object({ reference: text, digest: maybe }) })),
    }),
  ),
});
const formerSchema = z.discriminatedUnion('kind', [sweepReport, auditReport]);

type Read = { readonly ok: true; readonly former: Former } | { readonly ok: false; readonly message: string };

/** Reads a former report for a query: a sweep of the same query, or an audit, of which a query about names alone can be asked again. */
export function readFormer(json: unknown, query: Query): Read {
  const parsed = formerSchema.safeParse(json, { error: wrongField });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'document';
    const message = `it is no JSON report of a sweep or an audit: ${field}: ${issue?.message ?? 'invalid'}`;
    return { ok: false, message };
  }
  const report = parsed.data;
  const { generatedAt } = report.metadata;
  if (report.kind === 'SweepReport') {
    return sameQuery(report.query, query.asked)
      ? { ok: true, former: { generatedAt, kind: report.kind, hits: report.hits, seen: [] } }
      : {
          ok: false,
          message: `it answers another query (${describeQuery(report.query)}); ask the same again`,
        };
  }
  if (asksEvidence(query).evidence)
    return {
      ok: false,
      message: 'an audit says nothing of this query; name a former sweep of it (-o json=FILE keeps one)',
    };
  const seen = report.workloads.flatMap(({ containers, ...workload }) =>
    containers.map(({ name, image: { reference, digest } }): Place => ({
      ...workload,
      container: name,
      image: reference,
      digest,
    })),
  );
  const hits = seen.filter((one) => hitThen(query, one));
  return { ok: true, former: { generatedAt, kind: report.kind, hits, seen } };
}

/** Whether an image of an audit is what a query asks for, by what the audit says of its name and digest. */
function hitThen(query: Query, { image, digest }: Place): boolean {
  const reference = parseReference(image);
  if (!reference.ok) return false;
  const swept: SweptImage = {
    reference: reference.value,
    resolved: digest === null ? null : ok({ digest, isIndex: false, runnable: [] }),
    attached: null,
  };
  const container = { ...CONTAINER, image };
  return (
    answer(query, {
      workload: WORKLOAD,
      container,
      image: swept,
      named: null,
      indexes: new Map(),
      policy: null,
    }).is === 'hit'
  );
}

/** A report's workload says more than names ask for. */
const CONTAINER: Container = { name: '', type: 'container', image: '', field: '', location: null };
const WORKLOAD: Workload = {
  cluster: null,
  namespace: null,
  apiVersion: '',
  kind: '',
  name: '',
  uid: null,
  labels: {},
  templateLabels: null,
  replicas: { desired: null, running: null },
  state: 'manifestOnly',
  location: null,
  containers: [],
};

/** What is known now. */
export interface Now {
  readonly hits: readonly SweepHit[];
  readonly undetermined: readonly SweptContainer[];
  readonly gaps: SweepReport['coverage']['gaps'];
  /** The clusters that were read. */
  readonly clusters: readonly string[];
}

/**
 * Holds the hits of now against those of then. `isAsked` says of a place of then whether this run looks there at all: what nobody has
 * looked for is not known to be gone, and neither is what lies where something could not be seen.
 */
export function compare(former: Former, now: Now, isAsked: (place: Place) => boolean): Changes {
  const { hits, clusters } = now;
  const same = new Set(hits.map((one) => imageKey(one)));
  const seen = former.seen.filter((one) => same.has(imageKey(one)));
  const then = new Map([...seen, ...former.hits].map((one) => [placeKey(one), one]));
  const current = new Set(hits.map((one) => placeKey(one)));
  const open = new Set(now.undetermined.map((one) => placeKey(one)));
  const isKnown = (place: Place): boolean =>
    isAsked(place) &&
    (place.cluster === null || clusters.includes(place.cluster)) &&
    !open.has(placeKey(place)) &&
    !now.gaps.some((gap) => mayHide(gap, place));
  const { generatedAt, kind } = former;
  return {
    generatedAt,
    kind,
    new: hits.filter((one) => !then.has(placeKey(one))).map(placeOf),
    gone: former.hits
      .filter((one) => !current.has(placeKey(one)))
      .map((one) => ({ ...placeOf(one), now: isKnown(one) ? 'notAffected' : 'undetermined' })),
    changed: hits.flatMap((one) => {
      const was = then.get(placeKey(one));
      return was && (was.image !== one.image || was.digest !== one.digest)
        ? [{ ...placeOf(one), was: { image: was.image, digest: was.digest } }]
        : [];
    }),
  };
}

/** Whether a place may lie in what could not be seen. */
function mayHide({ scope, name, cluster }: Now['gaps'][number], place: Place): boolean {
  if (cluster !== null && place.cluster !== null && cluster !== place.cluster) return false;
  return scope !== 'namespace' || name === place.namespace;
}

function placeKey({ cluster, namespace, kind, name, container }: Place): string {
  return JSON.stringify([cluster, namespace, kind, name, container]);
}

function imageKey(place: Place): string {
  return JSON.stringify([placeKey(place), place.image, place.digest]);
}

function placeOf({ cluster, namespace, kind, name, container, image, digest }: Place): Place {
  return { cluster, namespace, kind, name, container, image, digest };
}

function sameQuery(then: Parameters<typeof describeQuery>[0], now: Asked): boolean {
  return describeQuery(then) === describeQuery(now);
}
