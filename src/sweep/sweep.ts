import type { ListingProgress } from '../cluster/watched-api.ts';
import { discover } from '../discover.ts';
import { type GatherOptions, requestKey, stopReason } from '../evidence/gather.ts';
import type { Progress } from '../evidence/progress.ts';
import type { RevocationClient } from '../evidence/revocation-client.ts';
import type { Policy } from '../policy/policy.ts';
import { parseReference } from '../registry/reference.ts';
import type { TrustMaterial } from '../verify/verifier.ts';
import type { Container, Workload, WorkloadSource } from '../workloads/source.ts';
import { type Answer, undetermined } from './answer.ts';
import { placeComponents } from './component-origins.ts';
import type { BaseOptions } from './image-foundations.ts';
import { findIndexes, type Indexes } from './indexes.ts';
import type { KeptFacts } from './kept-facts.ts';
import { type LookedUp, lookUpDigests, lookUpEvidence } from './look-up.ts';
import { answer, asksEvidence, type Query, type Subject, type SweptImage } from './query.ts';
import { newerDigests } from './newer-digest.ts';
import { type OwnScanner, scanOwn } from './own-scans.ts';
import { type Candidate, candidatesOf } from './running.ts';
import { findRefused, lackingIn } from '../refused-secrets.ts';
import { type Answered, createSweepReport, type SweepReport, type SweepReportInput } from './sweep-report.ts';

/** Everything a sweep needs, passed in: no stage reads the clock, the network or the environment for itself. */
export interface SweepJob
  extends
    GatherOptions,
    Pick<SweepReportInput, 'query' | 'generatedAt' | 'takenAt' | 'evidence' | 'tool' | 'since'> {
  readonly source: WorkloadSource;
  readonly query: Query;
  /** Scans what nothing is known of; null where nobody asked for it. */
  readonly scanner: OwnScanner | null;
  /** Whom the user knows. Asked for only if the query is about evidence. */
  readonly trusted: () => Promise<Known>;
  /** Whom revocation is asked of; null: nobody. */
  readonly revocation: RevocationClient | null;
  /** Whom base images are asked of, beside the registries of the run. */
  readonly bases: BaseOptions;
  /** Where what was found out is kept for the next run; null where nothing is. */
  readonly kept: KeptFacts | null;
  /** Told while a cluster is listed, and of each image. */
  readonly onProgress?: ((progress: Progress | ListingProgress) => void) | undefined;
  /** Told in a sentence what the user may want to know and no answer rests on. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Whom the user knows, and the hosts that were asked for it. */
interface Known {
  readonly policy: Policy | null;
  readonly trust: TrustMaterial;
  readonly hosts: readonly string[];
}

/** Answers a query about what runs: workloads → images → what the query needs of them → answers → report. */
export async function sweep(job: SweepJob): Promise<SweepReport> {
  const { workloads, gaps, clusters = [] } = await discover(job.source, job);
  const asked = await askAll(workloads, job);
  return createSweepReport({
    ...job,
    ...asked,
    gaps: [...gaps, ...asked.gaps],
    workloads,
    clusters,
    hosts: [
      ...(job.source.hosts ?? []),
      ...job.registry.hosts(),
      ...(asked.known?.hosts ?? []),
      ...(job.revocation?.hosts() ?? []),
    ],
    policy: asked.known?.policy ?? null,
    trust: asked.known?.trust ?? null,
    interrupted: stopReason(job.signal) === 'Interrupted',
  });
}

/** One image of one container, before anything is known of it; null for a text that is no reference. */
interface AskedContainer {
  readonly workload: Workload;
  readonly container: Container;
  readonly candidate: Candidate | null;
}

/** Asks the query of every image of every container, and of registries only what is still needed for an answer. */
async function askAll(workloads: readonly Workload[], job: SweepJob) {
  const asked = workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      (candidatesOf(container) ?? [null]).map((candidate) => ({ workload, container, candidate })),
    ),
  );
  const images = imagesOf(asked);
  let indexes: Indexes = { byChild: new Map(), gaps: [], notes: [] };
  const lookedUp: LookedUp[] = [];
  const learn = (found: LookedUp): void => {
    lookedUp.push(found);
    for (const image of found.images) images.set(requestKey(image.reference), image);
  };
  let policy: Policy | null = null;
  const answerAll = () => asked.map((one) => answerOf(one, { images, indexes, policy }, job.query));
  const needs = new Set(job.query.predicates.map((predicate) => predicate.needs));
  if (needs.has('resolution')) {
    learn(await lookUpDigests(undecided(answerAll()), job));
    const { digest = [] } = job.query.asked;
    indexes = await findIndexes(digest, [...images.values()], job);
  }
  const { evidence, contents } = asksEvidence(job.query);
  const trusted = evidence ? job.trusted() : null;
  if (trusted) {
    // What was loaded into a node has no digest yet that anything could be attached to.
    const loaded = undecided(answerAll()).filter(
      ({ running, resolved }) => running?.digest === null && resolved === null,
    );
    learn(await lookUpDigests(loaded, job));
    const asking = { judgedAt: job.generatedAt, revocation: job.revocation };
    learn(await lookUpEvidence(undecided(answerAll()), job, trusted, asking, job.kept, contents));
    ({ policy } = await trusted);
  }
  const survey = (): readonly Subject[] => {
    const all = asked.flatMap((one) => subjectOf(one, { images, indexes, policy }) ?? []);
    for (const predicate of job.query.predicates) predicate.survey?.(all);
    return all;
  };
  if (job.scanner) {
    survey();
    const open = undecided(answerAll()).filter(({ attached }) => attached?.ok);
    for (const image of await scanOwn(open, job.scanner, job.signal))
      images.set(requestKey(image.reference), image);
  }
  const subjects = survey();
  const refused = await findRefused(
    lookedUp.flatMap(({ requests }) => requests),
    lackingIn(new Map(lookedUp.flatMap(({ gathered }) => [...gathered]))),
    job,
  );
  for (const notice of refused.notices) job.onNotice?.(notice);
  const gaps = [...indexes.gaps, ...refused.gaps];
  const notes = [...job.query.notes, ...indexes.notes];
  const newer = newerDigests(job.query, subjects);
  const answered = asked.map((one) => {
    const subject = subjectOf(one, { images, indexes, policy });
    const said = answerOf(one, { images, indexes, policy }, job.query);
    return { ...said, newer: subject && said.answer.is === 'hit' ? newer(subject) : null };
  });
  return { answered: await placeComponents(answered, job), known: await trusted, gaps, notes };
}

