import type { ListingProgress } from './cluster/watched-api.ts';
import { confirm, discover } from './discover.ts';
import type { Collector } from './evidence/collector.ts';
import { lacksCredentials } from './evidence/account.ts';
import { gatherEach, requestKey, stopReason } from './evidence/gather.ts';
import type { Progress } from './evidence/progress.ts';
import type { RevocationClient } from './evidence/revocation-client.ts';
import { asksForDrift } from './policy/checks/drift.ts';
import { asksForAge } from './policy/checks/image-age.ts';
import { requireDigests } from './policy/digests-required.ts';
import { evaluation, type JudgedContainer, type JudgedWorkload } from './policy/evaluate.ts';
import type { Policy } from './policy/policy.ts';
import { withRootAges } from './policy/root-ages.ts';
import { type FailOn, verdictOf } from './policy/verdict.ts';
import type { Accounts } from './registry/accounts.ts';
import type { Platform, Registry } from './registry/registry.ts';
import { findRefused } from './refused-secrets.ts';
import { createReport, type Report } from './report/report.ts';
import { type AskRevocation, OFFLINE, revocationAsker } from './revocation-answers.ts';
import { imageVerifier, invalidImages, parseReferences, repositoriesOf } from './verified-images.ts';
import type { TrustMaterial } from './verify/verifier.ts';
import type { Gap, Workload, WorkloadSource } from './workloads/source.ts';

/** Whom a run trusts, and since when that is known. */
export interface Trusted {
  readonly policy: Policy | null;
  readonly trust: TrustMaterial;
  /** When the TUF repository of a root last said that its copy is the newest. */
  readonly updatedAt: ReadonlyMap<string, Date>;
  /** The hosts of TUF repositories that were asked. */
  readonly hosts: readonly string[];
}

/** Everything an audit needs, passed in: no stage reads the clock, the network or the environment for itself. */
export interface AuditJob {
  readonly source: WorkloadSource;
  readonly registry: Registry;
  /** Those that the pods of a cluster pull with. */
  readonly accounts?: Accounts | undefined;
  readonly collectors: readonly Collector[];
  /** null: nobody has said whom he trusts. */
  readonly policy: Policy | null;
  readonly trust: TrustMaterial;
  /** The same after trust roots were refreshed, beside the work on the images. */
  readonly refreshed?: Promise<Trusted> | undefined;
  /** Whom revocation is asked of; null: nobody, as `--offline` and `--evidence` have it. */
  readonly revocation: RevocationClient | null;
  readonly platform: Platform | null;
  readonly concurrency: number;
  /** The time for one image's evidence, in milliseconds. */
  readonly timeout: number;
  readonly failOn: FailOn;
  /** Whether an image without a digest fails unless a rule says otherwise. */
  readonly digestsRequired?: boolean | undefined;
  readonly generatedAt: Date;
  readonly judgedAt: Date;
  readonly tool: string;
  /** Aborted when the run is to end: what is known then is reported, and the rest is unknown. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress | ListingProgress) => void) | undefined;
  /** Told in a sentence what the user may want to know and no verdict rests on. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The whole program: workloads → images → evidence → claims → findings → report. */
export async function audit(job: AuditJob): Promise<Report> {
  const { workloads, gaps, sync } = await discover(job.source, job);
  const references = parseReferences(workloads);
  const asked = { resolveTags: asksForDrift(job.policy), readConfigs: asksForAge(job.policy) };
  const judging = startJudging(job, workloads);
  const lacking = new Set<string>();
  // Evidence is much more than what is found in it: each image is judged as soon as its evidence is there, which is then let go.
  const settled = await gatherEach(references.valid, { ...job, ...asked }, async (request, outcome) => {
    if (lacksCredentials(outcome)) lacking.add(requestKey(request));
    const { ask, verify, settle } = await judging;
    return settle(requestKey(request), verify(request, outcome, await ask(outcome, repositoriesOf(request))));
  });
  const refused = await findRefused(references.valid, lacking, job);
  for (const notice of refused.notices) job.onNotice?.(notice);
  const interrupted = stopReason(job.signal) === 'Interrupted';
  const { judged: judgedFrom, policy, trust, updatedAt, hosts } = await judging;
  const images = new Map<string, JudgedContainer['image']>([
    ...invalidImages(references.invalid),
    ...settled,
  ]);
  const judged = withRootAges(judgedFrom(images), updatedAt);
  const changed = await confirm(job.source, job.signal);
  const allGaps = [...gaps, ...refused.gaps, ...changed, ...invalidReferenceGaps(workloads, images)];
  return createReport({
    ...job,
    policy,
    trust: { ...trust, updatedAt, hosts: [...hosts, ...(job.revocation?.hosts() ?? [])] },
    workloads: judged,
    gaps: allGaps,
    sync,
    verdict: finalVerdict(judged, allGaps, job, interrupted),
  });
}

/** Whom the run trusts, as soon as that is known, and what holds images against it. */
async function startJudging(job: AuditJob, workloads: readonly Workload[]) {
  const trusted = (await job.refreshed) ?? { ...job, ...NEVER_UPDATED };
  const { policy, trust } = trusted;
  const { judgedAt, generatedAt: now, revocation } = job;
  const held = policy && job.digestsRequired ? requireDigests(policy) : policy;
  const ask: AskRevocation = revocation
    ? revocationAsker(trust, judgedAt, revocation)
    : () => Promise.resolve(OFFLINE);
  const verify = imageVerifier(trust, judgedAt);
  return { ...trusted, ...evaluation(held, workloads, { judgedAt, now }), ask, verify };
}

/** Of trust roots that nobody keeps fresh. */
const NEVER_UPDATED = { updatedAt: new Map<string, Date>(), hosts: [] };

const INTERRUPTED = 130;
const UNDETERMINED = 3;

/** What was interrupted says so before all else. That a deadline left no time to find workloads is not the user's wrong input. */
function finalVerdict(
  judged: readonly JudgedWorkload[],
  gaps: readonly Gap[],
  { failOn, signal, source }: AuditJob,
  interrupted: boolean,
): Report['verdict'] {
  const verdict = verdictOf(judged, gaps, failOn, source.whenEmpty);
  if (interrupted) return { ...verdict, exitCode: INTERRUPTED };
  const stopped = judged.length === 0 && signal?.aborted === true;
  return stopped && !gaps.some((gap) => gap.wrongInput) ? { ...verdict, exitCode: UNDETERMINED } : verdict;
}

/** A reference that no runtime could pull is the user's own wrong input, beside the finding of its container. */
function invalidReferenceGaps(
  workloads: readonly Workload[],
  images: ReadonlyMap<string, JudgedContainer['image']>,
): Gap[] {
  return workloads.flatMap(({ containers, cluster }) =>
    containers.flatMap(({ image, field, location }): Gap[] => {
      const judged = images.get(image);
      if (!judged || !('invalid' in judged)) return [];
      const place = location ? `${location.file}:${location.line}: ${field}: ` : '';
      return [
        {
          scope: location ? 'file' : 'image',
          name: location?.file ?? image,
          cluster,
          reason: 'ImageReferenceInvalid',
          message: `${place}${judged.invalid}`,
          remediation: 'write a reference that a container runtime can pull',
          wrongInput: true,
        },
      ];
    }),
  );
}
