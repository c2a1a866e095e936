import type { Renderer } from './renderer.ts';
import type { Report } from './report.ts';
import { terminalText } from './terminal-text.ts';

const TITLES = [
  'CLUSTER',
  'NAMESPACE',
  'KIND',
  'NAME',
  'CONTAINER',
  'TYPE',
  'IMAGE',
  'DIGEST',
  'CHECK',
  'STATUS',
  'REASON',
  'RULE',
  'EXCEPTION',
  'MESSAGE',
  'REMEDIATION',
  'FILE',
  'LINE',
] as const;

/** RFC 4180 for spreadsheets: a row per finding, and one per coverage gap, as what could not be seen is no pass. */
export const csv: Renderer = {
  render(report, { headers }) {
    const rows = [...(headers ? [TITLES] : []), ...findingRows(report), ...gapRows(report)];
    return csvText(rows);
  },
};

/** Lines of values, each as a spreadsheet may open it. */
export function csvText(rows: readonly Row[]): string {
  return rows.map((row) => `${row.map((value) => cell(value)).join(',')}\r\n`).join('');
}

type Row = readonly (string | number | null)[];

function findingRows({ workloads }: Report): Row[] {
  return workloads.flatMap(({ cluster, namespace, kind, name, containers, location: place }) =>
    containers.flatMap((container) =>
      container.findings.map((finding): Row => {
        const { reference, digest } = container.image;
        const location = container.location ?? place;
        return [
          cluster,
          namespace,
          kind,
          name,
          container.name,
          container.type,
          reference,
          digest,
          finding.check,
          finding.status,
          finding.reason,
          finding.rule,
          finding.exception,
          finding.message,
          finding.remediation,
          location?.file ?? null,
          location?.line ?? null,
        ];
      }),
    ),
  );
}

function gapRows({ coverage }: Report): Row[] {
  return coverage.gaps.map(({ cluster, scope, name, reason, message, remediation = null }): Row => {
    const what = [cluster, null, scope, name, null, null, null, null, 'coverage', 'unknown', reason];
    return [...what, null, null, message, remediation, null, null];
  });
}

/** What a spreadsheet takes for a formula, in the full-width letters too that some of them read alike. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function cell(value: string | number | null): string {
  const text = terminalText(String(value ?? ''));
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return /[",]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
