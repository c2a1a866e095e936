import { compareLists, compareNumbers, compareTexts, isNumber } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** `Gem::Version::VERSION_PATTERN`. */
const GEM = /^[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** RubyGems: `Gem::Version`. Numbers and letters are parts of their own, a part of letters makes a pre-release, zeros at the end of either half say nothing. */
export const rubygems: Versioning = {
  isVersion: (text) => GEM.test(text),
  compare: (left, right) => compareLists(partsOf(left), partsOf(right), compareParts, '0'),
};

function partsOf(text: string): readonly string[] {
  const parts = text.replaceAll('-', '.pre.').match(/[0-9]+|[a-z]+/gi) ?? [];
  const letters = parts.findIndex((part) => !isNumber(part));
  const numbers = letters < 0 ? parts : parts.slice(0, letters);
  return [...withoutZeros(numbers), ...withoutZeros(letters < 0 ? [] : parts.slice(letters))];
}

function withoutZeros(parts: readonly string[]): readonly string[] {
  return parts.slice(0, parts.findLastIndex((part) => !/^0+$/.test(part)) + 1);
}

function compareParts(left: string, right: string): number {
  const [a, b] = [isNumber(left), isNumber(right)];
  if (a && b) return compareNumbers(left, right);
  return Number(a) - Number(b) || compareTexts(left, right);
}
