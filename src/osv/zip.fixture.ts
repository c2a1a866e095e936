import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a ZIP file that is made for a test; what is given in `lie` stands in its central directory in place of what is true. */
export interface ZippedFile {
  readonly name: string;
  readonly text: string;
  readonly stored?: boolean;
  readonly lie?: Partial<Record<'flags' | 'method' | 'crc' | 'packed' | 'size' | 'offset' | 'disk', number>>;
}

/** Makes a ZIP file; with `zip64` all sizes and places stand in the fields of ZIP64. */
export function zipOf(files: readonly ZippedFile[], zip64 = false): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, text, stored = false, lie = {} } of files) {
    const raw = Buffer.from(text);
    const data = stored ? raw : deflateRawSync(raw);
    const label = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(label.length, 26);
    const said = {
      flags: 0,
      method: stored ? 0 : 8,
      crc: crc32(raw),
      packed: data.length,
      size: raw.length,
      offset,
      disk: 0,
      ...lie,
    };
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(said.flags, 8);
    header.writeUInt16LE(said.method, 10);
    header.writeUInt32LE(said.crc, 16);
    header.writeUInt32LE(zip64 ? 0xffffffff : said.packed, 20);
    header.writeUInt32LE(zip64 ? 0xffffffff : said.size, 24);
    header.writeUInt16LE(label.length, 28);
    header.writeUInt16LE(said.disk, 34);
    header.writeUInt32LE(zip64 ? 0xffffffff : said.offset, 42);
    const extra = Buffer.alloc(zip64 ? 28 : 0);
    if (zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      [said.size, said.packed, said.offset].forEach((value, at) =>
        extra.writeBigUInt64LE(BigInt(value), 4 + at * 8),
      );
      header.writeUInt16LE(extra.length, 30);
    }
    central.push(header, label, extra);
    parts.push(local, label, data);
    offset += 30 + label.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : files.length, 10);
  end.writeUInt32LE(zip64 ? 0xffffffff : directory.length, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  if (!zip64) return Buffer.concat([...parts, directory, end]);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(BigInt(files.length), 32);
  end64.writeBigUInt64LE(BigInt(directory.length), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + directory.length), 8);
  return Buffer.concat([...parts, directory, end64, locator, end]);
}
