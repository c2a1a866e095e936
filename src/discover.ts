import { setTimeout as sleep } from 'node:timers/promises';
import type { Waiting } from './cluster/watched-api.ts';
import { stoppedFault, whenStopped } from './evidence/gather.ts';
import { STOPPED_CLUSTER_MS } from './limits.ts';
import type { Discovery, Gap, WorkloadSource } from './workloads/source.ts';

/** How long clusters are still waited for when the run has ended: one has broken off its requests by then, and several wait for each. */
const GRACE = { one: STOPPED_CLUSTER_MS, all: 2 * STOPPED_CLUSTER_MS };

/**
 * What a source finds, as long as somebody waits for it: what was not found when the run ended is a gap. A cluster hears of the end, and
 * tells what of it was listed by then; other sources are not waited for.
 */
export async function discover(
  source: WorkloadSource,
  waiting: Waiting,
  grace: keyof typeof GRACE = 'all',
): Promise<Discovery> {
  const { signal } = waiting;
  const over = new AbortController();
  const ended = async (): Promise<null> => {
    await whenStopped(signal);
    const after = source.kind === 'cluster' ? GRACE[grace] : 0;
    return sleep(after, null, { signal: over.signal, ref: false });
  };
  try {
    const found = await Promise.race([source.discover(waiting), ended()]);
    if (found) return found;
  } finally {
    over.abort();
  }
  const { fault } = stoppedFault(signal, 'the workloads were not all found');
  return {
    workloads: [],
    gaps: [{ ...fault, scope: 'file', name: source.kind, cluster: null, wrongInput: false }],
  };
}

/** What has become of what a source found, when it has been judged. */
export async function confirm(
  source: WorkloadSource,
  signal: AbortSignal | undefined,
): Promise<readonly Gap[]> {
  if (!source.confirm) return [];
  const gaps = await Promise.race([source.confirm(), whenStopped(signal)]);
  if (gaps) return gaps;
  const { fault } = stoppedFault(signal, 'it was not asked whether what was judged still holds');
  return [{ ...fault, scope: 'file', name: source.kind, cluster: null, wrongInput: false }];
}
