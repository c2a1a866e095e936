import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusFolder, filesOf } from '../src/attestations/corpus.fixture.ts';
import { findEcosystems } from '../src/versions/ecosystems.ts';
import { readTable, violationOf } from './conformance/version-table.ts';

const CORPUS = corpusFolder('version-comparison');

/** `pypi-versions-generated.txt` is a table of PyPI. */
function versioningOf(file: string) {
  const [name = ''] = file.split('-');
  const [ecosystem] = findEcosystems(name === 'semver' ? 'npm' : name);
  if (!ecosystem) throw new Error(`no ecosystem for ${file}`);
  return ecosystem.versioning;
}

describe.skipIf(CORPUS === null)('the tables of version comparisons', () => {
  it.each(filesOf(CORPUS))('%s holds', (file) => {
    const rows = readTable(readFileSync(join(CORPUS ?? '', file), 'utf8'));
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.flatMap((row) => violationOf(row, versioningOf(file)) ?? [])).toEqual([]);
  });
});

describe('a table of version comparisons', () => {
  const npm = versioningOf('semver');
  const violations = (table: string) => readTable(table).flatMap((row) => violationOf(row, npm) ?? []);

  it('holds, whatever its comments say', () => {
    expect(violations('# 2 < 1\n// 2 < 1\n\n1.0.0 < 2.0.0\r\n1.0.0 = v1.0.0 # alike\n2.0.0 > 1.0.0')).toEqual(
      [],
    );
  });

  it.each([
    ['2.0.0 < 1.0.0', '1: 2.0.0 < 1.0.0: >'],
    ['\n1.0.0 = 1.0.1', '2: 1.0.0 = 1.0.1: <'],
    ['1.0.0 > 1.0.0', '1: 1.0.0 > 1.0.0: ='],
    ['1.0.0 != 1.0.0', '1: 1.0.0 != 1.0.0: no line of the form A < B'],
    ['1.0.0 < ', '1: 1.0.0 <: no line of the form A < B'],
    ['1.0.0 < 2.0.0 3.0.0', '1: 1.0.0 < 2.0.0 3.0.0: no line of the form A < B'],
  ])('%j does not hold', (table, violation) => {
    expect(violations(table)).toEqual([violation]);
  });
});
