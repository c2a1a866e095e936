import type { TemplateFormat } from './renderer.ts';
import { ExpressionError } from './template/cursor.ts';
import { parseTemplate } from './template/template.ts';

/** What a template of kubectl's kind draws from the model: `{range .workloads[*]}{.name}{"\n"}{end}`. */
export const jsonpath: TemplateFormat = {
  compile(text) {
    try {
      const template = parseTemplate(text);
      return { ok: true, renderer: { render: (report) => template(report) } };
    } catch (cause) {
      if (!(cause instanceof ExpressionError)) throw cause;
      return { ok: false, message: cause.message };
    }
  },
};
