import { describe, expect, it } from 'vitest';
import { findEcosystems } from '../versions/ecosystems.ts';
import type { Affected } from './record.ts';
import { affectsVersion } from './version-verdict.ts';

type Events = Affected['ranges'][number]['events'];

function verdict(ecosystem: string, version: string, said: Partial<Pick<Affected, 'ranges' | 'versions'>>) {
  const [found] = findEcosystems(ecosystem);
  if (!found) throw new Error(ecosystem);
  const { is, ...more } = affectsVersion(
    { package: null, ranges: [], versions: [], ...said },
    found,
    version,
  );
  return 'fixedIn' in more && more.fixedIn !== null ? `${is}, fixed in ${more.fixedIn}` : is;
}

const range = (...events: Events): Pick<Affected, 'ranges'> => ({ ranges: [{ type: 'ECOSYSTEM', events }] });
const typed = (type: string, ...events: Events): Pick<Affected, 'ranges'> => ({ ranges: [{ type, events }] });

/** GHSA-jfh8-c2jp-5v3q, as OSV has it of log4j-core. */
const LOG4SHELL: Pick<Affected, 'ranges'> = {
  ranges: [
    { type: 'ECOSYSTEM', events: [{ introduced: '2.13.0' }, { fixed: '2.15.0' }] },
    { type: 'ECOSYSTEM', events: [{ introduced: '2.4.0' }, { fixed: '2.12.2' }] },
    { type: 'ECOSYSTEM', events: [{ introduced: '2.0-beta9' }, { fixed: '2.3.1' }] },
  ],
};

