import { drawRows, NOTHING, type Row } from '../report/grid.ts';
import type { Renderer, Screen } from '../report/renderer.ts';
import { terminalText, wrapped } from '../report/terminal-text.ts';
import { SWEEP_COLUMNS, SWEEP_WIDE_COLUMNS, type SweepColumn } from './sweep-columns.ts';
import { changeLines } from './sweep-changes.ts';
import { openQuestions } from './sweep-open.ts';
import type { SweepReport } from './sweep-report.ts';
import { headline, summaryLine } from './sweep-summary.ts';

/** For people: what is affected, what is not known and why, and how old that is. Workloads that say the same are one row. */
export const sweepTable: Renderer<SweepReport> = {
  render: (report, screen) => draw(report, SWEEP_COLUMNS, screen, true),
};

/** The table with a row for every container, its digest and its labels. */
export const sweepWide: Renderer<SweepReport> = {
  render: (report, screen) => draw(report, SWEEP_WIDE_COLUMNS, screen, false),
};

function draw(report: SweepReport, columns: readonly SweepColumn[], screen: Screen, groups: boolean): string {
  const notes = report.notes.map((note) => wrapped(terminalText(`note: ${note}`), screen.columns));
  const parts = [
    wrapped(terminalText(headline(report)), screen.columns),
    hitTable(report, columns, screen, groups),
    openQuestions(report, screen),
    changeLines(report, screen),
    ...notes,
    wrapped(summaryLine(report), screen.columns),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function hitTable(
  { hits }: SweepReport,
  columns: readonly SweepColumn[],
  screen: Screen,
  groups: boolean,
): string {
  if (hits.length === 0) return '';
  const all = hits.map((hit) => columns.map(({ cell }) => terminalText(cell(hit))));
  const kept = columns.flatMap((column, index) =>
    column.optional && all.every((cells) => cells[index] === NOTHING) ? [] : [{ column, index }],
  );
  const rows = all.map((cells): Row => ({ cells: kept.map(({ index }) => cells[index] ?? '') }));
  const shown = kept.map(({ column }) => column);
  return drawRows(groups ? grouped(rows, shown) : rows, shown, screen);
}

/** Rows that differ in the workload alone are one, with the number of the others behind the first. */
function grouped(rows: readonly Row[], columns: readonly SweepColumn[]): Row[] {
  const workload = columns.findIndex(({ title }) => title === 'WORKLOAD');
  const groups = Map.groupBy(rows, ({ cells }) =>
    JSON.stringify(cells.filter((_cell, index) => index !== workload)),
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const more = others.length === 0 ? '' : ` (+${others.length})`;
    return [{ cells: first.cells.map((cell, index) => (index === workload ? `${cell}${more}` : cell)) }];
  });
}
