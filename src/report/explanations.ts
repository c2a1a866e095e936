import type { Status } from '../policy/finding.ts';
import type { Screen } from './renderer.ts';
import type { Report, ReportContainer, ReportFinding, ReportWorkload } from './report.ts';
import { shortReference, statusText, terminalText } from './terminal-text.ts';

interface Explained {
  readonly finding: ReportFinding;
  readonly container: ReportContainer;
  readonly workload: ReportWorkload;
}

/** What is explained below the table, in this order; passes speak for themselves. */
const EXPLAINED: readonly Status[] = ['fail', 'unknown', 'warn'];

/**
 * Every finding that does not pass, with where it is and what to do next. Failures and unknowns are told image by image,
 * warnings once for all images of which they say the same. Coverage gaps come last.
 */
export function explanations(report: Report, screen: Screen): string {
  const all = report.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      container.findings.map((finding): Explained => ({ finding, container, workload })),
    ),
  );
  const findings = EXPLAINED.flatMap((status) => {
    const ofStatus = all.filter(({ finding }) => finding.status === status);
    const alike = Map.groupBy(ofStatus, ({ finding, container }) => {
      const { check, rule, reason, message } = finding;
      return JSON.stringify([
        check,
        rule,
        reason,
        message,
        status === 'warn' ? null : container.image.reference,
      ]);
    });
    return [...alike.values()].map((same) => explain(same, screen));
  });
  const gaps = report.coverage.gaps.map(({ reason, message, remediation }) =>
    paragraph(`${statusText('unknown', screen.color, 'not seen')}  ${reason}`, [message], remediation),
  );
  return [...findings, ...gaps].join('\n\n');
}

function explain(same: readonly Explained[], screen: Screen): string {
  const [first] = same;
  if (!first) return '';
  const { finding, container } = first;
  const images = new Set(same.map((one) => one.container.image.reference)).size;
  const rule = finding.rule === null ? '' : `  (rule ${finding.rule})`;
  const what = images === 1 ? shortReference(container.image.reference) : `${images} images`;
  const title = `${statusText(finding.status, screen.color)}  ${finding.reason}  ${terminalText(`${what}${rule}`)}`;
  return paragraph(
    title,
    [finding.message, ...places(same)],
    finding.remediation && `${images > 1 ? 'for the first of them: ' : ''}${finding.remediation}`,
  );
}

/** How many places are named before the rest is only counted. */
const PLACES = 3;

function places(same: readonly Explained[]): string[] {
  const named = same
    .filter(({ workload }) => workload.apiVersion !== '')
    .map(({ workload, container }) => {
      const { location } = container;
      const place = location ? `, ${location.file}:${location.line}` : '';
      return `in ${workload.kind}/${workload.name} (${container.name}${place})`;
    });
  const rest = named.length > PLACES ? [`and in ${named.length - PLACES} more`] : [];
  return [...named.slice(0, PLACES), ...rest];
}

function paragraph(title: string, lines: readonly string[], remediation: string | null | undefined): string {
  const next = remediation ? [`next: ${remediation}`] : [];
  return [title, ...[...lines, ...next].map((line) => `  ${terminalText(line)}`)].join('\n');
}
