import type { Report } from './report.ts';

/** What a rendering is written to. `columns` is null where the width is nobody's concern: a file or a pipe. */
export interface Screen {
  readonly columns: number | null;
  readonly color: boolean;
  /** Whether columns get titles. */
  readonly headers: boolean;
}

/** How a report looks: an audit's, or another that says so. A new format is one file and one line in renderers.ts. */
export interface Renderer<Drawn = Report> {
  render(report: Drawn, screen: Screen): string;
}

/** A format that is told what to draw by what stands behind its `=`. */
export interface TemplateFormat {
  /** The renderer that a text asks for, or what is wrong with the text. */
  compile(
    text: string,
  ): { readonly ok: true; readonly renderer: Renderer } | { readonly ok: false; readonly message: string };
}
