import { compareNumbers } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** Debian Policy 5.6.12: `[epoch:]upstream[-revision]`; colons stand in the upstream version only if there is an epoch. */
const DEBIAN = /^(?:[0-9]+:[0-9][0-9A-Za-z.+~:-]*|[0-9][0-9A-Za-z.+~-]*)$/;

/** Debian and Ubuntu: Debian Policy 5.6.12 and deb-version(7). */
export const debian: Versioning = {
  isVersion: (text) => DEBIAN.test(text) && !text.endsWith('-'),
  compare(left, right) {
    const [a, b] = [readDebian(left), readDebian(right)];
    return (
      compareNumbers(a.epoch, b.epoch) ||
      compareParts(a.upstream, b.upstream) ||
      compareParts(a.revision, b.revision)
    );
  },
};

interface DebianVersion {
  readonly epoch: string;
  readonly upstream: string;
  /** Without one it is as with revision 0. */
  readonly revision: string;
}

function readDebian(text: string): DebianVersion {
  const [, epoch = '0', rest = ''] = /^(?:([0-9]+):)?(.*)$/s.exec(text.trim()) ?? [];
  const dash = rest.lastIndexOf('-');
  return {
    epoch,
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '0' : rest.slice(dash + 1),
  };
}

/** Texts and numbers by turns. */
function compareParts(left: string, right: string): number {
  const [as, bs] = [turns(left), turns(right)];
  const length = Math.max(as.length, bs.length);
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [as[at], bs[at]];
    const order =
      compareSigns(a?.signs ?? '', b?.signs ?? '') || compareNumbers(a?.number ?? '', b?.number ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function turns(text: string): readonly { readonly signs: string; readonly number: string }[] {
  return [...text.matchAll(/([^0-9]*)([0-9]*)/g)].map(([, signs = '', number = '']) => ({ signs, number }));
}

/** A tilde before the end, the end before letters, letters before all else. */
function compareSigns(left: string, right: string): number {
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const order = weight(left.charAt(at)) - weight(right.charAt(at));
    if (order !== 0) return order;
  }
  return 0;
}

const BEHIND_LETTERS = 0x10000;

function weight(sign: string): number {
  if (sign === '~') return -1;
  if (sign === '') return 0;
  return sign.charCodeAt(0) + (/[A-Za-z]/.test(sign) ? 0 : BEHIND_LETTERS);
}
