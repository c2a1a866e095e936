import type { Report } from './report.ts';

/** What a rendering is written to. `columns` is null where the width is nobody's concern: a file or a pipe. */
export interface Screen {
  readonly columns: number | null;
  readonly color: boolean;
}

/** How a report looks. A new format is one file and one line in renderers.ts. */
export interface Renderer {
  readonly format: string;
  render(report: Report, screen: Screen): string;
}
