import { VERSION_LENGTH } from '../limits.ts';

/** How an ecosystem orders its versions. */
export interface Versioning {
  /** Whether a text is a version by the ecosystem's own specification. */
  readonly isVersion: (text: string) => boolean;
  /**
   * Negative where the left one is older, 0 where they are equal, positive where it is newer. What is no version has the place that
   * the ecosystem's own tool gives it: ask `order` wherever an answer hangs on it.
   */
  readonly compare: (left: string, right: string) => number;
}

/** Whether a text is a version, and no longer than one can be. */
function isVersion(versioning: Versioning, text: string): boolean {
  return text.length <= VERSION_LENGTH && versioning.isVersion(text);
}

/** The order of two versions; null where one of the texts is none: that is neither older nor newer than anything. */
export function order(versioning: Versioning, left: string, right: string): number | null {
  return isVersion(versioning, left) && isVersion(versioning, right) ? versioning.compare(left, right) : null;
}

/**
 * Whether two versions are written in one way, so that their order means something: where letters stand before numbers, `v2.16.0` is
 * older than `2.0` to Maven and RPM, and nobody who writes it means that. npm, Go, PyPI and others take a leading `v` away.
 */
export function isAlike({ compare }: Versioning, left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => text.trim().replace(/^\d+:/, ''));
  if (a === undefined || b === undefined || LETTER.test(a) === LETTER.test(b)) return true;
  const lettered = LETTER.test(a) ? a : b;
  return compare(lettered, lettered.replace(/^[A-Za-z._-]+/, '')) === 0;
}

const LETTER = /^[A-Za-z]/;
