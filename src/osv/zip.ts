import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { ZIP_DIRECTORY_BYTES } from '../limits.ts';

/** What a ZIP file has to stay within; more is an error. */
export interface ZipLimits {
  readonly archiveBytes: number;
  readonly entries: number;
  readonly entryBytes: number;
  readonly unpackedBytes: number;
}

/** A file in a ZIP file; nothing of it is unpacked before it is asked for. */
export interface ZipEntry {
  readonly name: string;
  /** Unpacks it. Throws `ZipError`. */
  readonly bytes: () => Uint8Array;
}

/** Why a file is no ZIP file that can be read, as a clause. */
export class ZipError extends Error {}

/**
 * The files of a ZIP file, by its central directory (PKWARE APPNOTE 6.3.10, with ZIP64), in the order in which they lie in it. Stored
 * and deflated ones are read, and each is held against its size and its CRC. Names that lead out of a directory, files that lie over
 * one another and sizes that are not true are errors. Throws `ZipError`.
 */
export function* readZip(path: string, limits: ZipLimits): Generator<ZipEntry> {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    if (size > limits.archiveBytes) throw new ZipError(`it has more than ${limits.archiveBytes} bytes`);
    const source: Source = { file, size };
    const directory = findDirectory(source, limits);
    let unpacked = 0;
    let free = 0;
    for (const entry of entriesOf(source, directory)) {
      if (entry.offset < free) throw new ZipError(`${shown(entry.name)} lies over another file`);
      free = entry.offset + LOCAL + entry.packed;
      if (free > directory.offset) throw new ZipError(`${shown(entry.name)} lies over the central directory`);
      if (entry.size > limits.entryBytes)
        throw new ZipError(`${shown(entry.name)} unpacks to more than ${limits.entryBytes} bytes`);
      unpacked += entry.size;
      if (unpacked > limits.unpackedBytes)
        throw new ZipError(`it unpacks to more than ${limits.unpackedBytes} bytes`);
      if (!entry.name.endsWith('/')) yield { name: entry.name, bytes: () => unpack(source, entry) };
    }
  } finally {
    closeSync(file);
  }
}

interface Source {
  readonly file: number;
  readonly size: number;
}

interface Directory {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly count: number;
}

interface Entry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** Fixed parts of APPNOTE 4.3.7, 4.3.12, 4.3.14 to 4.3.16. */
const LOCAL = 30;
const CENTRAL = 46;
const END = 22;
const END64 = 56;
const LOCATOR64 = 20;
const COMMENT = 0xffff;
const [SIGN_LOCAL, SIGN_CENTRAL, SIGN_END, SIGN_END64, SIGN_LOCATOR64] = [
  0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50,
];
/** What stands where the field of ZIP64 has the value. */
const [IN_ZIP64_16, IN_ZIP64] = [0xffff, 0xffffffff];

function readAt({ file, size }: Source, offset: number, length: number): Buffer {
  if (offset < 0 || offset + length > size) throw new ZipError('it ends before its parts do: it is cut off');
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const count = readSync(file, bytes, at, length - at, offset + at);
    if (count === 0) throw new ZipError('it became shorter while it was read');
    at += count;
  }
  return bytes;
}

function findDirectory(source: Source, limits: ZipLimits): Directory {
  const tail = readAt(source, Math.max(0, source.size - END - COMMENT), Math.min(source.size, END + COMMENT));
  let at = tail.length - END;
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === SIGN_END && at + END + tail.readUInt16LE(at + 20) === tail.length)
  )
    at -= 1;
  if (at < 0) throw new ZipError('it has no end of central directory: it is no ZIP file, or it is cut off');
  const end = source.size - tail.length + at;
  const stated = end64(source, end) ?? {
    disk: tail.readUInt16LE(at + 4) + tail.readUInt16LE(at + 6),
    count: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const { disk, count, length, offset } = stated;
  if (disk !== 0) throw new ZipError('it is a part of several');
  if (count > limits.entries) throw new ZipError(`it has more than ${limits.entries} files`);
  if (length > ZIP_DIRECTORY_BYTES || length < count * CENTRAL || offset + length > end)
    throw new ZipError('its central directory is not where or what it says');
  return { offset, count, bytes: readAt(source, offset, length) };
}

