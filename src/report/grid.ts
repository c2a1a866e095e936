import type { Status } from '../policy/finding.ts';
import { displayWidth } from './display-width.ts';
import type { Screen } from './renderer.ts';
import type { Report, ReportContainer, ReportWorkload } from './report.ts';
import { statusText, terminalText, wrapped } from './terminal-text.ts';

export interface Column extends GridColumn {
  readonly cell: (workload: ReportWorkload, container: ReportContainer) => string;
}

/** How a column of any table takes part in its width. */
export interface GridColumn {
  readonly title: string;
  /** The least that it is cut to, and how; null for one that is never cut. */
  readonly cut: { readonly least: number; readonly to: (text: string, width: number) => string } | null;
  /** A cell without its last part, which goes before a name is cut; null for one that has no more than it must say. */
  readonly shorter?: ((text: string) => string | null) | undefined;
  /** When it leaves a screen that is too narrow for all: 1 first. Those without a number stay. */
  readonly leaves?: number | undefined;
}

/** Stands in a cell that has nothing to say. */
export const NOTHING = '-';
const GAP = 2;

/** A line of a table: text that a terminal may show. */
export interface Row {
  readonly cells: readonly string[];
}

/** A row per container. */
export function grid(report: Report, columns: readonly Column[], screen: Screen): string {
  const rows = report.workloads.flatMap((workload) =>
    workload.containers.map((container): Row => ({
      cells: columns.map(({ cell }) => terminalText(cell(workload, container))),
    })),
  );
  if (rows.length === 0) return '';
  return drawRows(report.metadata.policies.length === 0 ? grouped(rows, columns) : rows, columns, screen);
}

/**
 * Draws a table. On a narrow screen what stands behind a status goes, columns give way and names are cut, which is said below where it
 * hides a column; in a file or a pipe all is there.
 */
export function drawRows(rows: readonly Row[], columns: readonly GridColumn[], screen: Screen): string {
  const shown = shortened(rows, columns, screen.columns);
  const { widths, hidden } = fit(shown, columns, screen.columns);
  const kept = columns.flatMap((column, index) => {
    const width = widths[index] ?? 0;
    return width === 0 ? [] : [{ ...column, index, width }];
  });
  const drawn = shown.map(({ cells }) =>
    kept.map(({ cut, index, width }): Cell => {
      const text = cells[index] ?? '';
      return cut ? uncoloured(cut.to(text, width)) : coloured(text, screen);
    }),
  );
  const titles = kept.map(({ title }) => uncoloured(title));
  const lines = aligned(screen.headers ? [titles, ...drawn] : drawn);
  if (hidden.length === 0) return lines;
  const note = `this screen is too narrow for ${hidden.join(', ')}; a pipe or a file has every column`;
  return `${lines}\n\n${wrapped(note, screen.columns)}`;
}

/** A text as it is drawn, and how many columns it takes. */
interface Cell {
  readonly text: string;
  readonly width: number;
}

function uncoloured(text: string): Cell {
  return { text, width: displayWidth(text) };
}

/** A cell that begins with a status has its colour. */
function coloured(text: string, { color }: Screen): Cell {
  const status = STATUSES.find((one) => one === text || text.startsWith(`${one} `));
  return { text: status ? statusText(status, color, text) : text, width: displayWidth(text) };
}

const STATUSES: readonly Status[] = ['pass', 'fail', 'warn', 'unknown', 'skip'];

/** Lines whose cells begin where those of the line above begin. */
function aligned(lines: readonly (readonly Cell[])[]): string {
  const widths: number[] = [];
  for (const line of lines)
    for (const [index, { width }] of line.entries()) widths[index] = Math.max(widths[index] ?? 0, width);
  return lines
    .map((line) =>
      line
        .map(({ text, width }, index) => text + ' '.repeat((widths[index] ?? 0) - width + GAP))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** Rows that say the same of the same image are one, with the number of the others behind the first. */
function grouped(rows: readonly Row[], columns: readonly Column[]): Row[] {
  const image = columns.findIndex(({ title }) => title === 'IMAGE');
  const workload = columns.findIndex(({ title }) => title === 'WORKLOAD');
  const groups = Map.groupBy(rows, ({ cells }) => JSON.stringify(cells.slice(image)));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const more = others.length === 0 ? '' : ` (+${others.length})`;
    return [{ cells: first.cells.map((cell, index) => (index === workload ? `${cell}${more}` : cell)) }];
  });
}

interface Fit {
  /** 0 for a column that is not shown. */
  readonly widths: readonly number[];
  /** The titles of columns that have something to say and no room for it. */
  readonly hidden: readonly string[];
}

/** As much of each cell as fits the screen without a name being cut: of all rows the last part goes, then the one before it. */
function shortened(
  rows: readonly Row[],
  columns: readonly GridColumn[],
  room: number | null,
): readonly Row[] {
  if (room === null || total(spoken(rows, columns)) <= room) return rows;
  let changed = false;
  const shorter = rows.map(({ cells }): Row => ({
    cells: cells.map((cell, index) => {
      const less = columns[index]?.shorter?.(cell) ?? null;
      changed ||= less !== null;
      return less ?? cell;
    }),
  }));
  return changed ? shortened(shorter, columns, room) : rows;
}

/** The widths of columns that say something of some row. */
function spoken(rows: readonly Row[], columns: readonly GridColumn[]): readonly number[] {
  return columns.map(({ title }, index) =>
    rows.every(({ cells }) => cells[index] === NOTHING) ? 0 : widthOf(rows, title, index),
  );
}

function widthOf(rows: readonly Row[], title: string, index: number): number {
  return rows.reduce((widest, { cells }) => Math.max(widest, displayWidth(cells[index] ?? '')), title.length);
}

/**
 * Column widths. On a screen that is too narrow the columns go that say nothing of any row; then, if not even cut names fit, those
 * that are told to leave; then names are cut, the widest first. In a file or a pipe nothing gives way.
 */
function fit(rows: readonly Row[], columns: readonly GridColumn[], room: number | null): Fit {
  const widths = columns.map(({ title }, index) => widthOf(rows, title, index));
  if (room === null || total(widths) <= room) return { widths, hidden: [] };
  for (const [index, width] of spoken(rows, columns).entries()) widths[index] = width;
  const least = columns.map(({ cut }, index) => {
    const width = widths[index] ?? 0;
    return cut ? Math.min(cut.least, width) : width;
  });
  const hidden: string[] = [];
  for (const { index, title } of leaving(columns)) {
    if (total(least) <= room) break;
    if (widths[index] !== 0) hidden.push(title);
    widths[index] = 0;
    least[index] = 0;
  }
  while (total(widths) > room) {
    const spare = widths.map((width, index) => width - (least[index] ?? 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) <= 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return { widths, hidden };
}

function leaving(columns: readonly GridColumn[]) {
  return columns
    .flatMap(({ title, leaves }, index) => (leaves === undefined ? [] : [{ index, title, leaves }]))
    .toSorted((a, b) => a.leaves - b.leaves);
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + (width === 0 ? 0 : width + GAP), -GAP);
}
