import { compareLists, compareNumbers } from './sequence.ts';
import type { Versioning } from './versioning.ts';

/** CRAN: numbers between dots or dashes (R, `package_version`); of two that begin alike the longer one is newer. */
export const cran: Versioning = {
  isVersion: (text) => /^[0-9]+(?:[.-][0-9]+)*$/.test(text),
  compare: (left, right) => compareLists(left.split(/[.-]/), right.split(/[.-]/), compareNumbers),
};

/** Hackage: numbers between dots (Haskell Package Versioning Policy, "Version numbers"); of two that begin alike the longer one is newer. */
export const hackage: Versioning = {
  isVersion: (text) => /^[0-9]+(?:\.[0-9]+)*$/.test(text),
  compare: (left, right) => compareLists(left.split('.'), right.split('.'), compareNumbers),
};
