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

/** Text on several lines, each as a terminal may show it. */
export function terminalLines(text: string): string {
  return text.split('\n').map(terminalText).join('\n');
}

/**
 * Breaks text between words, so that no line is longer than the screen unless one word is; lines after the first are indented
 * `hanging`. A word is never broken: paths and digests are there to be copied.
 */
export function wrapped(text: string, columns: number | null, indent = '', hanging = indent): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const longer = line === indent ? `${line}${word}` : `${line} ${word}`;
    if (columns === null || longer.length <= columns || line === indent) line = longer;
    else {
      lines.push(line);
      line = `${hanging}${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** Text with its digests cut to what tells them apart. */
export function shortDigests(text: string): string {
  return text.replaceAll(/[0-9a-f]{64,}/g, (digest) => `${digest.slice(0, 12)}…`);
}

/** A reference with its digest cut to what tells digests apart; the whole one is in every other format. */
export function shortReference(reference: string): string {
  return reference.replace(/@(sha\d+:[0-9a-f]{12})[0-9a-f]+$/, '@$1…');
}
