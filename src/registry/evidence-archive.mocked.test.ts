import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';

import { type Header, pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type * as limits from '../limits.ts';
import { type Outcome } from '../reasons.ts';
import { saveAt } from './evidence-archive.ts';
import { openLayout, type Layout } from './layout.ts';
import { checkSaveDirectory, writeLayout } from './layout-writer.ts';
import { recordRegistry, type Recording } from './recording.ts';
import { askAll, serveShop, type ShopRegistry } from './shop-registry.fixture.ts';

vi.mock('../limits.ts', async (original) => ({
  ...(await original<typeof limits>()),
  EVIDENCE_DOCUMENT_BYTES: 1024 * 1024,
  EVIDENCE_ARCHIVE_BYTES: 2 * 1024 * 1024,
  EVIDENCE_ARCHIVE_FILES: 50,
}));

const AT = new Date('2030-01-01T00:00:00Z');
const HEX = 'a'.repeat(64);

let shop: ShopRegistry;
let recording: Recording;
let answers: Readonly<Record<string, Outcome<unknown>>>;
let scratch: string;

beforeAll(async () => {
  shop = await serveShop();
  const client = shop.client();
  const recorder = recordRegistry(client, () => AT);
  answers = await askAll(recorder.registry, shop);
  await client.close();
  recording = recorder.recorded();
});

afterAll(() => shop.close());

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'archive-'));
  vi.stubEnv('TMPDIR', scratch);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true });
});

const save = (archive: string, what = recording) =>
  saveAt(archive, (directory) => writeLayout(directory, what, null, 'test 1'));

async function opened(path: string): Promise<Layout> {
  const layout = await openLayout(path);
  if (!layout.ok) throw new Error(layout.fault.message);
  return layout.value;
}

type Member = Partial<Header> & Pick<Header, 'name'> & { readonly content?: string | Uint8Array };

/** An archive of these members, written as they stand there. */
async function archiveOf(...members: readonly Member[]): Promise<string> {
  const packed = pack();
  for (const { content = '', ...header } of members) packed.entry(header, Buffer.from(content));
  packed.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packed) chunks.push(chunk as Buffer);
  const path = join(scratch, 'made.tar');
  await writeFile(path, Buffer.concat(chunks));
  return path;
}

