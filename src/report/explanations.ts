import type { Status } from '../policy/finding.ts';
import type { Screen } from './renderer.ts';
import type { Report, ReportContainer, ReportFinding, ReportWorkload } from './report.ts';
import { shortDigests, shortReference, statusText, terminalText, wrapped } from './terminal-text.ts';

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
  // A reference that is none is a gap and a finding; the finding says more.
  const gaps = report.coverage.gaps
    .filter(({ reason }) => reason !== 'ImageReferenceInvalid')
    .map(({ reason, message, remediation }) =>
      paragraph(
        `${statusText('unknown', screen.color, 'not seen')}  ${reason}`,
        [message, ...next(remediation)],
        screen,
      ),
    );
  return [...findings, ...gaps].join('\n\n');
}

function explain(same: readonly Explained[], screen: Screen): string {
  const [first] = same;
  if (!first) return '';
  const { finding, container } = first;
  const images = new Set(same.map((one) => one.container.image.reference)).size;
  const what = images === 1 ? shortReference(container.image.reference) : `${images} images`;
  const { title, left } = titleOf(finding, what, screen);
  const evidence = images === 1 ? evidenceLine(finding, screen) : [];
  const remediations = new Set(same.map((one) => one.finding.remediation));
  const whose = remediations.size > 1 ? 'for the first of them: ' : '';
  const lines = [...left, finding.message, ...evidence, ...places(same), ...next(finding.remediation, whose)];
  return paragraph(title, lines, screen);
}

/** Status and reason, with the image and the rule behind them; what does not fit the screen is left for the lines below. */
function titleOf({ status, reason, rule }: ReportFinding, what: string, { color, columns }: Screen) {
  let room = (columns ?? Number.POSITIVE_INFINITY) - `${status}  ${reason}`.length;
  const left: string[] = [];
  let title = `${statusText(status, color)}  ${reason}`;
  for (const part of rule === null ? [what] : [what, `(rule ${rule})`]) {
    const shown = `  ${terminalText(part)}`;
    room -= shown.length;
    if (room >= 0) title += shown;
    else left.push(part);
  }
  return { title, left };
}

function evidenceLine({ details: { location } }: ReportFinding, { columns }: Screen): string[] {
  if (typeof location !== 'string') return [];
  const line = `evidence: ${location}`;
  return [columns === null || line.length + 2 <= columns ? line : shortDigests(line)];
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

function next(remediation: string | null | undefined, whose = ''): string[] {
  return remediation ? [`next: ${whose}${remediation}`] : [];
}

function paragraph(title: string, lines: readonly string[], { columns }: Screen): string {
  return [title, ...lines.map((line) => wrapped(terminalText(line), columns, '  ', '    '))].join('\n');
}
