/** What a text format may hold as it is, and a terminal would obey: DEL, C1 controls, format characters, line separators. */
const OBEYED = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/u;
const ALL_OBEYED = new RegExp(OBEYED, 'gu');

/** Whether a text holds a character that a terminal would obey, beside those that JSON and YAML escape anyway. */
export function isObeyed(text: string): boolean {
  return OBEYED.test(text);
}

/** The same text with these characters as `\uXXXX`, which means the same within double quotes of JSON and YAML. */
export function escapeObeyed(text: string): string {
  return text.replaceAll(ALL_OBEYED, (character) =>
    character.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
