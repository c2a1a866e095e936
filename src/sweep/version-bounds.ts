import { type Reading, read, unreadable } from '../attestations/reading.ts';
import type { VersionVerdict } from '../osv/version-verdict.ts';
import { ECOSYSTEMS, type Ecosystem } from '../versions/ecosystems.ts';
import { isAlike, order, type Versioning } from '../versions/versioning.ts';

type Sign = '>=' | '>' | '<=' | '<' | '=';

/** A bound of a range: all of a range's bounds have to hold. */
interface Bound {
  readonly sign: Sign;
  readonly version: string;
}

/** The values of the flags that make a range. */
export interface BoundValues {
  readonly from: string | null;
  readonly below: string | null;
  readonly through: string | null;
  /** Any of these, as an advisory has a range for each branch that was mended. */
  readonly range: readonly string[];
}

/** Versions lie within one of these, and there within all of its bounds. */
export type Ranges = readonly (readonly Bound[])[];

const FLAGS = [
  ['from', '>='],
  ['below', '<'],
  ['through', '<='],
] as const;

/** The ranges that the flags name; none where there are none. `--range '>=2.0,<2.17.1'` names several bounds of one. */
export function readRanges(values: BoundValues): Reading<Ranges> {
  const bounds: Bound[] = [];
  for (const [flag, sign] of FLAGS) {
    const version = values[flag]?.trim();
    if (version === undefined) continue;
    if (!isPlain(version)) return unreadable(`--${flag}: ${JSON.stringify(version)} is no version`);
    bounds.push({ sign, version });
  }
  if (values.range.length === 0) return read(bounds.length === 0 ? [] : [bounds]);
  if (bounds.length > 0) return unreadable('--range stands alone: write all bounds into it');
  const ranges = values.range.map(boundsIn);
  const wrong = ranges.find((one) => !one.ok);
  return wrong?.ok === false ? wrong : read(ranges.flatMap((one) => (one.ok ? [one.value] : [])));
}

function boundsIn(range: string): Reading<readonly Bound[]> {
  const bounds: Bound[] = [];
  for (const part of range.split(',')) {
    const [, sign, version = ''] = /^\s*(>=|<=|>|<|=)?\s*(.*?)\s*$/.exec(part) ?? [];
    if (sign === undefined || !isSign(sign))
      return unreadable(
        `--range: ${JSON.stringify(part.trim())} has no bound; write bounds with commas between them, as '>=2.0,<2.17.1'`,
      );
    if (!isPlain(version)) return unreadable(`--range: ${JSON.stringify(part.trim())} names no version`);
    bounds.push({ sign, version });
  }
  return read(bounds);
}

function isSign(text: string): text is Sign {
  return ['>=', '>', '<=', '<', '='].includes(text);
}

function isPlain(version: string): boolean {
  return /^[^\s<>=,|]+$/.test(version);
}

/** `>=2.0,<2.17.1`; several as `… || …`. */
export function rangesText(ranges: Ranges): string {
  return ranges.map(boundsText).join(' || ');
}

function boundsText(bounds: readonly Bound[]): string {
  return bounds.map(({ sign, version }) => `${sign}${version}`).join(',');
}

/** What is wrong with one of the ranges; null where each may hold something. */
export function wrongRange(ranges: Ranges, ecosystems: readonly Ecosystem[] | null): string | null {
  return ranges.map((one) => wrongBounds(one, ecosystems)).find((wrong) => wrong !== null) ?? null;
}

/**
 * What is wrong with a range: a bound that is no version of the ecosystem (where none is named, of any), or bounds that nothing lies
 * between. Such a range would be answered with "not affected". Null where it may hold something.
 */
function wrongBounds(bounds: readonly Bound[], ecosystems: readonly Ecosystem[] | null): string | null {
  const [first] = ecosystems ?? [];
  const readable = (ecosystems ?? ECOSYSTEMS).filter(({ versioning }) =>
    bounds.every(({ version }) => order(versioning, version, version) !== null),
  );
  const text = JSON.stringify(boundsText(bounds));
  if (readable.length === 0)
    return first
      ? `the range ${text} has a bound that is no version of ${first.name}`
      : `the range ${text} has a bound that is no version of any ecosystem`;
  return readable.every(({ versioning }) => isEmpty(bounds, versioning))
    ? `nothing lies within the range ${text}`
    : null;
}

function isEmpty(bounds: readonly Bound[], versioning: Versioning): boolean {
  const lower = bounds.filter(({ sign }) => sign !== '<' && sign !== '<=');
  const upper = bounds.filter(({ sign }) => sign !== '>' && sign !== '>=');
  return lower.some((low) =>
    upper.some((high) => {
      const difference = order(versioning, low.version, high.version) ?? 0;
      const closed = low.sign !== '>' && high.sign !== '<';
      return difference > 0 || (difference === 0 && !closed);
    }),
  );
}

/**
 * Distributions put an epoch before a version (Debian Policy 5.6.12), which is newer than all without one. Who writes a bound out of an
 * advisory of the program itself knows nothing of it, and would be told that nothing is affected.
 */
const EPOCHS: ReadonlySet<string | null> = new Set(['deb', 'rpm']);

/** Whether a version lies within one of the ranges, by the rules of its ecosystem. */
export function withinRanges(ranges: Ranges, ecosystem: Ecosystem, version: string): VersionVerdict {
  const verdicts = ranges.map((one) => withinBounds(one, ecosystem, version));
  return (
    verdicts.find(({ is }) => is === 'affected') ??
    verdicts.find(({ is }) => is === 'undetermined') ?? { is: 'notAffected' }
  );
}

/** A version below a bound is fixed where that bound is. */
function withinBounds(
  bounds: readonly Bound[],
  { name, purlType, versioning }: Ecosystem,
  version: string,
): VersionVerdict {
  for (const bound of bounds)
    if (order(versioning, bound.version, bound.version) === null)
      return {
        is: 'undetermined',
        why: `the bound ${JSON.stringify(bound.version)} is no version of ${name}, and the package is one of ${name}`,
      };
  if (order(versioning, version, version) === null)
    return { is: 'undetermined', why: `${JSON.stringify(version)} is no version of ${name}` };
  const unlike = bounds.find((bound) => !isAlike(versioning, version, bound.version));
  if (unlike)
    return {
      is: 'undetermined',
      why: `of its version ${JSON.stringify(version)} and the bound ${JSON.stringify(unlike.version)} one begins with a letter, which ${name} takes for older than any number`,
    };
  const lies = (text: string): boolean =>
    bounds.every((bound) => holds(bound.sign, order(versioning, text, bound.version) ?? 0));
  const within = lies(version);
  const [epoch] = EPOCHS.has(purlType) ? (/^0*[1-9]\d*:/.exec(version) ?? []) : [];
  const unnamed = bounds.find((bound) => !/^\d+:/.test(bound.version));
  if (epoch !== undefined && unnamed && lies(version.slice(epoch.length)) !== within)
    return {
      is: 'undetermined',
      why: `its version ${JSON.stringify(version)} has an epoch, and the bound ${JSON.stringify(unnamed.version)} names none; write it as ${epoch}${unnamed.version}, if that is meant`,
    };
  if (!within) return { is: 'notAffected' };
  return { is: 'affected', fixedIn: bounds.find(({ sign }) => sign === '<')?.version ?? null };
}

function holds(sign: Sign, difference: number): boolean {
  switch (sign) {
    case '>=':
      return difference >= 0;
    case '>':
      return difference > 0;
    case '<=':
      return difference <= 0;
    case '<':
      return difference < 0;
    case '=':
      return difference === 0;
  }
}
