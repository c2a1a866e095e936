import { setImmediate as settled } from 'node:timers/promises';
import { stoppedFault, whenStopped } from './evidence/gather.ts';
import type { Discovery, Gap, WorkloadSource } from './workloads/source.ts';

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
