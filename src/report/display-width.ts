import { eastAsianWidth } from 'get-east-asian-width';

/** How many columns a terminal gives a text: two for each wide character, none for what is drawn over another. */
export function displayWidth(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const character of text)
    if (!COMBINING.test(character)) width += eastAsianWidth(character.codePointAt(0) ?? 0);
  return width;
}

/** A text of at most `width` columns: what is too long loses its end. */
export function cutEnd(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${fitting(letters(text), width - 1).join('')}…`;
}

/** A text of at most `width` columns: what is too long loses its beginning. */
export function cutStart(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `…${fitting(letters(text).toReversed(), width - 1)
    .toReversed()
    .join('')}`;
}

/** Nearly every text is, and of thousands of cells each is measured. */
function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** Accents and the like. What a terminal obeys and what joins others is not here: it is escaped before. */
const COMBINING = /\p{Mn}|\p{Me}/u;

/** Each with what is drawn over it, which no cut divides. */
function letters(text: string): readonly string[] {
  return text.match(/[^\p{Mn}\p{Me}]?[\p{Mn}\p{Me}]*/gu) ?? [];
}

/** As many of the first letters as `width` columns hold. */
function fitting(all: readonly string[], width: number): readonly string[] {
  let room = width;
  const end = all.findIndex((letter) => (room -= displayWidth(letter)) < 0);
  return all.slice(0, end === -1 ? all.length : end);
}
