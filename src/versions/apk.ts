import { compareNumbers, compareTexts } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** In the order of apk-tools: of two that go on differently, the one whose next part stands later here is older. */
const KINDS = ['initial', 'number', 'letter', 'suffix', 'suffixNumber', 'hash', 'revision'] as const;

interface Part {
  readonly kind: (typeof KINDS)[number];
  readonly text: string;
}

interface ApkVersion {
  readonly parts: readonly Part[];
  readonly revision: string | null;
  /** What is behind the last part that could be read. */
  readonly rest: string;
}

/** Alpine, Wolfi and Chainguard: apk-package(5), "pkgver", compared as apk-tools does. */
export const apk: Versioning = {
  isVersion(text) {
    const { parts, revision, rest } = readApk(text);
    return parts[0]?.kind === 'initial' && revision !== '' && rest === '';
  },
  compare(left, right) {
    const [a, b] = [readApk(left), readApk(right)];
    if (a.rest === '' && b.rest === '' && a.revision !== '' && b.revision !== '')
      return compareParts([...a.parts, ...revisionOf(a)], [...b.parts, ...revisionOf(b)]);
    // apk-tools 2 takes what is none for as good as what of it can be read, and texts of which not even the end can for texts.
    if (isStray(a) && isStray(b)) return compareTexts(left, right);
    return (
      compareParts(a.parts, b.parts) ||
      compareNumbers(a.revision ?? '', b.revision ?? '') ||
      Number(a.rest === '') - Number(b.rest === '')
    );
  },
};

function isStray({ revision, rest }: ApkVersion): boolean {
  return revision === null && rest !== '';
}

function revisionOf({ revision }: ApkVersion): readonly Part[] {
  return revision === null ? [] : [{ kind: 'revision', text: revision }];
}

const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];
const SUFFIX = /_(alpha|beta|pre|rc|cvs|svn|git|hg|p)([0-9]*)/y;
const NUMBER = /([0-9]+)\.?/y;

/** `number{.number}{letter}{_suffix{number}}{~hash}{-r number}` */
function readApk(text: string): ApkVersion {
  const parts: Part[] = [];
  let at = 0;
  const next = (pattern: RegExp): readonly string[] | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (let found = next(NUMBER); found; found = next(NUMBER))
    parts.push({ kind: parts.length === 0 ? 'initial' : 'number', text: found[1] ?? '' });
  const letter = next(/[a-z]/y);
  if (letter) parts.push({ kind: 'letter', text: letter[0] ?? '' });
  for (let found = next(SUFFIX); found; found = next(SUFFIX)) {
    parts.push({ kind: 'suffix', text: found[1] ?? '' });
    if (found[2]) parts.push({ kind: 'suffixNumber', text: found[2] });
  }
  const hash = next(/~([0-9a-f]+)/y);
  if (hash) parts.push({ kind: 'hash', text: hash[1] ?? '' });
  const revision = next(/-r([0-9]*)/y)?.[1] ?? null;
  return { parts, revision, rest: text.slice(at) };
}

function compareParts(left: readonly Part[], right: readonly Part[]): number {
  for (let at = 0; at < left.length || at < right.length; at += 1) {
    const [a, b] = [left[at], right[at]];
    if (a?.kind !== b?.kind || !a || !b) {
      // What a suffix says comes before anything that is there or is not: 1.0_rc1 is older than 1.0.
      if (isBefore(a)) return -1;
      if (isBefore(b)) return 1;
      return placeOf(b) - placeOf(a);
    }
    const order = comparePart(a, b);
    if (order !== 0) return order;
  }
  return 0;
}

function isBefore(part: Part | undefined): boolean {
  return part?.kind === 'suffix' && SUFFIXES.indexOf(part.text) < SUFFIXES.indexOf('');
}

function placeOf(part: Part | undefined): number {
  return part ? KINDS.indexOf(part.kind) : KINDS.length;
}

function comparePart({ kind, text: left }: Part, { text: right }: Part): number {
  switch (kind) {
    case 'suffix':
      return SUFFIXES.indexOf(left) - SUFFIXES.indexOf(right);
    case 'letter':
    case 'hash':
      return compareTexts(left, right);
    case 'number':
      // As fractions: 1.05 is older than 1.1.
      return left.startsWith('0') || right.startsWith('0')
        ? compareTexts(left, right)
        : compareNumbers(left, right);
    case 'initial':
    case 'suffixNumber':
    case 'revision':
      return compareNumbers(left, right);
  }
}