/** The distinct images, by the text of their references. */
function imagesOf(asked: readonly AskedContainer[]): Map<string, SweptImage> {
  const images = new Map<string, SweptImage>();
  for (const { candidate } of asked) {
    if (!candidate) continue;
    const { key, image, named } = candidate;
    images.set(key, image);
    if (named && !images.has(requestKey(named)))
      images.set(requestKey(named), { reference: named, resolved: null, attached: null });
  }
  return images;
}

interface AnsweredImage extends Omit<Answered, 'newer'> {
  readonly named: SweptImage | null;
}

/** What is known of everything that is asked about. */
interface KnownOf {
  readonly images: ReadonlyMap<string, SweptImage>;
  readonly indexes: Indexes;
  readonly policy: Policy | null;
}

/** Null for a text that is no reference. */
function subjectOf(
  { workload, container, candidate }: AskedContainer,
  { images, indexes: { byChild }, policy }: KnownOf,
): Subject | null {
  const image = candidate && images.get(candidate.key);
  if (!image) return null;
  const named = (candidate.named && images.get(requestKey(candidate.named))) ?? null;
  return { workload, container, image, named, indexes: byChild, policy };
}

function answerOf(asked: AskedContainer, known: KnownOf, query: Query): AnsweredImage {
  const { workload, container, candidate } = asked;
  const subject = subjectOf(asked, known);
  if (!subject || !candidate)
    return {
      workload,
      container,
      image: null,
      named: null,
      running: null,
      answer: notAReference(container.image),
    };
  const { image, named } = subject;
  return { workload, container, image, named, running: candidate.running, answer: answer(query, subject) };
}

/** The images that an answer still waits for. */
function undecided(answered: readonly AnsweredImage[]): readonly SweptImage[] {
  const images = answered.flatMap(({ image, named, answer: { is } }) =>
    is === 'undetermined' ? [image, named] : [],
  );
  return [...new Set(images)]
    .filter((image) => image !== null)
    .filter(({ resolved }) => resolved?.ok !== false);
}

function notAReference(image: string): Answer {
  const parsed = parseReference(image);
  return undetermined({
    reason: 'ReferenceInvalid',
    cause: 'ImageReferenceInvalid',
    message: parsed.ok ? 'it is no image reference' : parsed.message,
    remediation: 'write a reference that a container runtime can pull',
    evidence: [],
  });
}
