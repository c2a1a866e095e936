import type { Policy } from '../policy/policy.ts';
import type { Reason } from '../reasons.ts';
import type { TrustMaterial } from '../verify/verifier.ts';
import type { Gap, Running, Workload, WorkloadSource } from '../workloads/source.ts';
import type { Answer, Match } from './answer.ts';
import type { MatchedComponent } from './component-hit.ts';
import { distinct, hitsOf } from './sweep-hits.ts';
import type { VexWord } from './vex-word.ts';
import { originNote } from './origin-note.ts';
import type { NewerDigest } from './newer-digest.ts';
import type { Changes, Now } from './former.ts';
import type { Asked, Subject } from './query.ts';
import type { Doubt, SweepReason } from './sweep-reasons.ts';

const API_VERSION = 'kubectl-supplychain/v1alpha1';

type SweepStatus = 'affected' | 'undetermined' | 'notAffected';

/** What a sweep found, as `-o json` prints it; every other format is drawn from it. Lists are sorted. */
export interface SweepReport {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'SweepReport';
  readonly metadata: {
    readonly generatedAt: string;
    readonly tool: string;
    readonly source: WorkloadSource['kind'];
    readonly policies: Policy['sources'];
    readonly trustRoots: readonly { readonly name: string; readonly sha256: string }[];
    readonly hosts: readonly string[];
  };
  readonly query: Asked;
  readonly inventory: {
    /** When the workloads were listed. */
    readonly takenAt: string;
    readonly clusters: readonly string[];
    /** The directory of saved evidence, and when it was saved; null where registries were asked. */
    readonly evidence: { readonly path: string; readonly savedAt: string | null } | null;
  };
  /** 130 where the run was interrupted. */
  readonly verdict: { readonly status: SweepStatus; readonly exitCode: 0 | 1 | 2 | 3 | 130 };
  /** Workloads: one is affected if one of its containers is, else undetermined if one of them is. */
  readonly summary: Readonly<Record<SweepStatus, number>>;
  readonly hits: readonly SweepHit[];
  readonly undetermined: readonly SweepUndetermined[];
  readonly coverage: { readonly complete: boolean; readonly gaps: readonly Omit<Gap, 'wrongInput'>[] };
  /** What bounds the answer, in sentences. */
  readonly notes: readonly string[];
  /** Against a former report; null where none was named. */
  readonly since: Changes | null;
}

/** A container of a workload. */
export interface SweptContainer {
  readonly cluster: string | null;
  readonly namespace: string | null;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: string;
  readonly type: string;
  readonly image: string;
  readonly digest: string | null;
  readonly state: Workload['state'];
  /** How many pods run this image, on which platform and since when; null where nothing says. */
  readonly pods: number | null;
  readonly platform: string | null;
  readonly since: string | null;
  readonly location: Workload['location'];
}

export interface SweepHit extends SweptContainer {
  readonly matched: readonly Omit<Match, 'evidence' | 'manifest' | 'component'>[];
  /** The component of an SBOM that was asked for. */
  readonly component: MatchedComponent | null;
  /** A newer image of the same repository in this run that is free of that component. */
  readonly newer: NewerDigest | null;
  readonly evidence: Match['evidence'];
  /** What whom the policy trusts says of the vulnerability in it; what is excused is shown, and counts for nothing. */
  readonly vex: VexWord | null;
}

export interface SweepUndetermined extends SweptContainer {
  /** The digests of what may run out of an index, of which each has packages of its own; empty of a single manifest. */
  readonly children: readonly string[];
  readonly reason: SweepReason;
  readonly cause: Reason | null;
  readonly message: string;
  readonly remediation: string | null;
  readonly evidence: Doubt['evidence'];
}

/** One image of a container and what the query says of it; a text that is no reference has none. */
export interface Answered {
  readonly workload: Workload;
  readonly container: Workload['containers'][number];
  readonly image: Subject['image'] | null;
  readonly running: Running | null;
  readonly answer: Answer;
  /** Of a hit by a package: an image of its repository that is newer and free of it. */
  readonly newer: NewerDigest | null;
}

export interface SweepReportInput {
  readonly query: { readonly asked: Asked };
  readonly answered: readonly Answered[];
  readonly workloads: readonly Workload[];
  readonly gaps: readonly Gap[];
  /** The clusters that were read, as far as their workloads do not say. */
  readonly clusters: readonly string[];
  readonly notes: readonly string[];
  readonly interrupted: boolean;
  readonly source: Pick<WorkloadSource, 'kind' | 'whenEmpty'>;
  readonly policy: Policy | null;
  readonly trust: TrustMaterial | null;
  readonly hosts: readonly string[];
  readonly generatedAt: Date;
  readonly takenAt: Date;
  readonly evidence: SweepReport['inventory']['evidence'];
  readonly tool: string;
  readonly since: ((now: Now) => Changes) | null;
}

