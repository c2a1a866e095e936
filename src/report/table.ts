import Table from 'cli-table3';
import type { CheckName, Status } from '../policy/finding.ts';
import { worst } from '../policy/finding.ts';
import { explanations } from './explanations.ts';
import type { Renderer, Screen } from './renderer.ts';
import type { Report, ReportContainer, ReportWorkload } from './report.ts';
import { headline, nextStep, summaryLine } from './summary.ts';
import { shortReference, statusText, terminalText, wrapped } from './terminal-text.ts';

/** For people: a row per container, what is wrong below it, and what to do about it. */
export const table: Renderer = {
  format: 'table',
  render(report, screen) {
    const parts = [
      wrapped(headline(report), screen.columns),
      rowsOf(report, screen),
      explanations(report, screen),
      wrapped(summaryLine(report), screen.columns),
      wrapped(nextStep(report), screen.columns),
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  },
};

interface Row {
  readonly cells: readonly string[];
  readonly status: Status;
}

interface Column {
  readonly title: string;
  /** The least that it is cut to, and how; null for one that is never cut. */
  readonly cut: { readonly least: number; readonly to: (text: string, width: number) => string } | null;
  readonly cell: (workload: ReportWorkload, container: ReportContainer) => string;
}

const NOTHING = '-';
const GAP = 2;

/** Names give way on a narrow screen. Of a workload and an image the end tells more, so kind and registry go first. */
const COLUMNS: readonly Column[] = [
  { title: 'NAMESPACE', cut: { least: 9, to: cutEnd }, cell: ({ namespace }) => namespace ?? NOTHING },
  {
    title: 'WORKLOAD',
    cut: { least: 12, to: cutStart },
    cell: (workload) => (isBare(workload) ? NOTHING : `${workload.kind}/${workload.name}`),
  },
  {
    title: 'CONTAINER',
    cut: { least: 9, to: cutEnd },
    cell: (workload, { name }) => (isBare(workload) ? NOTHING : name),
  },
  {
    title: 'IMAGE',
    cut: { least: 12, to: cutImage },
    cell: (_workload, { image }) => shortReference(image.reference),
  },
  checkColumn('SIGNATURE', 'signature'),
  checkColumn('REGISTRY', 'registry'),
  checkColumn('SBOM', 'sbom'),
  checkColumn('SLSA', 'slsa'),
  { title: 'STATUS', cut: null, cell: (_workload, { status }) => status },
];
const WORKLOAD = 1;

/** An image that was named by itself runs in no workload. */
function isBare({ apiVersion }: ReportWorkload): boolean {
  return apiVersion === '';
}

function checkColumn(title: string, name: CheckName): Column {
  return {
    title,
    cut: null,
    cell: (_workload, { findings }) => {
      const statuses = findings.filter(({ check }) => check === name).map(({ status }) => status);
      return statuses.length === 0 ? NOTHING : worst(statuses);
    },
  };
}

function rowsOf(report: Report, screen: Screen): string {
  const rows = report.workloads.flatMap((workload) =>
    workload.containers.map((container): Row => ({
      cells: COLUMNS.map(({ cell }) => terminalText(cell(workload, container))),
      status: container.status,
    })),
  );
  if (rows.length === 0) return '';
  const shown = report.metadata.policies.length === 0 ? grouped(rows) : rows;
  const widths = fit(shown, screen.columns);
  const kept = COLUMNS.flatMap((column, index) => {
    const width = widths[index] ?? 0;
    return width === 0 ? [] : [{ ...column, index, width }];
  });
  const drawn = new Table({
    head: kept.map(({ title }) => title),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    chars: NO_BORDERS,
  });
  for (const { cells } of shown) {
    drawn.push(
      kept.map(({ cut, index, width }) => {
        const text = cells[index] ?? '';
        return cut ? cut.to(text, width) : coloured(text, screen);
      }),
    );
  }
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function coloured(text: string, { color }: Screen): string {
  const status = STATUSES.find((one) => one === text);
  return status ? statusText(status, color) : text;
}

const STATUSES: readonly Status[] = ['pass', 'fail', 'warn', 'unknown', 'skip'];

function cutEnd(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function cutStart(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}

/** A digest tells a person less than the name before it. */
function cutImage(text: string, width: number): string {
  return cutStart(text.length <= width ? text : text.replace(/@.*$/, '@…'), width);
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

/** Rows that say the same of the same image are one, with the number of the others behind the first. */
function grouped(rows: readonly Row[]): Row[] {
  const image = COLUMNS.findIndex(({ title }) => title === 'IMAGE');
  const groups = Map.groupBy(rows, ({ cells }) => JSON.stringify(cells.slice(image)));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const more = others.length === 0 ? '' : ` (+${others.length})`;
    const cells = first.cells.map((cell, index) => (index === WORKLOAD ? `${cell}${more}` : cell));
    return [{ ...first, cells }];
  });
}

/**
 * Column widths. On a screen that is too narrow the columns go that say nothing of any row (0), then names give way, the widest
 * first. In a file or a pipe nothing does.
 */
function fit(rows: readonly Row[], columns: number | null): number[] {
  const widths = COLUMNS.map(({ title }, index) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[index]?.length ?? 0)),
  );
  const total = () => widths.reduce((sum, width) => sum + (width === 0 ? 0 : width + GAP), -GAP);
  if (columns === null || total() <= columns) return widths;
  for (const index of COLUMNS.keys()) {
    if (rows.every(({ cells }) => cells[index] === NOTHING)) widths[index] = 0;
  }
  while (total() > columns) {
    const spare = COLUMNS.map(({ cut }, index) => (cut ? (widths[index] ?? 0) - cut.least : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) <= 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
