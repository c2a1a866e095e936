import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zipOf, type ZippedFile } from './zip.fixture.ts';
import { readZip, ZipError } from './zip.ts';

const LIMITS = { archiveBytes: 1_000_000, entries: 5, entryBytes: 10_000, unpackedBytes: 15_000 };
const TWO: readonly ZippedFile[] = [
  { name: 'GHSA-1.json', text: '{"id":"GHSA-1"}' },
  { name: 'below/GHSA-2.json', text: '', stored: true },
];

function readAll(bytes: Uint8Array): Record<string, string> {
  const path = join(mkdtempSync(join(tmpdir(), 'zip-')), 'all.zip');
  writeFileSync(path, bytes);
  const found: Record<string, string> = {};
  for (const { name, bytes: unpack } of readZip(path, LIMITS)) found[name] = Buffer.from(unpack()).toString();
  return found;
}

const one = (lie: ZippedFile['lie'], text = 'text'): Buffer =>
  zipOf([{ name: 'a.json', text, ...(lie && { lie }) }]);

describe('a ZIP file', () => {
  it.each([
    ['deflated and stored files', zipOf(TWO)],
    ['ZIP64', zipOf(TWO, true)],
    ['a comment at its end', withComment(zipOf(TWO), 'made by hand')],
  ])('is read with %s', (_what, bytes) => {
    expect(readAll(bytes)).toEqual({ 'GHSA-1.json': '{"id":"GHSA-1"}', 'below/GHSA-2.json': '' });
  });

  it('has no directories among its files', () => {
    expect(
      readAll(
        zipOf([
          { name: 'below/', text: '' },
          { name: 'below/a', text: 'a' },
        ]),
      ),
    ).toEqual({ 'below/a': 'a' });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', Buffer.alloc(0), /no end of central directory/],
    ['JSON', Buffer.from('{"id": "CVE-1"}'), /no end of central directory/],
    ['cut off at its end', zipOf(TWO).subarray(0, -30), /no end of central directory/],
    ['cut off at its beginning', zipOf(TWO).subarray(20), /not where|damaged|should be|over/],
    ['a name that leads up', zipOf([{ name: '../a.json', text: '' }]), /leads out of a directory/],
    ['a name that leads up from below', zipOf([{ name: 'a/../../b.json', text: '' }]), /leads out of/],
    ['an absolute name', zipOf([{ name: '/etc/a.json', text: '' }]), /leads out of/],
    ['a name of Windows', zipOf([{ name: 'C:a.json', text: '' }]), /leads out of/],
    ['a name with a backslash', zipOf([{ name: 'a\\b.json', text: '' }]), /leads out of/],
    ['a name with a NUL', zipOf([{ name: 'a\0.json', text: '' }]), /leads out of/],
    ['an encrypted file', one({ flags: 1 }), /encrypted/],
    ['an unknown method', one({ method: 12 }), /method 12/],
    ['a wrong CRC', one({ crc: 1 }), /damaged/],
    ['less than it says', one({ size: 5 }), /damaged/],
    ['more than it says: a bomb', one({ size: 100 }, 'a'.repeat(9_000)), /larger than it says/],
    ['more than the limit: a bomb', one(undefined, 'a'.repeat(10_001)), /more than 10000 bytes/],
    [
      'many that are more than the limit',
      zipOf([0, 1].map((at) => ({ name: `${at}`, text: 'a'.repeat(9_000) }))),
      /more than 15000 bytes/,
    ],
    ['a place behind its end', one({ offset: 5_000 }), /cut off/],
    [
      'a place in another file',
      zipOf([TWO[0]!, { name: 'b', text: 'b', lie: { offset: 5 } }]),
      /lies over|should be/,
    ],
    ['one file twice: a bomb', zipOf([TWO[0]!, { name: 'b', text: 'b', lie: { offset: 0 } }]), /lies over/],
    ['a file in the central directory', one({ packed: 500 }), /lies over/],
    ['many parts', one({ disk: 3 }), /a part of several/],
    [
      'more files than the limit',
      zipOf([0, 1, 2, 3, 4, 5].map((at) => ({ name: `${at}`, text: '' }))),
      /more than 5 files/,
    ],
    ['a central directory that is damaged', damaged(zipOf(TWO)), /damaged/],
    ['more bytes than the limit', Buffer.alloc(1_000_001), /more than 1000000 bytes/],
  ])('is refused with %s', (_what, bytes, message) => {
    expect(() => readAll(bytes)).toThrow(ZipError);
    expect(() => readAll(bytes)).toThrow(message);
  });
});

function withComment(bytes: Buffer, comment: string): Buffer {
  const long = Buffer.concat([bytes, Buffer.from(comment)]);
  long.writeUInt16LE(comment.length, bytes.length - 2);
  return long;
}

/** The second signature of the central directory is none. */
function damaged(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([0, 0, 0, 0]), bytes.subarray(at + 4)]);
}
