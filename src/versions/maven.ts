import { compareNumbers, compareTexts, isNumber } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** A part of a version: a number, a qualifier, or all that is behind a hyphen. */
type Item =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'qualifier'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Item[] };

/** Maven: POM Reference, "Version Order Specification", as maven-artifact 3.9 orders. Any two texts can be compared. */
export const maven: Versioning = {
  // A text without any digit ("unknown", "${revision}") would be older than all numbers.
  isVersion: (text) => /^[^\s${}]+$/.test(text) && /[0-9]/.test(text),
  compare: (left, right) => compareLists(readMaven(left), readMaven(right)),
};

const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const RELEASES = new Set(['ga', 'final', 'release']);
/** Where a number follows at once. */
const SHORT: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

/** A hyphen opens a list for all behind it, and so does a step from digits to other signs or back. */
function readMaven(text: string): readonly Item[] {
  const lists: Item[][] = [[]];
  const last = (): Item[] => lists.at(-1) ?? [];
  let empty = true;
  const tokens = text.toLowerCase().match(/[0-9]+|[^0-9.-]+|[.-]/g) ?? [];
  for (const [at, token] of tokens.entries()) {
    if (token === '.' || token === '-') {
      if (empty) last().push({ kind: 'number', digits: '0' });
      if (token === '-') lists.push([]);
      empty = true;
      continue;
    }
    if (!empty) lists.push([]);
    if (isNumber(token)) last().push({ kind: 'number', digits: token });
    else {
      const next = tokens[at + 1];
      const followed = next !== undefined && isNumber(next);
      // A dot before a qualifier is as a hyphen, where a number or nothing follows: 1.0.RC1 < 1.0-RC2.
      if ((followed || next === undefined) && last().length > 0) lists.push([]);
      last().push({ kind: 'qualifier', text: qualifier(token, followed) });
    }
    empty = false;
  }
  return closed(lists);
}

function qualifier(text: string, followed: boolean): string {
  const long = followed ? (SHORT[text] ?? text) : text;
  if (RELEASES.has(long)) return '';
  return long === 'cr' ? 'rc' : long;
}

/** Puts each list at the end of the one before it, without what says nothing at the end of a list or before another list. */
function closed(lists: readonly Item[][]): readonly Item[] {
  return lists.reduceRight<readonly Item[]>((inner, items, at) => {
    const said = items.slice(0, items.findLastIndex((item) => !isNull(item)) + 1);
    if (inner.length === 0) return said;
    // By the specification 1-ga-1 is 1-1; the tool leaves a list within a list there.
    const isRelease = at > 0 && said.length === 0 && items[0]?.kind === 'qualifier';
    if (isRelease && inner[0]?.kind === 'number') return inner;
    return [...said, { kind: 'list', items: inner }];
  }, []);
}

function isNull(item: Item): boolean {
  if (item.kind === 'number') return /^0+$/.test(item.digits);
  return item.kind === 'qualifier' && item.text === '';
}

/** How a part stands to nothing at all. */
function compareToNothing(item: Item): number {
  switch (item.kind) {
    case 'number':
      return isNull(item) ? 0 : 1;
    case 'qualifier':
      return compareQualifiers(item.text, '');
    case 'list':
      return item.items.reduce((order, one) => order || compareToNothing(one), 0);
  }
}

/** Qualifiers are older than what is behind a hyphen, and that is older than a number. */
const RANKS = { qualifier: 0, list: 1, number: 2 } as const;

function compareItems(left: Item, right: Item): number {
  if (left.kind === 'number' && right.kind === 'number') return compareNumbers(left.digits, right.digits);
  if (left.kind === 'list' && right.kind === 'list') return compareLists(left.items, right.items);
  if (left.kind === 'qualifier' && right.kind === 'qualifier')
    return compareQualifiers(left.text, right.text);
  return RANKS[left.kind] - RANKS[right.kind];
}

function compareLists(left: readonly Item[], right: readonly Item[]): number {
  for (let at = 0; at < left.length || at < right.length; at += 1) {
    const [a, b] = [left[at], right[at]];
    const order = a ? (b ? compareItems(a, b) : compareToNothing(a)) : b ? -compareToNothing(b) : 0;
    if (order !== 0) return order;
  }
  return 0;
}

/** Known ones by their place, unknown ones behind them by their text. */
function compareQualifiers(left: string, right: string): number {
  return placeOf(left) - placeOf(right) || compareTexts(left, right);
}

function placeOf(text: string): number {
  const at = QUALIFIERS.indexOf(text);
  return at < 0 ? QUALIFIERS.length : at;
}
