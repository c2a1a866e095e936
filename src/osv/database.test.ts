import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findInDatabase } from './database.ts';
import { zipOf } from './zip.fixture.ts';

/** A database with one vulnerability under three names, one about it and another, one that is related, and one that is not. */
const RECORDS: Readonly<Record<string, object>> = {
  'CVE-1.json': { id: 'CVE-1', aliases: ['GHSA-1'] },
  'GHSA-1.json': {
    id: 'GHSA-1',
    aliases: ['CVE-1'],
    affected: [{ package: { ecosystem: 'npm', name: 'a' } }],
  },
  'below/PYSEC-1.json': { id: 'PYSEC-1', aliases: ['GHSA-1'] },
  'below/DSA-1.json': { id: 'DSA-1', aliases: null, upstream: ['CVE-1', 'CVE-2'] },
  'CVE-2.json': { id: 'CVE-2', related: ['CVE-1'] },
  'CVE-3.json': { id: 'CVE-3', details: 'CVE-1' },
  'read.me': {},
};

const FILES = Object.entries(RECORDS).map(([name, record]) => ({ name, text: JSON.stringify(record) }));

function written(files: typeof FILES): string {
  const root = mkdtempSync(join(tmpdir(), 'osv-'));
  for (const { name, text } of files) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

async function idsIn(path: string, id: string): Promise<readonly string[] | string> {
  const found = await findInDatabase(path, 'osv', id);
  return found.ok
    ? found.value.records.map((record) => record.id).toSorted()
    : `${found.fault.reason}: ${found.fault.message}`;
}

const directory = written(FILES);
const archive = join(mkdtempSync(join(tmpdir(), 'osv-')), 'all.zip');
writeFileSync(archive, zipOf(FILES));

describe.each([
  ['a directory', directory],
  ['a ZIP file', archive],
])('%s', (_what, path) => {
  it.each([
    ['CVE-1', ['CVE-1', 'DSA-1', 'GHSA-1', 'PYSEC-1']],
    ['PYSEC-1', ['CVE-1', 'DSA-1', 'GHSA-1', 'PYSEC-1']],
    ['DSA-1', ['DSA-1']],
    ['CVE-2', ['CVE-2', 'DSA-1']],
    ['CVE-9', []],
  ])('has of %s the records %j', async (id, ids) => {
    expect(await idsIn(path, id)).toEqual(ids);
  });
});

describe('a database', () => {
  it.each<[string, () => string, readonly string[] | null]>([
    ['of one record says nothing of others', () => join(directory, 'GHSA-1.json'), null],
    ['in a directory covers the ecosystems of what is about it', () => directory, ['npm']],
    [
      'in a directory covers nothing by what is about something else',
      () => {
        const dsa = { id: 'DSA-9', affected: [{ package: { ecosystem: 'Debian:12', name: 'a' } }] };
        return written([...FILES, { name: 'DSA-9.json', text: JSON.stringify(dsa) }]);
      },
      ['npm'],
    ],
    ['in a ZIP file covers the ecosystems of all records', () => archive, ['npm']],
    [
      'in ZIP files in a directory does so',
      () => {
        const root = written([]);
        writeFileSync(join(root, 'npm.zip'), zipOf(FILES));
        const dsa = { id: 'DSA-9', affected: [{ package: { ecosystem: 'Debian:12', name: 'a' } }] };
        writeFileSync(join(root, 'debian.zip'), zipOf([{ name: 'DSA-9.json', text: JSON.stringify(dsa) }]));
        return root;
      },
      ['Debian', 'npm'],
    ],
  ])('%s', async (_what, path, covers) => {
    const found = await findInDatabase(path(), 'osv', 'CVE-1');
    if (!found.ok) throw new Error(found.fault.message);
    expect(found.value.records.length).toBeGreaterThan(0);
    expect(found.value.covers && [...found.value.covers].toSorted()).toEqual(covers);
  });

  it('may be one record', async () => {
    expect(await idsIn(join(directory, 'GHSA-1.json'), 'CVE-1')).toEqual(['GHSA-1']);
  });

  it.each<[string, (root: string) => string, string]>([
    ['that is missing', (root) => join(root, 'none'), 'InputInvalid: osv is missing'],
    [
      'without records',
      () => mkdtempSync(join(tmpdir(), 'osv-')),
      'InputInvalid: osv holds no .json or .zip file',
    ],
    [
      'whose ZIP file is none',
      (root) => join(root, 'all.zip'),
      'InputInvalid: osv cannot be read as a ZIP file: it has no end of central directory: it is no ZIP file, or it is cut off',
    ],
    [
      'with a record that names it and cannot be read',
      (root) => join(root, 'below'),
      'InputInvalid: osv/bad.json cannot be read: it is not an OSV record: id: is required',
    ],
    [
      'with a record that is no JSON',
      (root) => join(root, 'cut.json'),
      'InputInvalid: osv cannot be read: it is not strict JSON: a string has no end',
    ],
  ])('%s is a fault', async (_what, path, message) => {
    const root = written([
      { name: 'all.zip', text: 'PK' },
      { name: 'below/bad.json', text: '{"aliases":["CVE-1"]}' },
      { name: 'cut.json', text: '{"aliases":["CVE-1"], "id": "' },
      { name: 'other.json', text: '{"aliases":["CVE-7"]}' },
    ]);
    expect(await idsIn(path(root), 'CVE-1')).toBe(message);
  });
});
