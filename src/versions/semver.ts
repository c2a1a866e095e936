import { compareLists, compareNumbers, compareTexts, isNumber } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** A version of Semantic Versioning, or of something like it: more or fewer numbers, and what stands behind them. */
interface Semver {
  readonly numbers: readonly string[];
  readonly preRelease: readonly string[];
  readonly build: readonly string[];
}

/** Semantic Versioning 2.0.0, with the `v` and the missing last numbers that npm, Go and cargo's users write. */
const SEMVER =
  /^v?[0-9]+(?:\.[0-9]+){0,2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** npm, crates.io, Hex and others: Semantic Versioning 2.0.0, section 11. Build metadata says nothing (section 10). */
export const semver: Versioning = {
  isVersion: (text) => SEMVER.test(text),
  compare: (left, right) => compareSemver(readSemver(left), readSemver(right)),
};

/** Pub: as Semantic Versioning, but that build metadata makes a version newer (pub_semver, "Versions"). */
export const pub: Versioning = {
  isVersion: semver.isVersion,
  compare(left, right) {
    const [a, b] = [readSemver(left), readSemver(right)];
    return compareSemver(a, b) || compareLists(a.build, b.build, compareIdentifiers);
  },
};

/** Go: Semantic Versioning with `v` (Go Modules Reference, "Versions"); the toolchain's own `go1.21rc2` is its 1.21.0-rc.2. */
export const go: Versioning = {
  isVersion: (text) => semver.isVersion(ofToolchain(text)),
  compare: (left, right) => semver.compare(ofToolchain(left), ofToolchain(right)),
};

function ofToolchain(text: string): string {
  const [, numbers, word, number] = /^(?:go)?(\d+(?:\.\d+)*)(?:(alpha|beta|rc)(\d+))?$/.exec(text) ?? [];
  if (numbers === undefined) return text;
  return word === undefined || number === undefined ? numbers : `${numbers}-${word}.${number}`;
}

/** Reads leading numbers, and takes for a pre-release whatever is behind them. */
function readSemver(text: string): Semver {
  const bare = text.replace(/^[vV]/, '');
  const [leading = ''] = /^[0-9]*(?:\.[0-9]+)*/.exec(bare) ?? [];
  const rest = bare.slice(leading.length);
  const plus = rest.indexOf('+');
  const preRelease = (plus < 0 ? rest : rest.slice(0, plus)).replace(/^[-.]/, '');
  return {
    numbers: leading.split('.'),
    preRelease: preRelease === '' ? [] : preRelease.split('.'),
    build: plus < 0 ? [] : rest.slice(plus + 1).split('.'),
  };
}

function compareSemver(left: Semver, right: Semver): number {
  return (
    compareLists(left.numbers, right.numbers, compareNumbers, '0') ||
    // Section 11.3: a pre-release is older than its release.
    Number(left.preRelease.length === 0) - Number(right.preRelease.length === 0) ||
    compareLists(left.preRelease, right.preRelease, compareIdentifiers)
  );
}

/** Section 11.4: numbers numerically, and below everything else; the rest in ASCII order. */
function compareIdentifiers(left: string, right: string): number {
  const [a, b] = [isNumber(left), isNumber(right)];
  if (a && b) return compareNumbers(left, right);
  return Number(b) - Number(a) || compareTexts(left, right);
}
