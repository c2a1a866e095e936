import type { Ecosystem } from '../versions/ecosystems.ts';
import { go, semver } from '../versions/semver.ts';
import { isAlike, order, type Versioning } from '../versions/versioning.ts';
import type { Affected, OsvRange } from './record.ts';

/** Whether a version is among those that are asked for. What cannot be compared is neither. */
export type VersionVerdict =
  | { readonly is: 'affected'; readonly fixedIn: string | null }
  | { readonly is: 'notAffected' }
  /** A clause that says why. */
  | { readonly is: 'undetermined'; readonly why: string };

const NOT_AFFECTED: VersionVerdict = { is: 'notAffected' };

function undetermined(why: string): VersionVerdict {
  return { is: 'undetermined', why };
}

/**
 * Whether a version of a package is affected: it is enumerated, or one of the ranges holds it (OSV schema, "Evaluation"). A range
 * that cannot be evaluated leaves the answer open, unless another one gives it.
 */
export function affectsVersion(affected: Affected, ecosystem: Ecosystem, version: string): VersionVerdict {
  const verdict = judge(affected, ecosystem, version);
  const [epoch] = ecosystem.purlType === 'rpm' ? (/^0*[1-9]\d*:/.exec(version) ?? []) : [];
  if (verdict.is !== 'notAffected' || epoch === undefined || namesEpoch(affected)) return verdict;
  // Some write RPM's versions without epochs, and by that every version with one is newer than any with the fix.
  return judge(affected, ecosystem, version.slice(epoch.length)).is === 'notAffected'
    ? verdict
    : undetermined(`its version ${JSON.stringify(version)} has an epoch, and those of the record name none`);
}

function namesEpoch({ versions, ranges }: Affected): boolean {
  const happened = ranges.flatMap(({ events }) => events.flatMap(eventsOf));
  const all = [...versions, ...happened.map(({ version }) => version)];
  return all.some((version) => /^\d+:/.test(version));
}

function judge(affected: Affected, ecosystem: Ecosystem, version: string): VersionVerdict {
  const { versions, ranges } = affected;
  const { versioning } = ecosystem;
  if (versions.length === 0 && ranges.length === 0)
    return undetermined('the record does not say which versions it is about');
  const listed = versions.some((one) => one === version || order(versioning, one, version) === 0);
  // Commits stand in no order with versions: such a range says nothing more where versions are said as well.
  const others = ranges.filter(({ type }) => type !== 'GIT');
  const judged = versions.length + others.length > 0 ? others : ranges;
  const verdicts = judged.map((range) => withinRange(range, ecosystem, version));
  const hit = verdicts.find(({ is }) => is === 'affected');
  if (listed || hit) return { is: 'affected', fixedIn: fixedAfter(affected, ecosystem, version) };
  return (
    verdicts.find(({ is }) => is === 'undetermined') ??
    (order(versioning, version, version) === null
      ? notAVersion(version)
      : versions.every((one) => isAlike(versioning, one, version))
        ? NOT_AFFECTED
        : notAlike(version))
  );
}

function notAlike(version: string): VersionVerdict {
  return undetermined(
    `of its version ${JSON.stringify(version)} and those of the record one begins with a letter, which its ecosystem takes for older than any number`,
  );
}

function notAVersion(version: string): VersionVerdict {
  return undetermined(`${JSON.stringify(version)} is no version of its ecosystem`);
}

type Happened = 'introduced' | 'fixed' | 'last_affected' | 'limit';
interface Event {
  readonly happened: Happened;
  readonly version: string;
}

/** Before everything else there is (OSV schema, `affected[].ranges[].events`). */
const BEGINNING = '0';

/** Where several things happened at one version: what is introduced anew in a fixed version is affected. */
const AT_ONCE: readonly Happened[] = ['limit', 'fixed', 'introduced', 'last_affected'];

