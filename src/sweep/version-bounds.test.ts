import { describe, expect, it } from 'vitest';
import { findEcosystems } from '../versions/ecosystems.ts';
import { rangesText, readRanges, withinRanges, wrongRange } from './version-bounds.ts';

const NONE = { from: null, below: null, through: null, range: [] };

describe('a range', () => {
  it.each([
    [{ from: '2.0', below: '2.17.1' }, '>=2.0,<2.17.1'],
    [{ through: '2.17.0' }, '<=2.17.0'],
    [{ range: ['>=2.0,<2.17.1'] }, '>=2.0,<2.17.1'],
    [{ range: [' > 1:2.0 , <= 3~rc1 '] }, '>1:2.0,<=3~rc1'],
    [{ range: ['=1.0'] }, '=1.0'],
    [{ range: ['>=2.0,<2.3.1', '>=2.4,<2.12.2'] }, '>=2.0,<2.3.1 || >=2.4,<2.12.2'],
    [{}, ''],
  ])('of %j is %j', (values, text) => {
    const bounds = readRanges({ ...NONE, ...values });
    expect(bounds.ok && rangesText(bounds.value)).toBe(text);
  });

  it.each([
    [{ range: [''] }, '--range: "" has no bound'],
    [{ range: ['2.0'] }, '--range: "2.0" has no bound'],
    [{ range: ['>=2.0,'] }, '--range: "" has no bound'],
    [{ range: ['>='] }, '--range: ">=" names no version'],
    [{ range: ['>=2.0 <3'] }, '--range: ">=2.0 <3" names no version'],
    [{ range: ['^2.0'] }, '--range: "^2.0" has no bound'],
    [{ range: ['>=1 || <3'] }, '--range: ">=1 || <3" names no version'],
    [{ below: '' }, '--below: "" is no version'],
    [{ from: '>=2' }, '--from: ">=2" is no version'],
    [{ range: ['>=2.0'], below: '3' }, '--range stands alone'],
  ])('of %j is none', (values, message) => {
    const bounds = readRanges({ ...NONE, ...values });
    expect(bounds.ok ? '' : bounds.message).toContain(message);
  });

  it.each([
    ['>=2.0,<2.17.1', 'maven', null],
    ['>=2.0,<=2.0', 'maven', null],
    ['=1.0', 'npm', null],
    ['>=2.17.1,<2.0', 'maven', 'nothing lies within'],
    ['>=2.0,<2.0', 'maven', 'nothing lies within'],
    ['>2.0,<=2.0', 'maven', 'nothing lies within'],
    ['<latest', 'npm', 'no version of npm'],
    ['<1:2', 'npm', 'no version of npm'],
    ['<1:2', null, null],
    ['>=2.17.1,<2.0', null, 'nothing lies within'],
    ['<latest', null, 'no version of any ecosystem'],
    ['>=2.0,<2.3.1 || >=2.12.2,<2.4', 'maven', 'nothing lies within'],
  ])('%s of %s: %s', (range, ecosystem, message) => {
    const bounds = readRanges({ ...NONE, range: range.split(' || ') });
    if (!bounds.ok) throw new Error(bounds.message);
    const wrong = wrongRange(bounds.value, ecosystem === null ? null : findEcosystems(ecosystem));
    expect(wrong ?? 'right').toContain(message ?? 'right');
  });

  it.each([
    ['>=2.0,<2.17.1', 'maven', '2.14.1', 'affected 2.17.1'],
    ['>=2.0,<2.17.1', 'maven', '2.17.1', 'notAffected'],
    ['>=2.0,<2.17.1', 'maven', '2.0-beta9', 'notAffected'],
    ['>2.0', 'maven', '2.0', 'notAffected'],
    ['<=2.17.0', 'maven', '2.17.0', 'affected null'],
    ['=1.0', 'pypi', '1.0.0', 'affected null'],
    ['<1:2', 'debian', '9.0-1', 'affected 1:2'],
    ['>=2.0', 'maven', 'v2.16.0', 'undetermined'],
    ['<v2.17.1', 'maven', '2.14.1', 'undetermined'],
    ['<v2.17.1', 'maven', 'v2.14.1', 'affected v2.17.1'],
    ['>=2.0', 'Red Hat', '1:v2.16.0', 'undetermined'],
    ['>=2.0', 'npm', 'v2.16.0', 'affected null'],
    ['>=1.20', 'go', 'go1.21.0', 'affected null'],
    ['>=2.0,<2.3.1 || >=2.4,<2.12.2', 'maven', '2.12.1', 'affected 2.12.2'],
    ['>=2.0,<2.3.1 || >=2.4,<2.12.2', 'maven', '2.3.1', 'notAffected'],
    ['<1.0', 'npm', 'nightly', 'undetermined'],
    ['<latest', 'npm', '1.0.0', 'undetermined'],
  ])('%s of %s holds %s: %s', (range, ecosystem, version, is) => {
    const bounds = readRanges({ ...NONE, range: range.split(' || ') });
    const [of] = findEcosystems(ecosystem);
    if (!bounds.ok || !of) throw new Error(range);
    const verdict = withinRanges(bounds.value, of, version);
    expect(verdict.is === 'affected' ? `affected ${verdict.fixedIn}` : verdict.is).toBe(is);
  });
});