/** Brings the answers into the report's form. */
export function createSweepReport(input: SweepReportInput): SweepReport {
  const { answered, workloads } = input;
  const hits = sorted(answered.flatMap(hitOf));
  const open = sorted(answered.flatMap(undeterminedOf));
  const gaps = input.gaps.map(({ wrongInput: _wrongInput, ...gap }) => gap).toSorted(byGap);
  const summary = summarise(workloads, answered);
  const read = [...input.clusters, ...workloads.flatMap(({ cluster }) => cluster ?? [])];
  const clusters = [...new Set(read)].toSorted();
  return {
    apiVersion: API_VERSION,
    kind: 'SweepReport',
    metadata: {
      generatedAt: input.generatedAt.toISOString(),
      tool: input.tool,
      source: input.source.kind,
      policies: input.policy?.sources ?? [],
      trustRoots: (input.trust?.roots ?? []).map(({ name, sha256 }) => ({ name, sha256 })),
      hosts: [...new Set(input.hosts)].toSorted(),
    },
    query: input.query.asked,
    inventory: {
      takenAt: input.takenAt.toISOString(),
      clusters,
      evidence: input.evidence,
    },
    verdict: verdictOf(summary, input),
    summary,
    hits,
    undetermined: open,
    coverage: { complete: gaps.length === 0, gaps },
    notes: [...input.notes, ...originNote(hits)],
    since: input.since?.({ hits, undetermined: open, gaps, clusters }) ?? null,
  };
}

/**
 * Exit codes: 1 hits, 3 none but something that is not known, 0 none and all known; 130 and 2 before them, as everywhere. Input without
 * any workload answers nothing, but where the source says that there may be none.
 */
function verdictOf(
  summary: SweepReport['summary'],
  { gaps, workloads, interrupted, source }: SweepReportInput,
): SweepReport['verdict'] {
  const empty = workloads.length === 0 ? (source.whenEmpty ?? 2) : 0;
  const open = summary.undetermined > 0 || gaps.length > 0 || empty > 0;
  const status = summary.affected > 0 ? 'affected' : open ? 'undetermined' : 'notAffected';
  if (interrupted) return { status, exitCode: 130 };
  if (gaps.some(({ wrongInput }) => wrongInput)) return { status, exitCode: 2 };
  return { status, exitCode: gaps.length === 0 && empty > 0 ? empty : EXIT_CODES[status] };
}

const EXIT_CODES = { affected: 1, undetermined: 3, notAffected: 0 } as const;

function summarise(workloads: readonly Workload[], answered: readonly Answered[]): SweepReport['summary'] {
  const by = (is: Answer['is']) =>
    new Set(
      answered.filter(({ answer }) => answer.is === is && !isExcused(answer)).map(({ workload }) => workload),
    );
  const [hits, open] = [by('hit'), by('undetermined')];
  const undetermined = [...open].filter((workload) => !hits.has(workload)).length;
  return {
    affected: hits.size,
    undetermined,
    notAffected: workloads.length - hits.size - undetermined,
  };
}

/** All components that were found are excused. */
function isExcused(answer: Answer): boolean {
  if (answer.is !== 'hit') return false;
  const found = answer.matches.filter(({ component }) => component !== undefined);
  return found.length > 0 && found.every(({ vex }) => vex?.excuses);
}

function placeOf({ workload, container, image, running }: Answered): SweptContainer {
  const { cluster, namespace, apiVersion, kind, name, labels, state, location } = workload;
  return {
    cluster,
    namespace,
    apiVersion,
    kind,
    name,
    labels,
    container: container.name,
    type: container.type,
    image: container.image,
    digest: (image?.resolved?.ok ? image.resolved.value.digest : null) ?? image?.reference.digest ?? null,
    state,
    pods: running?.pods ?? null,
    platform: running?.platform ?? null,
    since: running?.since ?? null,
    location: container.location ?? location,
  };
}

function hitOf(one: Answered): SweepHit[] {
  return one.answer.is === 'hit' ? hitsOf(placeOf(one), one.answer.matches, one.newer) : [];
}

/** What is not known is listed, even if nothing says why. */
const NOT_SEEN: Doubt = {
  reason: 'Unreachable',
  cause: null,
  message: 'what the answer rests on was not asked for',
  remediation: 'ask again, with more time',
  evidence: [],
};

function undeterminedOf(one: Answered): SweepUndetermined[] {
  if (one.answer.is !== 'undetermined') return [];
  const place = placeOf(one);
  const { doubts } = one.answer;
  const children = childrenOf(one.image);
  return distinct(doubts.length > 0 ? doubts : [NOT_SEEN]).map((doubt) => ({ ...place, children, ...doubt }));
}

function childrenOf(image: Answered['image']): readonly string[] {
  if (image?.attached?.ok === true) return image.attached.value.children.map(({ digest }) => digest);
  return image?.resolved?.ok === true ? image.resolved.value.runnable : [];
}

type Sorted = SweptContainer & {
  readonly component?: MatchedComponent | null;
  readonly reason?: string;
  readonly message?: string;
};

function sorted<T extends Sorted>(entries: readonly T[]): T[] {
  const keyed = entries.map((entry) => ({ entry, key: keyOf(entry) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ entry }) => entry);
}

/** In the order of their parts, byte by byte, whatever the locale. No name has a NUL. */
function keyOf({
  cluster,
  namespace,
  kind,
  name,
  container,
  image,
  component,
  reason = '',
  message = '',
}: Sorted): string {
  const found = component ? [component.name, component.version ?? ''] : [];
  return [cluster ?? '', namespace ?? '', kind, name, container, image, ...found, reason, message].join('\0');
}

function byGap(a: Omit<Gap, 'wrongInput'>, b: Omit<Gap, 'wrongInput'>): number {
  const [left, right] = [a, b].map(({ scope, name, message }) => [scope, name, message].join('\0'));
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
