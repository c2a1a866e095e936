import { setImmediate as settled } from 'node:timers/promises';
import { stoppedFault, whenStopped } from './evidence/gather.ts';
import type { Discovery, WorkloadSource } from './workloads/source.ts';

/**
 * What a source finds, as long as somebody waits for it: what was not found when the run ended is a gap. A source that hears of the end
 * itself has found what it knows by then.
 */
export async function discover(source: WorkloadSource, signal: AbortSignal | undefined): Promise<Discovery> {
  const found = await Promise.race([source.discover(), whenStopped(signal).then(() => settled())]);
  if (found) return found;
  const { fault } = stoppedFault(signal, 'the workloads were not all found');
  return {
    workloads: [],
    gaps: [{ ...fault, scope: 'file', name: source.kind, cluster: null, wrongInput: false }],
  };
}
