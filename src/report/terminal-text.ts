import { styleText } from 'node:util';
import type { Status } from '../policy/finding.ts';

/** Control, format, surrogate and line-separating characters: what moves a cursor, hides text or turns its direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text from outside as a terminal may show it: on one line, every control character as its code. */
export function terminalText(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

const STYLES = { pass: 'green', fail: 'red', warn: 'yellow', unknown: 'magenta', skip: 'gray' } as const;

/** A status, coloured where the screen has colours. */
export function statusText(status: Status, color: boolean, text: string = status): string {
  return color ? styleText(STYLES[status], text, { validateStream: false }) : text;
}

/** A reference with its digest cut to what tells digests apart; the whole one is in every other format. */
export function shortReference(reference: string): string {
  return reference.replace(/@(sha\d+:[0-9a-f]{12})[0-9a-f]+$/, '@$1…');
}