const MARKER: Member = { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' };
const INDEX: Member = { name: 'index.json', content: '{"schemaVersion":2,"manifests":[]}' };

async function refusal(path: string): Promise<string> {
  const layout = await openLayout(path);
  if (layout.ok) throw new Error('it was opened');
  expect(layout.fault.reason).toBe('InputInvalid');
  expect(layout.fault.message).not.toMatch(/\p{Cc}/u);
  // Whatever was refused, nothing of it is left.
  expect((await readdir(scratch)).filter((name) => name.startsWith('supplychain-'))).toEqual([]);
  return layout.fault.message;
}

describe('an archive', () => {
  it.each(['evidence.tar', 'evidence.tar.gz', 'evidence.tgz'])(
    'as %s answers as the directory does',
    async (name) => {
      const archive = join(scratch, name);
      expect(await save(archive)).toMatchObject({ ok: true });
      expect(await readdir(scratch)).toEqual([name]);
      const layout = await opened(archive);
      expect(await askAll(layout, shop)).toEqual(answers);
      await layout.close();
      expect(await readdir(scratch)).toEqual([name]);
    },
  );

  it('has the same bytes for the same evidence, and is read by tar', async () => {
    const archives = [join(scratch, 'one.tar'), join(scratch, 'two.tar')] as const;
    for (const archive of archives) await save(archive);
    const [one, two] = await Promise.all(archives.map((archive) => readFile(archive)));
    expect(one!.equals(two!)).toBe(true);
    const listed = execFileSync('tar', ['-tvf', archives[0]], { encoding: 'utf8' }).trimEnd().split('\n');
    expect(listed.map((line) => line.split(' ')[0])).toEqual(listed.map(() => '-rw-r--r--'));
    expect(listed.at(-1)).toMatch(/oci-layout$/);
  });

  it('is added to: the last answers count, the others stay', async () => {
    const archive = join(scratch, 'evidence.tar.gz');
    await save(archive);
    const cart = `${shop.host}/shop/cart`;
    const at = '2030-02-01T00:00:00.000Z';
    const moved = { question: 'tag', repository: cart, tag: 'v1', at, reply: { kind: 'absent' } } as const;
    await save(archive, {
      at: new Date(at),
      answers: [moved],
      accounts: [],
      pods: [],
      revocation: [],
      sboms: [],
      contents: new Map(),
    });
    const layout = await opened(archive);
    expect(await layout.tag(cart, 'v1')).toEqual({ ok: true, value: null });
    expect(await layout.tag(cart, 'all')).toEqual(answers['index']);
    await layout.close();
  });

  it('is named in messages, and never the directory that it was unpacked into', async () => {
    const archive = join(scratch, 'evidence.tar');
    await save(archive);
    const layout = await opened(archive);
    const outcome = await layout.tag(`${shop.host}/shop/cart`, 'unknown');
    await layout.close();
    expect(outcome).toMatchObject({
      fault: { reason: 'NotInEvidence', message: expect.stringContaining(archive) as unknown },
    });
    expect(JSON.stringify(outcome)).not.toContain('supplychain-evidence-');
  });

  it('may be one of the folder, as tar makes it', async () => {
    expect(await saveAt(join(scratch, 'kept'), (to) => writeLayout(to, recording, null))).toMatchObject({
      ok: true,
    });
    for (const of of ['kept', './kept']) {
      execFileSync('tar', ['-czf', 'kept.tgz', of], { cwd: scratch });
      const layout = await opened(join(scratch, 'kept.tgz'));
      expect(await askAll(layout, shop)).toEqual(answers);
      await layout.close();
    }
    // What a sweep left there is nobody else's, and is passed over.
    for (const what of ['claims', 'contents'])
      await writeFile(join(scratch, 'kept', `${what}-${'0'.repeat(16)}.json`), 'sealed');
    execFileSync('tar', ['-cf', '../kept.tar', '.'], { cwd: join(scratch, 'kept') });
    await (await opened(join(scratch, 'kept.tar'))).close();
  });

  it('is left as it was where a save into it fails', async () => {
    const archive = join(scratch, 'evidence.tar');
    await save(archive);
    const before = await readFile(archive);
    const damaged = new Map([[`sha256:${HEX}`, Buffer.from('other bytes')]]);
    expect(await save(archive, { ...recording, contents: damaged })).toMatchObject({ ok: false });
    expect(await readdir(scratch)).toEqual(['evidence.tar']);
    expect((await readFile(archive)).equals(before)).toBe(true);
  });

  it('is not replaced if another run has written it meanwhile', async () => {
    const archive = join(scratch, 'evidence.tar');
    await save(archive);
    const outcome = await saveAt(archive, async (directory) => {
      await writeFile(archive, 'of another run');
      return writeLayout(directory, recording, null);
    });
    expect(outcome).toMatchObject({ fault: { message: expect.stringContaining('another run') as unknown } });
    expect(await readFile(archive, 'utf8')).toBe('of another run');
  });

  it('is refused where it cannot be written', async () => {
    const outcome = await save(join(scratch, 'missing', 'evidence.tar'));
    expect(outcome).toMatchObject({
      fault: { reason: 'InputInvalid', message: expect.stringContaining('ENOENT') as unknown },
    });
    expect(await readdir(scratch)).toEqual([]);
  });

  it('must hold evidence to be added to', async () => {
    const archive = await archiveOf(MARKER, INDEX);
    expect(await save(archive)).toMatchObject({
      fault: { message: expect.stringContaining(`${archive}: it holds other files`) as unknown },
    });
    expect(await checkSaveDirectory(scratch)).toMatchObject({ ok: false });
  });
});

describe('an archive is refused that', () => {
  it.each<[string, Member, RegExp]>([
    ['leads out of the directory', { name: '../index.json' }, /is no file of an OCI/],
    ['leads out of the directory further down', { name: 'blobs/../../x' }, /is no file of an OCI/],
    ['leads out of it by a folder', { name: '../blobs/sha256/' + HEX }, /is no file of an OCI/],
    [
      'has what was found out, further down',
      { name: `a/b/claims-${'0'.repeat(16)}.json` },
      /is no file of an OCI/,
    ],
    [
      'has a link for it',
      { name: `claims-${'0'.repeat(16)}.json`, type: 'symlink', linkname: 'x' },
      /is a symlink/,
    ],
    ['names an absolute path', { name: '/etc/passwd' }, /is no file of an OCI/],
    ['names a path of Windows', { name: 'blobs\\sha256\\' + HEX }, /is no file of an OCI/],
    ['has a blob with a name that is no digest', { name: 'blobs/sha256/evil.sh' }, /is no file of an OCI/],
    ['has a file that belongs to nothing', { name: 'README' }, /is no file of an OCI/],
    ['has two folders', { name: 'other/blobs/sha256/' + HEX }, /is in another folder/],
    [
      'has a symbolic link',
      { name: 'blobs/sha256/' + HEX, type: 'symlink', linkname: '/etc/passwd' },
      /is a symlink/,
    ],
    ['has a hard link', { name: 'index.json', type: 'link', linkname: '/etc/passwd' }, /is a link/],
    [
      'has a device',
      { name: 'index.json', type: 'character-device', devmajor: 1, devminor: 3 },
      /is a character-device/,
    ],
    ['has a block device', { name: 'index.json', type: 'block-device' }, /is a block-device/],
    ['has a named pipe', { name: 'index.json', type: 'fifo' }, /is a fifo/],
    ['has a file twice', { name: 'oci-layout' }, /is in it twice/],
    ['has control characters in a name', { name: 'a\u001b[31m' }, /"a \[31m" is no file/],
    [
      'has a file over the limit',
      { name: 'blobs/sha256/' + HEX, content: Buffer.alloc(1024 * 1024 + 1) },
      /more than 1048576 bytes/,
    ],
  ])('%s', async (_, member, message) => {
    expect(await refusal(await archiveOf(MARKER, member, INDEX))).toMatch(message);
  });

  it('has too many files', async () => {
    const blobs = Array.from({ length: 60 }, (_, at) => ({
      name: `blobs/sha256/${createHash('sha256').update(String(at)).digest('hex')}`,
    }));
    expect(await refusal(await archiveOf(MARKER, ...blobs))).toContain('more than 50 files');
  });

  it('unpacks to more than the limit, however small it is', async () => {
    const blobs = Array.from({ length: 5 }, (_, at) => ({
      name: `blobs/sha256/${String(at).repeat(64)}`,
      content: Buffer.alloc(900_000),
    }));
    const plain = await archiveOf(MARKER, ...blobs);
    await writeFile(`${plain}.gz`, gzipSync(await readFile(plain)));
    expect((await stat(`${plain}.gz`)).size).toBeLessThan(10_000);
    expect(await refusal(`${plain}.gz`)).toContain('more than 2097152 bytes');
  });

  it('lies about the size of a file', async () => {
    const archive = await archiveOf({ ...MARKER, size: MARKER.content!.length });
    const bytes = await readFile(archive);
    // The size in octal digits, and the checksum of the header as if nothing had happened.
    bytes.write('77777777777', 124, 'latin1');
    bytes.fill(' ', 148, 156);
    const sum = bytes.subarray(0, 512).reduce((all, byte) => all + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    await writeFile(archive, bytes);
    expect(await refusal(archive)).toContain('bytes');
  });

  it.each(['evidence.tar', 'evidence.tar.gz'])('is cut off: %s', async (name) => {
    const archive = join(scratch, name);
    await save(archive);
    await truncate(archive, Math.floor((await stat(archive)).size / 2));
    // Cut between two files it lacks the last one, which makes a layout of it.
    expect(await refusal(archive)).toMatch(/ is no archive of evidence| is half written/);
  });

  it('is something else', async () => {
    for (const bytes of [
      '',
      'text',
      'x'.repeat(10_000),
      gzipSync('x'.repeat(10_000)),
      Buffer.from([0x1f, 0x8b]),
    ]) {
      await writeFile(join(scratch, 'evidence.tar'), bytes);
      expect(await refusal(join(scratch, 'evidence.tar'))).toContain('evidence.tar');
    }
  });

  it('is damaged within: the blob is, and no other', async () => {
    const archive = join(scratch, 'evidence.tar.gz');
    await save(archive);
    const bytes = await promisify(gunzip)(await readFile(archive));
    const at = bytes.indexOf('{"critical":{}}');
    bytes.write('{"criticaL":{}}', at);
    await writeFile(archive, gzipSync(bytes));
    const layout = await opened(archive);
    const cart = `${shop.host}/shop/cart`;
    expect(await layout.blob(cart, shop.payload, 1000)).toMatchObject({
      fault: { reason: 'DigestMismatch' },
    });
    expect(await layout.tag(cart, 'v1')).toEqual(answers['image']);
    await layout.close();
  });

  it('is a link to one is read: only what is in it is held to the rules', async () => {
    await save(join(scratch, 'real.tar'));
    await symlink('real.tar', join(scratch, 'link.tar'));
    const layout = await opened(join(scratch, 'link.tar'));
    await layout.close();
    expect(layout.savedAt).toEqual(AT);
  });
});
