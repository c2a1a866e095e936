import { dump } from 'js-yaml';

/** Characters that end a line or act on a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** What a person reads of a name that somebody else chose. */
const COMMENT_LENGTH = 400;

/** A comment. Whatever the text holds, it stays on its line: nothing in it can become part of the document. */
export function comment(text: string): string {
  return `# ${text.replaceAll(UNPRINTABLE, '').slice(0, COMMENT_LENGTH)}`.trimEnd();
}

/**
 * A value as YAML. All texts are quoted, so that none is read as a number, a date or a part of the document, in whatever
 * version of YAML.
 */
export function yaml(value: unknown): string[] {
  return dump(value, { lineWidth: -1, quoteStyle: 'double', forceQuotes: true, noRefs: true })
    .trimEnd()
    .split('\n');
}

/** The lines of an item of a list. */
export function item(value: unknown): string[] {
  return yaml([value]);
}

export function indented(by: number, lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`));
}
