import type { Renderer } from './renderer.ts';

/** What JSON may hold as it is, and a terminal would obey: DEL, C1 controls, format characters, line and paragraph separators. */
const OBEYED = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The model itself. Characters that a terminal would obey are escaped, which changes no value. */
export const json: Renderer = {
  format: 'json',
  render: (report) => `${JSON.stringify(report, null, 2).replaceAll(OBEYED, escaped)}\n`,
};

function escaped(character: string): string {
  return character.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
