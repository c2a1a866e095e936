import { TABLE_COLUMNS } from './columns.ts';
import { explanations } from './explanations.ts';
import { type Column, grid } from './grid.ts';
import type { Renderer, Screen } from './renderer.ts';
import type { Report } from './report.ts';
import { headline, nextStep, summaryLine } from './summary.ts';
import { wrapped } from './terminal-text.ts';

/** For people: a row per container, what is wrong below it, and what to do about it. */
export const table: Renderer = {
  render: (report, screen) => drawTable(report, TABLE_COLUMNS, screen),
};

/** The table with these columns, between what judged and what it comes to. */
export function drawTable(report: Report, columns: readonly Column[], screen: Screen): string {
  const parts = [
    wrapped(headline(report), screen.columns),
    grid(report, columns, screen),
    explanations(report, screen),
    wrapped(summaryLine(report), screen.columns),
    wrapped(nextStep(report), screen.columns),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
