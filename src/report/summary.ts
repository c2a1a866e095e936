import type { Status } from '../policy/finding.ts';
import type { Report } from './report.ts';
import { terminalText } from './terminal-text.ts';

/** Which policy judged, on the first line: a report without it means nothing. */
export function headline({ metadata }: Report): string {
  if (metadata.policies.length === 0) return 'no policy: nothing is trusted yet, so nothing signed passes';
  const names = metadata.policies.map(({ name, path }) => terminalText(`${name} (${path})`));
  return `policy: ${names.join(', ')}`;
}

const ORDER: readonly Status[] = ['pass', 'fail', 'warn', 'unknown', 'skip'];

/** Counts and coverage on one line, as `5 containers in 3 workloads, 4 images: 2 pass, 1 fail, 1 unknown`. */
export function summaryLine({ summary, coverage }: Report): string {
  const counts = ORDER.filter((status) => summary[status] > 0).map(
    (status) => `${summary[status]} ${status}`,
  );
  const of = `${plural(summary.images, 'image')} in ${plural(summary.containers, 'container')} of ${plural(summary.workloads, 'workload')}`;
  const seen = coverage.complete ? 'coverage complete' : plural(coverage.gaps.length, 'coverage gap');
  return `${of}: ${counts.join(', ') || 'nothing to judge'}; ${seen}`;
}

/** What to do next, where there is no policy yet. */
export function nextStep({ metadata, workloads }: Report): string {
  if (metadata.policies.length > 0 || workloads.length === 0) return '';
  return 'next: write a policy that says whom you trust (docs/policy.md has one to begin with) and audit again with --policy FILE';
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
