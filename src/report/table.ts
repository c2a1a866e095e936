import Table from 'cli-table3';
import type { CheckName, Status } from '../policy/finding.ts';
import { worst } from '../policy/finding.ts';
import { explanations } from './explanations.ts';
import type { Renderer, Screen } from './renderer.ts';
import type { Report, ReportContainer, ReportWorkload } from './report.ts';
import { headline, nextStep, summaryLine } from './summary.ts';
import { shortReference, statusText, terminalText } from './terminal-text.ts';

/** For people: a row per container, what is wrong below it, and what to do about it. */
export const table: Renderer = {
  format: 'table',
  render(report, screen) {
    const parts = [
      headline(report),
      rowsOf(report, screen),
      explanations(report, screen),
      summaryLine(report),
      nextStep(report),
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  },
};

interface Row {
  /** NAMESPACE, WORKLOAD, CONTAINER, IMAGE. */
  readonly names: readonly [namespace: string, workload: string, container: string, image: string];
  readonly checks: readonly Cell[];
  readonly status: Status;
}

type Cell = Status | '-';

const COLUMNS: readonly { readonly title: string; readonly checks: readonly CheckName[] }[] = [
  { title: 'SIGNATURE', checks: ['signature'] },
  { title: 'REGISTRY', checks: ['registry'] },
  { title: 'SBOM', checks: ['sbom'] },
  { title: 'SLSA', checks: ['slsa'] },
];

const HEAD = ['NAMESPACE', 'WORKLOAD', 'CONTAINER', 'IMAGE', ...COLUMNS.map(({ title }) => title), 'STATUS'];
const GAP = 2;

function rowsOf(report: Report, screen: Screen): string {
  const rows = report.workloads.flatMap((workload) =>
    workload.containers.map((container) => row(workload, container)),
  );
  if (rows.length === 0) return '';
  const shown = report.metadata.policies.length === 0 ? grouped(rows) : rows;
  const widths = fit(shown, screen.columns);
  const drawn = new Table({
    head: HEAD,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    chars: NO_BORDERS,
    ...(widths ? { colWidths: widths } : {}),
  });
  for (const { names, checks, status } of shown) {
    const cells = [...checks, status].map((cell) => (cell === '-' ? cell : statusText(cell, screen.color)));
    drawn.push([...names, ...cells]);
  }
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((side) => [side, '']),
);

function row(workload: ReportWorkload, container: ReportContainer): Row {
  const kind = workload.apiVersion === '' ? 'Image' : `${workload.kind}/${workload.name}`;
  const names = [
    workload.namespace ?? '-',
    kind,
    container.name,
    shortReference(container.image.reference),
  ] as const;
  const [namespace, name, containerName, image] = names.map((text) => terminalText(text));
  return {
    names: [namespace ?? '', name ?? '', containerName ?? '', image ?? ''],
    checks: COLUMNS.map(({ checks }) => {
      const statuses = container.findings
        .filter(({ check }) => checks.includes(check))
        .map(({ status }) => status);
      return statuses.length === 0 ? '-' : worst(statuses);
    }),
    status: container.status,
  };
}

/** Rows that say the same of the same image are one, with the number of the others behind the first. */
function grouped(rows: readonly Row[]): Row[] {
  const groups = Map.groupBy(rows, ({ names, checks, status }) => JSON.stringify([names[3], checks, status]));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const [namespace, workload, container, image] = first.names;
    const more = others.length === 0 ? '' : ` (+${others.length})`;
    return [{ ...first, names: [namespace, `${workload}${more}`, container, image] as const }];
  });
}

/** The least that a name column is cut to before the terminal has to wrap. */
const NARROWEST = [9, 12, 9, 12];

/** Column widths for a terminal: names give way, the widest first; null where nothing needs cutting. */
function fit(rows: readonly Row[], columns: number | null): number[] | null {
  if (columns === null) return null;
  const widths = HEAD.map(
    (title, index) =>
      Math.max(
        title.length,
        ...rows.map(({ names, checks, status }) => [...names, ...checks, status][index]?.length ?? 0),
      ) + GAP,
  );
  const least = NARROWEST.map((width) => width + GAP);
  let excess = widths.reduce((sum, width) => sum + width, 0) - GAP - columns;
  if (excess <= 0) return null;
  while (excess > 0) {
    const spare = least.map((width, index) => (widths[index] ?? 0) - width);
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) <= 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}
