import { compareLists, compareNumbers, compareTexts, isNumber } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** PyPA specifications, "Version specifiers", Appendix: parsing version strings with regular expressions (PEP 440). */
const PEP440 =
  /^v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\.[0-9]+)*)(?:[-_.]?(?<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?<preNumber>[0-9]*))?(?<post>-(?<implicit>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>[0-9]*))?(?<dev>[-_.]?dev[-_.]?(?<devNumber>[0-9]*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

/** PyPI: PEP 440. What it does not know is older than all that it knows, in the order that setuptools gave it before. */
export const pypi: Versioning = {
  isVersion: (text) => readPep440(text) !== null,
  compare(left, right) {
    const [a, b] = [readPep440(left), readPep440(right)];
    if (a && b) return comparePep440(a, b);
    return Number(a !== null) - Number(b !== null) || compareLegacy(left, right);
  },
};

interface Pep440 {
  readonly epoch: string;
  readonly release: readonly string[];
  readonly pre: { readonly phase: string; readonly number: string } | null;
  readonly post: string | null;
  readonly dev: string | null;
  readonly local: readonly string[];
}

const PHASES: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', c: 'rc', pre: 'rc', preview: 'rc' };

function readPep440(text: string): Pep440 | null {
  const found = PEP440.exec(text.trim().toLowerCase())?.groups;
  if (!found) return null;
  const { epoch = '0', release = '', pre, preNumber = '', post, implicit, postNumber = '' } = found;
  const { dev, devNumber = '', local } = found;
  return {
    epoch,
    release: release.split('.'),
    pre: pre === undefined ? null : { phase: PHASES[pre] ?? pre, number: preNumber },
    post: post === undefined ? null : (implicit ?? postNumber),
    dev: dev === undefined ? null : devNumber,
    local: local === undefined ? [] : local.split(/[-_.]/),
  };
}

function comparePep440(left: Pep440, right: Pep440): number {
  return (
    compareNumbers(left.epoch, right.epoch) ||
    compareLists(left.release, right.release, compareNumbers, '0') ||
    comparePre(left, right) ||
    compareOptional(left.post, right.post, -1) ||
    compareOptional(left.dev, right.dev, 1) ||
    compareLists(left.local, right.local, compareLocal)
  );
}

/** A development release of a release (and of none of its pre-releases) is older than those: 1.0.dev1 < 1.0a1 < 1.0. */
function comparePre(left: Pep440, right: Pep440): number {
  const place = ({ pre, post, dev }: Pep440) => (pre ? 1 : post === null && dev !== null ? 0 : 2);
  const order = place(left) - place(right);
  if (order !== 0 || !left.pre || !right.pre) return order;
  return compareTexts(left.pre.phase, right.pre.phase) || compareNumbers(left.pre.number, right.pre.number);
}

/** `absent` is where none stands to any. */
function compareOptional(left: string | null, right: string | null, absent: -1 | 1): number {
  if (left === null || right === null) return (Number(left === null) - Number(right === null)) * absent;
  return compareNumbers(left, right);
}

/** Numbers are newer than words. */
function compareLocal(left: string, right: string): number {
  const [a, b] = [isNumber(left), isNumber(right)];
  if (a && b) return compareNumbers(left, right);
  return Number(a) - Number(b) || compareTexts(left, right);
}

/** setuptools before version 8, `parse_version`: words that stand before a release are spelled so that they sort before it. */
const WORDS: Readonly<Record<string, string>> = {
  pre: 'c',
  preview: 'c',
  '-': 'final-',
  rc: 'c',
  dev: '@',
};

function compareLegacy(left: string, right: string): number {
  return compareLists(legacyParts(left), legacyParts(right), compareTexts);
}

function legacyParts(text: string): readonly string[] {
  const parts: string[] = [];
  for (const word of [...(text.toLowerCase().match(/[0-9]+|[a-z]+|-|[^0-9a-z.-]+/g) ?? []), 'final']) {
    if (isNumber(word)) {
      parts.push(word.padStart(8, '0'));
      continue;
    }
    const part = `*${WORDS[word] ?? word}`;
    if (compareTexts(part, '*final') < 0) while (parts.at(-1) === '*final-') parts.pop();
    while (parts.at(-1) === '00000000') parts.pop();
    parts.push(part);
  }
  return parts;
}
