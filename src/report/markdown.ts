import type { CheckName, Status } from '../policy/finding.ts';
import { worst } from '../policy/finding.ts';
import type { Renderer } from './renderer.ts';
import type { Report, ReportContainer, ReportWorkload } from './report.ts';
import { headline, nextStep, summaryLine } from './summary.ts';
import { terminalText } from './terminal-text.ts';

/** For a pull request or a job summary: a table with a row per container, and what is wrong below it. */
export const markdown: Renderer = {
  render(report) {
    const parts = [
      `**${report.verdict.status}** ${markdownText(summaryLine(report))}`,
      markdownText(headline(report)),
      rows(report),
      [...findings(report), ...gaps(report)].join('\n'),
      markdownText(nextStep(report)),
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  },
};

/** ASCII punctuation that GitHub's Markdown gives a meaning anywhere in a line. */
const MARKS = /[\\`*_[\]|~#$]/g;
/** What would call a person; an empty comment between keeps it from that. */
const MENTION = /(?<![\w])@(?=\w)/g;

/** Text from outside that Markdown shows as it is, on one line, without markup, HTML or mentions. */
function markdownText(text: string): string {
  return terminalText(text)
    .replaceAll(MARKS, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(MENTION, '@<!-- -->');
}

const CHECKS: readonly (readonly [string, CheckName])[] = [
  ['Signature', 'signature'],
  ['Registry', 'registry'],
  ['SBOM', 'sbom'],
  ['SLSA', 'slsa'],
];

function rows({ workloads }: Report): string {
  if (workloads.length === 0) return '';
  const titles = ['Workload', 'Container', 'Image', ...CHECKS.map(([title]) => title), 'Status'];
  const body = workloads.flatMap((workload) =>
    workload.containers.map((container) => [
      placeOf(workload),
      workload.apiVersion === '' ? '' : container.name,
      container.image.reference,
      ...CHECKS.map(([, check]) => checked(container, check)),
      container.status,
    ]),
  );
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => markdownText(cell)).join(' | ')} |`;
  return [line(titles), `|${' --- |'.repeat(titles.length)}`, ...body.map(line)].join('\n');
}

function placeOf({ apiVersion, namespace, kind, name }: ReportWorkload): string {
  if (apiVersion === '') return '';
  return namespace === null ? `${kind}/${name}` : `${namespace}/${kind}/${name}`;
}

function checked({ findings }: ReportContainer, check: CheckName): string {
  const of = findings.filter((finding) => finding.check === check);
  return of.length === 0 ? '' : worst(of.map(({ status }) => status));
}

/** Worst first; passes speak for themselves. */
const TOLD: readonly Status[] = ['fail', 'unknown', 'warn'];

function findings({ workloads }: Report): string[] {
  const all = workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      container.findings.map((finding) => ({ finding, container, place: placeOf(workload) })),
    ),
  );
  return TOLD.flatMap((status) =>
    all
      .filter(({ finding }) => finding.status === status)
      .map(({ finding, container, place }) => {
        const where = [place === '' ? '' : `${place} (${container.name})`, container.image.reference];
        const { reason, message, remediation } = finding;
        return item(
          status,
          reason,
          `${where.filter((one) => one !== '').join(' ')}: ${message}`,
          remediation,
        );
      }),
  );
}

function gaps({ coverage }: Report): string[] {
  return coverage.gaps.map(({ reason, message, remediation = null }) =>
    item('not seen', reason, message, remediation),
  );
}

function item(status: string, reason: string, text: string, remediation: string | null): string {
  const next = remediation === null ? '' : `  \n  next: ${markdownText(remediation)}`;
  return `- **${status}** ${markdownText(reason)} ${markdownText(text)}${next}`;
}
