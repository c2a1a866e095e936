import { compareNumbers, isNumber } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** Composer, "Versions and constraints"; a branch (`dev-main`) is no version that stands before or behind another. */
const COMPOSER =
  /^v?[0-9]+(?:\.[0-9]+)*(?:[._-]?(?:stable|beta|b|rc|alpha|a|patch|pl|p|dev)[0-9]*(?:[.-][0-9]+)*)*(?:\+\S*)?$/i;

/** Packagist: PHP's `version_compare`, with the leading `v` that Composer takes away. */
export const packagist: Versioning = {
  isVersion: (text) => COMPOSER.test(text),
  compare: (left, right) => compareParts(partsOf(left), partsOf(right)),
};

function partsOf(text: string): readonly string[] {
  const spaced = text
    .replace(/^[vV]/, '')
    .replaceAll(/[-_+]/g, '.')
    .replaceAll(/(?<=[^0-9.])(?=[0-9])|(?<=[0-9])(?=[^0-9.])/g, '.');
  return spaced.split('.').filter((part) => part !== '');
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const order = comparePart(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return behind(left.slice(length)) - behind(right.slice(length));
}

/** What the longer one goes on with: a number makes it newer, a word as it and what follows stand to a number. */
function behind([part, ...more]: readonly string[]): number {
  if (part === undefined) return 0;
  return isNumber(part) ? 1 : rank(part) - NUMBER || behind(more);
}

function comparePart(left: string, right: string): number {
  const [a, b] = [isNumber(left), isNumber(right)];
  if (a && b) return compareNumbers(left, right);
  return (a ? NUMBER : rank(left)) - (b ? NUMBER : rank(right));
}

/** Words by what they begin with; all others are older than the oldest. */
const WORDS = [
  ['dev', 0],
  ['a', 1],
  ['b', 2],
  ['RC', 3],
  ['rc', 3],
  ['#', 4],
  ['p', 5],
] as const;
const NUMBER = 4;

function rank(word: string): number {
  return WORDS.find(([beginning]) => word.startsWith(beginning))?.[1] ?? -1;
}
