import { stoppedFault, whenStopped } from './evidence/gather.ts';
import type { Discovery, WorkloadSource } from './workloads/source.ts';

/** What a source finds, as long as somebody waits for it: what was not found when the run ended is a gap. */
export async function discover(source: WorkloadSource, signal: AbortSignal | undefined): Promise<Discovery> {
  const found = await Promise.race([source.discover(), whenStopped(signal)]);
  if (found) return found;
  const { fault } = stoppedFault(signal, 'the workloads were not all found');
  return {
    workloads: [],
    gaps: [{ ...fault, scope: 'file', name: source.kind, cluster: null, wrongInput: false }],
  };
}
