import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } from 'js-yaml';
import type { ScalarStyleRule } from 'js-yaml';
import { escapeObeyed, isObeyed } from './obeyed.ts';
import type { Renderer } from './renderer.ts';

/** The model itself, as YAML. Characters that a terminal would obey are escaped, which changes no value. */
export const yaml: Renderer<unknown> = {
  render: (report) =>
    escapeObeyed(dump(report, { lineWidth: -1, noRefs: true, scalarStyleRules: [...RULES] })),
};

/** Only double quotes know escapes: what will need one gets them. */
const quoteObeyed: ScalarStyleRule = (layout) => {
  if (isObeyed(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

const RULES: readonly ScalarStyleRule[] = [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteObeyed];
