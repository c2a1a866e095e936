import { isReason, REASONS } from '../reasons.ts';
import type { Finding } from './finding.ts';
import { patternList } from './glob.ts';
import { type ImageName, imagePattern } from './image-pattern.ts';
import { compileMatch, type Scope } from './match.ts';
import type { ExceptionFile } from './schema.ts';

/** An agreement to live with a finding until a day. */
export interface Exception {
  readonly name: string;
  readonly reason: string;
  readonly expires: string;
  /** Whether it speaks of this finding of an image whose digest is known, whatever the day. */
  readonly covers: (finding: Finding, scope: Scope, digest: string | null) => boolean;
}

const DAY = 86_400_000;

/** Checks cover what is missing or stale, never what is tampered with, contradicting or unknown. */
const COVERED_BY_CHECK = new Set(['missing', 'stale']);
/** What no exception excuses, however it is named: proof of wrong-doing, and what nobody knows. */
const NEVER_EXCUSED = new Set(['invalid', 'undetermined', 'met']);

/** Why a reason cannot be named in an exception; null if it can. */
export function unexcusable(name: string): string | null {
  if (!isReason(name)) return 'is no reason code; `kubectl supplychain policy schema --reasons` lists them';
  const { class: kind } = REASONS[name];
  return NEVER_EXCUSED.has(kind) ? `is of the class ${kind}, which no exception excuses` : null;
}

/**
 * Compiles an exception. What cannot be known does not match here: an exception never covers more than it says.
 */
export function compileException({
  name,
  match,
  reasons,
  checks,
  reason,
  expires,
}: ExceptionFile): Exception {
  const image = patternList<ImageName>(match.images, (pattern, excludes) =>
    imagePattern(pattern, excludes ? 'matches' : 'differs'),
  );
  const { clusters, namespaces, kinds } = match;
  const place = compileMatch({ images: ['**'], clusters, namespaces, kinds });
  const covered = (found: Finding): boolean =>
    (reasons?.includes(found.reason) ?? false) ||
    ((checks?.includes(found.check) ?? false) && COVERED_BY_CHECK.has(REASONS[found.reason].class));
  return {
    name,
    reason,
    expires,
    covers: (finding, scope, digest) =>
      covered(finding) &&
      !NEVER_EXCUSED.has(REASONS[finding.reason].class) &&
      image({ ...scope.image, digest: digest ?? scope.image.digest }) &&
      (match.digests === undefined || (digest !== null && match.digests.includes(digest))) &&
      place(scope)?.length === 0,
  };
}

/** An exception ends with its day in UTC. */
export function hasExpired(expires: string, now: Date): boolean {
  return now.getTime() >= new Date(expires).getTime() + DAY;
}

/**
 * Applies exceptions to a finding that fails: it becomes a warning that names the exception. An exception ends with its day
 * in UTC, by the real clock (`now`) whatever time is judged at; an expired one is named and does nothing. An image
 * that stands in several repositories is excepted where an exception covers it in each.
 */
export function withException(
  finding: Finding,
  exceptions: readonly Exception[],
  scopes: readonly Scope[],
  digest: string | null,
  now: Date,
): Finding {
  if (finding.status !== 'fail') return finding;
  const covering = exceptions.filter((exception) =>
    scopes.every((scope) => exception.covers(finding, scope, digest)),
  );
  const current = covering.find(({ expires }) => !hasExpired(expires, now));
  if (current) {
    const message = `${finding.message}; excepted by ${current.name} until ${current.expires}: ${current.reason}`;
    return { ...finding, status: 'warn', exception: current.name, message };
  }
  const [expired] = covering;
  if (!expired) return finding;
  return {
    ...finding,
    message: `${finding.message}; the exception ${expired.name} has expired on ${expired.expires}`,
  };
}