/** The end of the central directory as ZIP64 has it (4.3.14, 4.3.15); null where there is none. */
function end64(source: Source, end: number) {
  if (end < LOCATOR64) return null;
  const locator = readAt(source, end - LOCATOR64, LOCATOR64);
  if (locator.readUInt32LE(0) !== SIGN_LOCATOR64) return null;
  const record = readAt(source, number64(locator, 8), END64);
  if (record.readUInt32LE(0) !== SIGN_END64) throw new ZipError('its ZIP64 record is not where it says');
  return {
    disk: record.readUInt32LE(16) + record.readUInt32LE(20),
    count: number64(record, 32),
    length: number64(record, 40),
    offset: number64(record, 48),
  };
}

function number64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError('it names a place beyond all files');
  return Number(value);
}

function entriesOf(source: Source, { bytes, count }: Directory): readonly Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + CENTRAL > bytes.length || bytes.readUInt32LE(at) !== SIGN_CENTRAL)
      throw new ZipError('its central directory is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      bytes.readUInt16LE(at + field),
    );
    const extraAt = at + CENTRAL + (nameLength ?? 0);
    const next = extraAt + (extraLength ?? 0) + (commentLength ?? 0);
    if (next > bytes.length) throw new ZipError('its central directory is damaged');
    const name = bytes.toString('utf8', at + CENTRAL, extraAt);
    const extra = bytes.subarray(extraAt, extraAt + (extraLength ?? 0));
    entries.push(entryOf(name, bytes.subarray(at, at + CENTRAL), extra));
    at = next;
  }
  if (entries.some(({ offset }) => offset >= source.size))
    throw new ZipError('it ends before its parts do: it is cut off');
  return entries.toSorted((a, b) => a.offset - b.offset);
}

function entryOf(name: string, header: Buffer, extra: Buffer): Entry {
  if (/^[/\\]|^[A-Za-z]:|[\\\0]|(?:^|\/)\.\.(?:\/|$)/.test(name))
    throw new ZipError(`the name ${shown(name)} leads out of a directory`);
  const [flags, method] = [header.readUInt16LE(8), header.readUInt16LE(10)];
  if ((flags & 1) !== 0) throw new ZipError(`${shown(name)} is encrypted`);
  if (method !== 0 && method !== 8)
    throw new ZipError(
      `${shown(name)} is compressed with method ${method}; stored and deflated files are read`,
    );
  if (header.readUInt16LE(34) !== 0 && header.readUInt16LE(34) !== IN_ZIP64_16)
    throw new ZipError('it is a part of several');
  // 4.5.3: in this order, and each only where the field itself has no room.
  const large = zip64Field(extra);
  let at = 0;
  const value = (field: number): number => {
    const small = header.readUInt32LE(field);
    if (small !== IN_ZIP64) return small;
    if (large === null || at + 8 > large.length)
      throw new ZipError(`${shown(name)} does not say how large it is`);
    at += 8;
    return number64(large, at - 8);
  };
  const [size, packed, offset] = [value(24), value(20), value(42)];
  return { name, deflated: method === 8, crc: header.readUInt32LE(16), packed, size, offset };
}

/** The extra field 0x0001. */
function zip64Field(extra: Buffer): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  return null;
}

function unpack(source: Source, { name, deflated, crc, packed, size, offset }: Entry): Uint8Array {
  const header = readAt(source, offset, LOCAL);
  if (header.readUInt32LE(0) !== SIGN_LOCAL) throw new ZipError(`${shown(name)} is not where it should be`);
  const data = readAt(source, offset + LOCAL + header.readUInt16LE(26) + header.readUInt16LE(28), packed);
  const bytes = deflated ? inflated(name, data, size) : data;
  if (bytes.length !== size || crc32(bytes) !== crc) throw new ZipError(`${shown(name)} is damaged`);
  return bytes;
}

function inflated(name: string, data: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw new ZipError(`${shown(name)} is damaged, or larger than it says`);
  }
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
