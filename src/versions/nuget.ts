import { semver } from './semver.ts';
import type { Versioning } from './versioning.ts';

const NUGET = /^[0-9]+(?:\.[0-9]+){0,3}(?:-[0-9a-z-]+(?:\.[0-9a-z-]+)*)?(?:\+[0-9a-z-]+(?:\.[0-9a-z-]+)*)?$/i;

/** NuGet: as Semantic Versioning, with a fourth number, and in any case (NuGet, "Package versioning", "Version basics" and "Pre-release versions"). */
export const nuget: Versioning = {
  isVersion: (text) => NUGET.test(text.replace(/^v/, '')),
  compare: (left, right) => semver.compare(left.toLowerCase(), right.toLowerCase()),
};
