import pLimit from 'p-limit';
import type { ListingProgress, Waiting } from '../cluster/watched-api.ts';
import { CLUSTERS } from '../limits.ts';
import type { Discovery, Gap, Workload, WorkloadSource } from './source.ts';

/** A cluster that is read beside others. */
interface OneOfClusters {
  /** The context of the kubeconfig that leads there; null where none was needed. */
  readonly context: string | null;
  /** The cluster's name; null where nothing names it. */
  readonly cluster: string | null;
  readonly source: WorkloadSource;
}

export interface ClustersOptions {
  readonly clusters: readonly OneOfClusters[];
  /** The contexts that lead to no cluster. */
  readonly gaps: readonly Gap[];
  readonly whenEmpty: 0 | 3;
  /** What a source finds until the run is to end. */
  readonly discover: (source: WorkloadSource, waiting: Waiting) => Promise<Discovery>;
}

/** What runs in several clusters, a few of which are read at a time. One that is down or refuses is a gap, and the others are answered. */
export function createClustersSource(options: ClustersOptions): WorkloadSource {
  const { clusters, whenEmpty } = options;
  const hosts = clusters.flatMap(({ source }) => source.hosts ?? []);
  return { kind: 'cluster', whenEmpty, hosts, discover: (waiting = {}) => discoverAll(options, waiting) };
}

async function discoverAll(
  { clusters, gaps, discover }: ClustersOptions,
  waiting: Waiting,
): Promise<Discovery> {
  const limit = pLimit(CLUSTERS);
  const told = together(waiting.onProgress);
  const found = await Promise.all(
    clusters.map((one) =>
      limit(async () => namedBy(one, await discover(one.source, { ...waiting, onProgress: told(one) }))),
    ),
  );
  const workloads = found.flatMap((one) => one.workloads);
  return {
    workloads: clusters.length > 1 ? distinct(workloads) : workloads,
    gaps: distinct([...gaps, ...found.flatMap((one) => one.gaps)]),
    clusters: [...new Set(found.flatMap((one) => one.clusters ?? []))],
  };
}

/** Puts together how far the clusters are. */
function together(onProgress: Waiting['onProgress']) {
  const known = new Map<OneOfClusters, ListingProgress>();
  return (one: OneOfClusters): Waiting['onProgress'] =>
    onProgress &&
    ((progress) => {
      known.set(one, progress);
      const all = [...known.values()];
      const listed = all.reduce((sum, each) => sum + each.listed, 0);
      onProgress({ listed, waitingFor: [...new Set(all.flatMap(({ waitingFor }) => waitingFor))] });
    });
}

/** A cluster of which nothing was seen is named by its context, as its user knows it. */
function namedBy({ context, cluster }: OneOfClusters, { gaps, ...found }: Discovery): Discovery {
  const named = gaps.map((gap): Gap =>
    WHOLE.has(gap.scope) ? { ...gap, scope: 'context', name: context ?? gap.name, cluster } : gap,
  );
  return { ...found, gaps: named };
}

/** A source that was not waited for says `file`. */
const WHOLE: ReadonlySet<Gap['scope']> = new Set(['context', 'file']);

/**
 * What two users of one cluster see alike is one, also where one of them may not read the nodes. What they see differently stays twice:
 * which of them has seen the running digests is not for this to guess, and a workload too many is no false "not affected".
 */
function distinct<T extends Workload | Gap>(all: readonly T[]): readonly T[] {
  const known = new Map<string, T>();
  for (const one of all) {
    const key = JSON.stringify(one, (name, value: unknown) => (name === 'platform' ? null : value));
    const there = known.get(key);
    if (!there || platforms(there) < platforms(one)) known.set(key, one);
  }
  return [...known.values()];
}

function platforms(one: Workload | Gap): number {
  if (!('containers' in one)) return 0;
  return one.containers.flatMap(({ running = [] }) => running.filter(({ platform }) => platform !== null))
    .length;
}
