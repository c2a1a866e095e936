import { displayWidth } from './display-width.ts';
import type { TemplateFormat } from './renderer.ts';
import type { Report, ReportWorkload } from './report.ts';
import { Cursor, ExpressionError } from './template/cursor.ts';
import { parsePath } from './template/parse-path.ts';
import { follow, type Path } from './template/path.ts';
import { shownValue } from './template/template.ts';
import { terminalText } from './terminal-text.ts';

interface CustomColumn {
  readonly title: string;
  readonly path: Path;
}

/** A row per workload, as kubectl has one per object: `NAME:.name,IMAGES:.containers[*].image.reference`. */
export const customColumns: TemplateFormat = {
  compile(text) {
    try {
      const columns = parseColumns(new Cursor(text));
      return {
        ok: true,
        renderer: {
          render: (report, { headers }) => draw(report, columns, headers),
        },
      };
    } catch (cause) {
      if (!(cause instanceof ExpressionError)) throw cause;
      return { ok: false, message: cause.message };
    }
  },
};

function parseColumns(cursor: Cursor): CustomColumn[] {
  const columns: CustomColumn[] = [];
  do {
    const title = cursor.takes(/[^:,]+/)?.[0] ?? cursor.unexpected('the title of a column');
    cursor.wants(':', `between the title ${JSON.stringify(title)} and a path, as in NAME:.name`);
    columns.push({ title, path: parseColumnPath(cursor) });
  } while (cursor.skips(','));
  if (!cursor.atEnd) cursor.unexpected('a step of the path or a comma');
  return columns;
}

/** As kubectl, with or without braces, and with or without the first dot. */
function parseColumnPath(cursor: Cursor): Path {
  const braces = cursor.skips('{');
  const position = cursor.position;
  const bare = cursor.takes(/[A-Za-z_][\w-]*/)?.[0];
  const rest = parsePath(cursor);
  if (bare === undefined && cursor.position === position) cursor.unexpected('a path, as .name,');
  if (braces) cursor.wants('}', 'at the end of {');
  return bare === undefined ? rest : [{ step: 'fields', names: [bare] }, ...rest];
}

const ABSENT = '<none>';
const GAP = 3;

function draw({ workloads }: Report, columns: readonly CustomColumn[], headers: boolean): string {
  const rows = workloads.map((workload) => columns.map(({ path }) => cell(workload, path)));
  const lines = headers ? [columns.map(({ title }) => terminalText(title)), ...rows] : rows;
  const widths = columns.map((_column, index) =>
    lines.reduce((widest, line) => Math.max(widest, displayWidth(line[index] ?? '')), 0),
  );
  const padded = (text: string, index: number) =>
    text + ' '.repeat((widths[index] ?? 0) - displayWidth(text) + GAP);
  return lines
    .map((line) => line.map((text, index) => padded(text, index)).join(''))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function cell(workload: ReportWorkload, path: Path): string {
  const values = follow(path, workload).filter((value) => value !== null);
  return values.length === 0 ? ABSENT : values.map(shownValue).join(',');
}
