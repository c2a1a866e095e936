import type { Gap } from '../workloads/source.ts';
import type { JudgedWorkload } from './evaluate.ts';
import type { Status } from './finding.ts';

export type FailOn = 'violation' | 'unknown' | 'warn' | 'never';
export const FAIL_ON: readonly FailOn[] = ['violation', 'unknown', 'warn', 'never'];

export interface RunVerdict {
  readonly status: Status;
  readonly exitCode: 0 | 1 | 2 | 3;
}

/**
 * The run's verdict. Exit codes: 0 compliant, 1 violations, 2 wrong input, 3 could not determine; 2 before 1 before 3.
 * A coverage gap counts as unknown even if all that was seen passes; a gap that is the user's own wrong input is 2 whatever
 * `--fail-on` says, and so is input without any workload: a gate that judges nothing would pass everything. A cluster may be empty:
 * `whenEmpty` is the code of one that could be read. Findings under `enforcement: warn` weigh as warnings, unknown ones too.
 */
export function verdictOf(
  workloads: readonly JudgedWorkload[],
  gaps: readonly Gap[],
  failOn: FailOn,
  whenEmpty: 0 | 2 | 3 = 2,
): RunVerdict {
  if (workloads.length === 0) return ofNothing(gaps, whenEmpty);
  const weights = new Set<Status>(gaps.some((gap) => !gap.wrongInput) ? ['unknown'] : []);
  for (const { containers } of workloads) {
    for (const { findings } of containers) {
      for (const { status, enforcement } of findings) {
        weights.add(status === 'unknown' && enforcement === 'warn' ? 'warn' : status);
      }
    }
  }
  const order: readonly Status[] = ['fail', 'unknown', 'warn', 'pass'];
  const status = order.find((one) => weights.has(one)) ?? 'skip';
  if (gaps.some((gap) => gap.wrongInput))
    return { status: weights.has('fail') ? 'fail' : 'unknown', exitCode: 2 };
  return { status, exitCode: exitCode(weights, failOn) };
}

function ofNothing(gaps: readonly Gap[], whenEmpty: 0 | 2 | 3): RunVerdict {
  if (whenEmpty === 2 || gaps.some((gap) => gap.wrongInput)) return { status: 'unknown', exitCode: 2 };
  if (gaps.length > 0) return { status: 'unknown', exitCode: 3 };
  return { status: whenEmpty === 0 ? 'skip' : 'unknown', exitCode: whenEmpty };
}

function exitCode(weights: ReadonlySet<Status>, failOn: FailOn): 0 | 1 | 3 {
  if (failOn === 'never') return 0;
  if (weights.has('fail')) return 1;
  if (weights.has('unknown')) return failOn === 'violation' ? 0 : 3;
  return weights.has('warn') && failOn === 'warn' ? 1 : 0;
}
