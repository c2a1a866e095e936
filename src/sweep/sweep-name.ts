import { resourceName } from '../report/name.ts';
import type { Renderer } from '../report/renderer.ts';
import { terminalText } from '../report/terminal-text.ts';
import type { SweepReport } from './sweep-report.ts';

/** A line per workload that is affected, as `kubectl get -o name` has it. What is not known is in the exit code. */
export const sweepName: Renderer<SweepReport> = {
  render({ hits }) {
    const workloads = new Map(
      hits
        .filter(({ vex }) => !vex?.excuses)
        .map((one) => [JSON.stringify([one.cluster, one.namespace, resourceName(one)]), resourceName(one)]),
    );
    return [...workloads.values()].map((line) => `${terminalText(line)}\n`).join('');
  },
};
