import { compareNumbers, compareTexts, isNumber } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** `[epoch:]version[-release]`. A dash stands before the release alone (rpm, "Spec file format", "Version"). */
const RPM = /^(?:[0-9]+:)?[0-9A-Za-z._+~^]+(?:-[0-9A-Za-z._+~^]+)?$/;

/** Red Hat and all others that use RPM: rpm-version(7), as rpmvercmp does it. */
export const rpm: Versioning = {
  isVersion: (text) => RPM.test(text) && /[0-9]/.test(text),
  compare(left, right) {
    const [a, b] = [readRpm(left), readRpm(right)];
    return (
      compareNumbers(a.epoch, b.epoch) ||
      compareParts(a.version, b.version) ||
      Number(a.release !== null) - Number(b.release !== null) ||
      compareParts(a.release ?? '', b.release ?? '')
    );
  },
};

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | null;
}

function readRpm(text: string): RpmVersion {
  const [, epoch = '0', rest = ''] = /^(?:([0-9]*):)?(.*)$/s.exec(text) ?? [];
  const dash = rest.lastIndexOf('-');
  return {
    epoch,
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? null : rest.slice(dash + 1),
  };
}

/**
 * Runs of digits, runs of letters, tildes and carets; all else parts them. A tilde is older than the end, a caret newer than the end
 * and older than all else; numbers are newer than letters; of two that begin alike the longer one is newer.
 */
function compareParts(left: string, right: string): number {
  const [as, bs] = [partsOf(left), partsOf(right)];
  const length = Math.max(as.length, bs.length);
  for (let at = 0; at < length; at += 1) {
    const [a = END, b = END] = [as[at], bs[at]];
    const order = rank(a) - rank(b) || (isNumber(a) ? compareNumbers(a, b) : compareTexts(a, b));
    if (order !== 0) return order;
  }
  return 0;
}

const END = '';

function rank(part: string): number {
  if (part === '~') return 0;
  if (part === END) return 1;
  if (part === '^') return 2;
  return isNumber(part) ? 4 : 3;
}

function partsOf(text: string): readonly string[] {
  return text.match(/[0-9]+|[A-Za-z]+|~|\^/g) ?? [];
}
