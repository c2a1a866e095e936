import type { Renderer, TemplateFormat } from './renderer.ts';
import type { Report } from './report.ts';

export interface ListedRenderer<Drawn> {
  readonly format: string;
  /** Its module is loaded only when it is asked for. */
  readonly load: () => Promise<Renderer<Drawn>>;
}

interface ListedTemplate {
  readonly format: string;
  /** What stands behind the `=`, as help shows it. */
  readonly placeholder: string;
  readonly load: () => Promise<TemplateFormat>;
}

/** Every output format. A new one is one file and one line here. */
export const RENDERERS: readonly ListedRenderer<Report>[] = [
  { format: 'table', load: async () => (await import('./table.ts')).table },
  { format: 'wide', load: async () => (await import('./wide.ts')).wide },
  { format: 'json', load: async () => (await import('./json.ts')).json },
  { format: 'yaml', load: async () => (await import('./yaml.ts')).yaml },
  { format: 'name', load: async () => (await import('./name.ts')).name },
  { format: 'markdown', load: async () => (await import('./markdown.ts')).markdown },
  { format: 'csv', load: async () => (await import('./csv.ts')).csv },
];

/** Every format that takes an expression. */
export const TEMPLATES: readonly ListedTemplate[] = [
  { format: 'jsonpath', placeholder: 'EXPR', load: async () => (await import('./jsonpath.ts')).jsonpath },
  {
    format: 'custom-columns',
    placeholder: 'SPEC',
    load: async () => (await import('./custom-columns.ts')).customColumns,
  },
];