describe('a version', () => {
  it.each([
    ['1.2.17', 'notAffected'],
    ['2.0-beta8', 'notAffected'],
    ['2.0-beta9', 'affected, fixed in 2.3.1'],
    ['2.0-rc1', 'affected, fixed in 2.3.1'],
    ['2.3', 'affected, fixed in 2.3.1'],
    ['2.3.1', 'notAffected'],
    ['2.12.1', 'affected, fixed in 2.12.2'],
    ['2.12.2', 'notAffected'],
    ['2.14.1', 'affected, fixed in 2.15.0'],
    ['2.14.1.redhat-00001', 'affected, fixed in 2.15.0'],
    ['2.15.0', 'notAffected'],
    ['v2.16.0', 'undetermined'],
    ['r2.14.1', 'undetermined'],
    ['unknown', 'undetermined'],
    ['', 'undetermined'],
  ])('%s of log4j-core is %s by Log4Shell', (version, is) => {
    expect(verdict('Maven', version, LOG4SHELL)).toBe(is);
  });

  it.each<[string, string, string, Partial<Pick<Affected, 'ranges' | 'versions'>>, string]>([
    ['introduced at the beginning', 'npm', '0.0.1-0', range({ introduced: '0' }), 'affected'],
    [
      'introduced at the beginning, whatever it is called',
      'npm',
      'nightly',
      range({ introduced: '0' }),
      'affected',
    ],
    ['the first one', 'npm', '1.0.0', range({ introduced: '1.0.0' }), 'affected'],
    ['the fixed one', 'npm', '1.2.0', range({ introduced: '0' }, { fixed: '1.2.0' }), 'notAffected'],
    [
      'a pre-release of the fixed one',
      'npm',
      '1.2.0-rc.1',
      range({ introduced: '0' }, { fixed: '1.2.0' }),
      'affected, fixed in 1.2.0',
    ],
    [
      'the last one affected',
      'npm',
      '1.2.0',
      range({ introduced: '0' }, { last_affected: '1.2.0' }),
      'affected',
    ],
    [
      'behind the last one',
      'npm',
      '1.2.1',
      range({ introduced: '0' }, { last_affected: '1.2.0' }),
      'notAffected',
    ],
    [
      'events in any order',
      'npm',
      '1.1.0',
      range({ fixed: '1.2.0' }, { introduced: '1.0.0' }),
      'affected, fixed in 1.2.0',
    ],
    [
      'introduced again',
      'npm',
      '2.1.0',
      range({ introduced: '0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }, { fixed: '2.2.0' }),
      'affected, fixed in 2.2.0',
    ],
    [
      'between two',
      'npm',
      '1.3.0',
      range({ introduced: '0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }),
      'notAffected',
    ],
    [
      'fixed and introduced at once',
      'npm',
      '1.2.0',
      range({ introduced: '0' }, { fixed: '1.2.0' }, { introduced: '1.2.0' }),
      'affected',
    ],
    ['one alone', 'npm', '1.2.0', range({ introduced: '1.2.0' }, { last_affected: '1.2.0' }), 'affected'],
    [
      'behind one alone',
      'npm',
      '1.2.1',
      range({ introduced: '1.2.0' }, { last_affected: '1.2.0' }),
      'notAffected',
    ],
    [
      'by the order of the ecosystem',
      'PyPI',
      '1.10.dev1',
      range({ introduced: '1.9' }, { fixed: '1.10' }),
      'affected, fixed in 1.10',
    ],
    ['with an epoch', 'Debian', '1:1.0-1', range({ introduced: '0' }, { fixed: '9.0-1' }), 'notAffected'],
    [
      'with an epoch, where the record names none',
      'openEuler',
      '1:1.1.1f-15.oe1',
      range({ introduced: '0' }, { fixed: '1.1.1f-16.oe1' }),
      'undetermined',
    ],
    [
      'with an epoch, and newer without it too',
      'openEuler',
      '1:1.1.1f-17.oe1',
      range({ introduced: '0' }, { fixed: '1.1.1f-16.oe1' }),
      'notAffected',
    ],
    [
      'with an epoch, where the record names one',
      'Red Hat',
      '2:1.0-1.el9',
      range({ introduced: '0' }, { fixed: '1:9.0-1.el9' }),
      'notAffected',
    ],
    ['below the limit', 'npm', '1.1.0', range({ introduced: '0' }, { limit: '2.0.0' }), 'affected'],
    ['at the limit', 'npm', '2.0.0', range({ introduced: '0' }, { limit: '2.0.0' }), 'notAffected'],
    [
      'below one of several limits',
      'npm',
      '1.5.0',
      range({ introduced: '0' }, { limit: '1.0.0' }, { limit: '2.0.0' }),
      'affected',
    ],
    ['without limit', 'npm', '9.0.0', range({ introduced: '0' }, { limit: '*' }), 'affected'],
    ['enumerated', 'npm', '1.0.0', { versions: ['1.0.0'] }, 'affected'],
    ['enumerated as another text', 'PyPI', '1.0', { versions: ['1.0.0'] }, 'affected'],
    [
      'enumerated, whatever the ranges say',
      'npm',
      '3.0.0',
      { versions: ['3.0.0'], ...range({ introduced: '0' }, { fixed: '1.0.0' }) },
      'affected',
    ],
    ['enumerated, and no version', 'npm', 'nightly', { versions: ['nightly'] }, 'affected'],
    ['not enumerated', 'npm', '1.0.1', { versions: ['1.0.0'] }, 'notAffected'],
    ['not enumerated, and no version', 'npm', 'nightly', { versions: ['1.0.0'] }, 'undetermined'],
    [
      'of semantic versions',
      'crates.io',
      '1.0.0',
      typed('SEMVER', { introduced: '0.0.0-0' }, { fixed: '1.0.1' }),
      'affected, fixed in 1.0.1',
    ],
    [
      'of Go with its v',
      'Go',
      'v1.0.0',
      typed('SEMVER', { introduced: '0' }, { fixed: '1.0.1' }),
      'affected, fixed in 1.0.1',
    ],
    [
      'of the toolchain of Go',
      'Go',
      'go1.21rc2',
      typed('SEMVER', { introduced: '1.21.0-0' }, { fixed: '1.21.0-rc.4' }),
      'affected, fixed in 1.21.0-rc.4',
    ],
    ['of commits alone', 'npm', '1.0.0', typed('GIT', { introduced: '0' }, { fixed: 'abc' }), 'undetermined'],
    [
      'of commits beside versions',
      'npm',
      '1.0.1',
      { versions: ['1.0.0'], ...typed('GIT', { introduced: '0' }) },
      'notAffected',
    ],
    ['of an unknown type', 'npm', '1.0.0', typed('CALVER', { introduced: '0' }), 'undetermined'],
    [
      'of an unknown type, beside one that holds it',
      'npm',
      '1.0.0',
      { ranges: [...typed('CALVER', { introduced: '0' }).ranges, ...range({ introduced: '0' }).ranges] },
      'affected',
    ],
    [
      'of an unknown type, beside one that does not',
      'npm',
      '1.0.0',
      { ranges: [...typed('CALVER', { introduced: '0' }).ranges, ...range({ introduced: '2.0.0' }).ranges] },
      'undetermined',
    ],
    ['of a range that was never introduced', 'npm', '1.0.0', range({ fixed: '2.0.0' }), 'undetermined'],
    ['of a range without events', 'npm', '1.0.0', range(), 'undetermined'],
    [
      'of a range with an end that is none',
      'npm',
      '1.0.0',
      range({ introduced: '0' }, { fixed: 'never' }),
      'undetermined',
    ],
    ['that is none', 'npm', 'nightly', range({ introduced: '0' }, { fixed: '1.0.0' }), 'undetermined'],
    [
      'between the last one affected and one that is fixed',
      'npm',
      '1.7.0',
      range({ introduced: '0' }, { last_affected: '1.5.0' }, { fixed: '2.0.0' }),
      'undetermined',
    ],
    [
      'behind both',
      'npm',
      '2.0.0',
      range({ introduced: '0' }, { last_affected: '1.5.0' }, { fixed: '2.0.0' }),
      'notAffected',
    ],
    [
      'between two stretches that end otherwise',
      'npm',
      '1.7.0',
      range({ introduced: '0' }, { last_affected: '1.5.0' }, { introduced: '2.0.0' }, { fixed: '2.1.0' }),
      'notAffected',
    ],
    ['with a letter before it, of everything', 'Maven', 'v1.0', range({ introduced: '0' }), 'affected'],
    ['with a letter before it, not enumerated', 'Maven', 'v1.0', { versions: ['1.0'] }, 'undetermined'],
    [
      'with a letter before it, which its ecosystem takes away',
      'PyPI',
      'v1.0',
      range({ introduced: '0' }, { fixed: '1.1' }),
      'affected, fixed in 1.1',
    ],
    ['of a package without versions', 'npm', '1.0.0', {}, 'undetermined'],
  ])('%s (%s %s)', (_what, ecosystem, version, said, is) => {
    expect(verdict(ecosystem, version, said)).toBe(is);
  });
});