function withinRange({ type, events }: OsvRange, ecosystem: Ecosystem, version: string): VersionVerdict {
  if (type === 'GIT') return undetermined('the record names commits alone');
  if (type !== 'SEMVER' && type !== 'ECOSYSTEM')
    return undetermined(`the record has a range of the unknown type ${JSON.stringify(type)}`);
  const versioning = versioningOf(type, ecosystem);
  const all = events.flatMap(eventsOf);
  if (!all.some(({ happened }) => happened === 'introduced'))
    return undetermined('a range of the record does not say what introduced it');
  const wrong = all.find(
    (event) => !isEndless(event) && compare(versioning, event.version, event.version) === null,
  );
  if (wrong)
    return undetermined(
      `a range of the record ends at ${JSON.stringify(wrong.version)}, which is no version`,
    );
  if (order(versioning, version, version) === null) return everything(all) ?? notAVersion(version);
  const compared = all.filter((event) => !isEndless(event) && event.version !== BEGINNING);
  if (!compared.every((event) => isAlike(versioning, event.version, version))) return notAlike(version);
  const at = (event: Event) => compare(versioning, version, event.version) ?? 0;
  const limits = all.filter((event) => event.happened === 'limit' && !isEndless(event));
  if (limits.length > 0 && !limits.some((limit) => at(limit) < 0)) return NOT_AFFECTED;
  const sorted = all
    .filter(({ happened }) => happened !== 'limit')
    .toSorted(
      (a, b) =>
        (compare(versioning, a.version, b.version) ?? 0) ||
        AT_ONCE.indexOf(a.happened) - AT_ONCE.indexOf(b.happened),
    );
  let affected = false;
  let ended: Happened | null = null;
  for (const event of sorted) {
    const { happened } = event;
    const isPast = happened === 'last_affected' ? at(event) > 0 : at(event) >= 0;
    // The schema forbids both ends of one stretch: of what lies between them nobody says anything.
    if (!isPast && ended === 'last_affected' && happened === 'fixed')
      return undetermined(
        'the record names both the last version affected and, behind it, one that is fixed',
      );
    if (!isPast) break;
    affected = happened === 'introduced';
    ended = happened;
  }
  return affected ? { is: 'affected', fixedIn: null } : NOT_AFFECTED;
}

/** All versions that there are, and so one that cannot be read as well: what was introduced at the beginning and never fixed. */
function everything(all: readonly Event[]): VersionVerdict | null {
  return all.every(({ happened, version }) => happened === 'introduced' && version === BEGINNING)
    ? { is: 'affected', fixedIn: null }
    : null;
}

function eventsOf(event: OsvRange['events'][number]): Event[] {
  return AT_ONCE.flatMap((happened) => {
    const version = event[happened];
    return version === undefined ? [] : [{ happened, version }];
  });
}

/** A limit of `*` is none. */
function isEndless({ happened, version }: Event): boolean {
  return happened === 'limit' && version === '*';
}

/** Go writes Semantic Versioning in its own way. */
function versioningOf(type: string, { name, versioning }: Ecosystem): Versioning {
  if (type !== 'SEMVER') return versioning;
  return name === 'Go' ? go : semver;
}

function compare(versioning: Versioning, left: string, right: string): number | null {
  if (left === BEGINNING || right === BEGINNING)
    return Number(right === BEGINNING) - Number(left === BEGINNING);
  return order(versioning, left, right);
}

/** The first version behind this one in which it is fixed; null where none is known. */
function fixedAfter({ ranges }: Affected, ecosystem: Ecosystem, version: string): string | null {
  const later = ranges
    .filter(({ type }) => type === 'SEMVER' || type === 'ECOSYSTEM')
    .flatMap(({ type, events }) =>
      events.flatMap(({ fixed }) =>
        fixed !== undefined && (order(versioningOf(type, ecosystem), version, fixed) ?? 0) < 0 ? [fixed] : [],
      ),
    );
  return later.toSorted((a, b) => order(ecosystem.versioning, a, b) ?? 0)[0] ?? null;
}
