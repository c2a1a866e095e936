import { execFile } from 'node:child_process';
import type * as promises from 'node:fs/promises';
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { getuid } from 'node:process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type * as limits from '../limits.ts';
import { EVIDENCE_DOCUMENT_BYTES } from '../limits.ts';
import type { Outcome } from '../reasons.ts';
import type { Answer } from './answer.ts';
import { digestOf } from './digest.ts';
import { openLayout, type Layout } from './layout.ts';
import { checkSaveDirectory, writeLayout } from './layout-writer.ts';
import { OCI_INDEX, OCI_MANIFEST } from './manifest.ts';
import { recordRegistry, type Recording } from './recording.ts';

import { absent, askAll, serveShop, type ShopRegistry } from './shop-registry.fixture.ts';

const AT = new Date('2030-01-01T00:00:00Z');
const LATER = new Date('2030-02-01T00:00:00Z');
const INVENTORY = { workloads: [{ name: 'cart' }] };
const EVIDENCE = 'application/vnd.kubectl-supplychain.evidence.v1+json';

/** Operations on files until the power fails; from then on all fail, those that would tidy up included. */
const power = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  const spend = (): void => {
    power.left -= 1;
    if (power.left < 0) throw Object.assign(new Error('EIO'), { code: 'EIO' });
  };
  const open: typeof real.open = async (...args) => {
    const writes = args[1] === 'wx';
    // What is opened by a letter is a directory, to be synced.
    if (typeof args[1] === 'string') spend();
    const file = await real.open(...args);
    if (!writes) return file;
    const write = file.writeFile.bind(file);
    file.writeFile = async (data) => {
      // The half of a file may be written when the power fails.
      if (power.left <= 0 && data instanceof Uint8Array) await write(data.subarray(0, data.length / 2));
      spend();
      await write(data);
    };
    return file;
  };
  const mkdir: typeof real.mkdir = (async (path: string, options: object) => {
    spend();
    return real.mkdir(path, options);
  }) as typeof real.mkdir;
  const rename: typeof real.rename = async (...args) => {
    spend();
    return real.rename(...args);
  };
  const remove: typeof real.rm = async (...args) => {
    spend();
    return real.rm(...args);
  };
  return { ...real, open, mkdir, rename, rm: remove };
});

vi.mock('../limits.ts', async (original) => ({
  ...(await original<typeof limits>()),
  EVIDENCE_DOCUMENT_BYTES: 1024 * 1024,
}));

let shop: ShopRegistry;
let recording: Recording;
let answers: Readonly<Record<string, Outcome<unknown>>>;
let scratch: string;
let directory: string;

beforeAll(async () => {
  shop = await serveShop();
  ({ recording, answers } = await record(AT));
});

afterAll(() => shop.close());

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'evidence-'));
  directory = join(scratch, 'evidence');
});

afterEach(async () => {
  power.left = Number.POSITIVE_INFINITY;
  await rm(scratch, { recursive: true });
});

async function record(at: Date): Promise<{ recording: Recording; answers: typeof answers }> {
  const client = shop.client();
  const recorder = recordRegistry(client, () => at);
  const answers = await askAll(recorder.registry, shop);
  await client.close();
  return { recording: recorder.recorded(), answers };
}

async function save(what = recording, inventory: unknown = null): Promise<void> {
  const saved = await writeLayout(directory, what, inventory, 'test 1');
  if (!saved.ok) throw new Error(saved.fault.message);
}

async function opened(): Promise<Layout> {
  const layout = await openLayout(directory);
  if (!layout.ok) throw new Error(layout.fault.message);
  return layout.value;
}

interface Index {
  manifests: {
    mediaType: string;
    digest: string;
    size: number;
    artifactType?: string | undefined;
    annotations?: Readonly<Record<string, string>> | undefined;
  }[];
}

async function readIndex(): Promise<Index> {
  return JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')) as Index;
}

function blobAt(digest: string): string {
  return join(directory, 'blobs', 'sha256', digest.slice('sha256:'.length));
}

async function readBlob(digest: string): Promise<{ layers: { digest: string }[] }> {
  return JSON.parse(await readFile(blobAt(digest), 'utf8')) as { layers: { digest: string }[] };
}

/** The digest of the saved document of answers. */
async function documentDigest(): Promise<string> {
  const { manifests } = await readIndex();
  const artifact = manifests.find(({ artifactType }) => artifactType === EVIDENCE);
  return (await readBlob(artifact!.digest)).layers[0]!.digest;
}

/** Puts another document in the place of the saved one, under digests that fit. */
async function replaceDocument(change: (document: Record<string, unknown>) => unknown): Promise<void> {
  const index = await readIndex();
  const at = index.manifests.findIndex(({ artifactType }) => artifactType === EVIDENCE);
  const artifact = await readBlob(index.manifests[at]!.digest);
  const document = JSON.parse(await readFile(blobAt(artifact.layers[0]!.digest), 'utf8')) as Record<
    string,
    unknown
  >;
  const put = async (content: unknown): Promise<{ digest: string; size: number }> => {
    const bytes = Buffer.from(JSON.stringify(content));
    await writeFile(blobAt(digestOf(bytes)), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  Object.assign(artifact.layers[0]!, await put(change(document)));
  Object.assign(index.manifests[at]!, await put(artifact));
  await writeFile(join(directory, 'index.json'), JSON.stringify(index));
}

describe('what was saved', () => {
  it('is answered again, word by word and without a request', async () => {
    await save(recording, INVENTORY);
    const before = shop.requests();
    const layout = await opened();
    const again = await askAll(layout, shop);
    expect(again).toEqual(answers);
    expect(shop.requests()).toBe(before);
    expect(layout.hosts()).toEqual([]);
    expect(layout.savedAt).toEqual(AT);
    expect(layout.inventory).toEqual(INVENTORY);
    await layout.close();
  });

  it('holds absences and faults of every kind', () => {
    const reasons = Object.values(answers).map((one) => (one.ok ? one.value === null : one.fault.reason));
    expect(new Set(reasons)).toEqual(
      new Set([
        false,
        true,
        'AccessDenied',
        'DigestMismatch',
        'EvidenceUnsupported',
        'ImageReferenceInvalid',
        'LimitExceeded',
        'RegistryError',
        'RegistryResponseInvalid',
        'RegistryUnreachable',
      ]),
    );
  });

  it('is answered again after it was recorded from a layout', async () => {
    await save();
    const recorder = recordRegistry(await opened(), () => LATER);
    await askAll(recorder.registry, shop);
    directory = join(scratch, 'second');
    await save(recorder.recorded());
    expect(await askAll(await opened(), shop)).toEqual(answers);
  });

  it('does not depend on where the directory lies', async () => {
    await save();
    await cp(directory, join(scratch, 'moved'), { recursive: true });
    await rm(directory, { recursive: true });
    directory = join(scratch, 'moved');
    expect(await askAll(await opened(), shop)).toEqual(answers);
  });

  it('names question and directory where nothing was asked', async () => {
    await save();
    const layout = await opened();
    const cart = `${shop.host}/shop/cart`;
    const unknown = absent('unknown');
    for (const [asked, answer] of [
      [`the tag ${cart}:v9`, layout.tag(cart, 'v9')],
      ['the tag ghcr.io/acme/cart:v1', layout.tag('ghcr.io/acme/cart', 'v1')],
      [`the manifest ${cart}@${unknown.digest}`, layout.manifest(cart, unknown.digest)],
      [`the referrers of ${cart}@${unknown.digest}`, layout.referrers(cart, unknown.digest)],
      [`the blob ${unknown.digest} of ${cart}`, layout.blob(cart, unknown, 100)],
      [
        `the blob ${shop.payload.digest} of ghcr.io/acme/cart`,
        layout.blob('ghcr.io/acme/cart', shop.payload, 100),
      ],
    ] as const) {
      const outcome = await answer;
      expect(outcome).toMatchObject({ fault: { reason: 'NotInEvidence' } });
      expect(messageOf(outcome)).toContain(asked);
      expect(messageOf(outcome)).toContain(directory);
    }
  });

  it('knows of what a tag points at that it is there', async () => {
    const client = shop.client();
    const recorder = recordRegistry(client, () => AT);
    await recorder.registry.tag(`${shop.host}/shop/cart`, 'v1');
    await client.close();
    await save(recorder.recorded());
    const answer = await (await opened()).manifest(`${shop.host}/shop/cart`, shop.cart.digest);
    expect(answer).toMatchObject({ ok: true, value: { digest: shop.cart.digest } });
  });

  it('can be nothing', async () => {
    await save({
      at: AT,
      answers: [],
      accounts: [],
      pods: [],
      revocation: [],
      sboms: [],
      contents: new Map(),
    });
    expect(await (await opened()).tag('ghcr.io/acme/cart', 'v1')).toMatchObject({
      fault: { reason: 'NotInEvidence' },
    });
  });
});

describe('the layout', () => {
  it('is one: descriptors with digest, size and the full name of what they point at', async () => {
    await save();
    expect(JSON.parse(await readFile(join(directory, 'oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
    const { manifests } = await readIndex();
    for (const { digest, size } of manifests) {
      const bytes = await readFile(blobAt(digest));
      expect([digestOf(bytes), bytes.length]).toEqual([digest, size]);
    }
    const names = manifests.map(({ annotations }) => annotations?.['io.containerd.image.name']);
    const old = answers['image in a registry without the API'];
    if (!old?.ok) throw new Error('old');
    expect(names).toEqual([
      `${shop.host}/shop/cart:all`,
      `${shop.host}/shop/cart:v1`,
      `${shop.host}/shop/old:v1`,
      `${shop.host}/shop/cart@${shop.signature.digest}`,
      undefined,
    ]);
    const tools = manifests.map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name']);
    expect(tools).toEqual([...names.slice(0, -1), 'evidence']);
    expect(await readdir(directory)).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  it('leads to the SBOMs that lie in no registry, for tools that copy what is named', async () => {
    const [bytes, second] = [Buffer.from('SPDXVersion: SPDX-2.3'), Buffer.from('{}')];
    const subject = digestOf(Buffer.from('image'));
    const found = (content: Buffer) => ({
      origin: 'own directory',
      location: 'boms',
      reply: { kind: 'found', digest: digestOf(content), size: content.length } as const,
    });
    const gone = { ...found(bytes), reply: { kind: 'unreadable', message: 'it is gone' } } as const;
    await save({
      at: AT,
      answers: [],
      accounts: [],
      pods: [],
      revocation: [],
      sboms: [
        { source: 'ownDirectory', subject, at: AT.toISOString(), sboms: [found(bytes), gone, found(bytes)] },
        { source: 'trivyOperator', subject, at: AT.toISOString(), sboms: [found(second)] },
      ],
      contents: new Map([bytes, second].map((content) => [digestOf(content), content])),
    });
    const { manifests } = await readIndex();
    const artifact = manifests.find(({ artifactType }) => artifactType === EVIDENCE);
    const [, ...layers] = (await readBlob(artifact!.digest)).layers;
    expect(layers).toEqual(
      [bytes, second].map((content) => ({
        mediaType: 'application/octet-stream',
        digest: digestOf(content),
        size: content.length,
      })),
    );
  });

  it('says in one document who saved what, and when each answer was given', async () => {
    await save();
    const document: unknown = JSON.parse(await readFile(blobAt(await documentDigest()), 'utf8'));
    expect(document).toMatchObject({
      apiVersion: 'kubectl-supplychain/v1alpha1',
      kind: 'Evidence',
      savedAt: '2030-01-01T00:00:00.000Z',
      tool: 'test 1',
      inventory: null,
    });
    expect((document as { answers: Answer[] }).answers).toContainEqual({
      question: 'tag',
      repository: `${shop.host}/shop/cart`,
      tag: 'v2',
      at: '2030-01-01T00:00:00.000Z',
      reply: { kind: 'absent' },
    });
  });
});

describe('a second save into the same directory', () => {
  it('adds: the last answers count, the others stay, and so do the blobs', async () => {
    await save(recording, INVENTORY);
    const cart = `${shop.host}/shop/cart`;
    const moved = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }));
    const digest = digestOf(moved);
    const found = { kind: 'found', digest, mediaType: OCI_INDEX, size: moved.length } as const;
    const at = LATER.toISOString();
    await save({
      at: LATER,
      accounts: [],
      pods: [],
      revocation: [],
      sboms: [],
      answers: [
        { question: 'tag', repository: cart, tag: 'v1', at, reply: found },
        { question: 'tag', repository: cart, tag: 'v3', at, reply: { kind: 'absent' } },
        {
          question: 'referrers',
          repository: cart,
          digest: shop.cart.digest,
          at,
          reply: { kind: 'fault', reason: 'RateLimited', message: 'too many' },
        },
      ],
      contents: new Map([[digest, moved]]),
    });
    const layout = await opened();
    expect(layout.savedAt).toEqual(LATER);
    expect(layout.inventory).toEqual(INVENTORY);
    expect(await layout.tag(cart, 'v1')).toMatchObject({ value: { digest } });
    expect(await layout.tag(cart, 'v3')).toEqual({ ok: true, value: null });
    expect(await layout.referrers(cart, shop.cart.digest)).toEqual({
      ok: false,
      fault: { reason: 'RateLimited', message: 'too many' },
    });
    expect(await layout.manifest(cart, shop.cart.digest)).toEqual(answers['image by digest']);
    expect(await layout.blob(cart, shop.payload, 1000)).toEqual(answers['blob']);
    const names = (await readIndex()).manifests.map(
      ({ annotations }) => annotations?.['io.containerd.image.name'],
    );
    expect(names.filter((name) => name === `${cart}:v1`)).toHaveLength(1);
    expect(names).toContain(`${cart}@${shop.cart.digest}`);
  });

  it('writes no blob twice, and writes a damaged one again', async () => {
    await save();
    expect(await writeLayout(directory, recording, null, 'test 1')).toMatchObject({ value: { written: 0 } });
    await truncate(blobAt(shop.payload.digest), 3);
    expect(await writeLayout(directory, recording, null, 'test 1')).toMatchObject({ value: { written: 1 } });
    expect(await askAll(await opened(), shop)).toEqual(answers);
  });

  it('loses nothing of what a run at the same time has saved: one of them is refused, and says so', async () => {
    await save();
    const second = {
      at: LATER,
      answers: [],
      accounts: [],
      pods: [],
      revocation: [],
      sboms: [],
      contents: new Map([[digestOf(Buffer.from('b')), Buffer.from('b')]]),
    };
    const outcomes = await Promise.all([
      writeLayout(directory, recording, null),
      writeLayout(directory, second, null),
    ]);
    expect(outcomes.some(({ ok }) => ok)).toBe(true);
    for (const outcome of outcomes) expect(messageOf(outcome)).toMatch(/^$|in the meantime$|ENOENT$/);
    expect(await askAll(await opened(), shop)).toEqual(answers);
  });

  it('leaves in index.json what another tool has added there', async () => {
    await save();
    const index = await readIndex();
    const foreign = { ...absent('foreign'), annotations: { 'org.opencontainers.image.ref.name': 'mine' } };
    index.manifests.push(foreign);
    await writeFile(join(directory, 'index.json'), JSON.stringify(index));
    expect(await askAll(await opened(), shop)).toEqual(answers);
    await save();
    expect((await readIndex()).manifests).toContainEqual(foreign);
    expect((await readIndex()).manifests).toHaveLength(index.manifests.length);
  });
});

/** Saves until the power fails, and says what a reader then sees. */
async function breakOff(what: Recording, left: number): Promise<string> {
  power.left = left;
  const saved = await writeLayout(directory, what, null);
  power.left = Number.POSITIVE_INFINITY;
  if (saved.ok) return 'saved';
  if (!saved.fault.message.includes('EIO')) return saved.fault.message;
  const layout = await openLayout(directory);
  if (layout.ok) return `complete as of ${String(layout.value.savedAt?.toISOString())}`;
  const { message, remediation } = layout.fault;
  if (message === `${directory} is no OCI image layout: ${join(directory, 'oci-layout')} is missing`)
    return 'nothing';
  const half = `${directory} is half written: ${join(directory, 'index.json')} is missing`;
  return message === half && remediation?.startsWith('save the evidence again') ? 'half written' : message;
}

describe('a save that is broken off', () => {
  it('leaves a directory that is seen to be half written, and the next save completes it', async () => {
    const steps = [];
    for (let left = 0; steps.at(-1) !== 'saved'; left += 1) {
      steps.push(await breakOff(recording, left));
      await save();
      expect(await askAll(await opened(), shop)).toEqual(answers);
      expect(await readdir(directory)).toEqual(['blobs', 'index.json', 'oci-layout']);
      await rm(directory, { recursive: true });
    }
    expect([...new Set(steps)]).toEqual([
      'nothing',
      'half written',
      `complete as of ${AT.toISOString()}`,
      'saved',
    ]);
    expect(steps.length).toBeGreaterThan(20);
  });

  it('leaves the older evidence as it was', async () => {
    await save({ ...recording, answers: recording.answers.filter(({ question }) => question === 'tag') });
    await cp(directory, join(scratch, 'first'), { recursive: true });
    const steps = [];
    for (let left = 0; steps.at(-1) !== 'saved'; left += 1) {
      steps.push(await breakOff({ ...recording, at: LATER }, left));
      const layout = await opened();
      expect(await layout.tag(`${shop.host}/shop/cart`, 'v1')).toEqual(answers['image']);
      const again = layout.savedAt?.getTime() === AT.getTime() ? null : await askAll(layout, shop);
      expect(again ?? answers).toEqual(answers);
      await rm(directory, { recursive: true });
      await cp(join(scratch, 'first'), directory, { recursive: true });
    }
    expect([...new Set(steps)]).toEqual([
      `complete as of ${AT.toISOString()}`,
      `complete as of ${LATER.toISOString()}`,
      'saved',
    ]);
  });

  it('is seen where a copy is not complete', async () => {
    await save();
    await rm(join(directory, 'oci-layout'));
    expect(await openLayout(directory)).toMatchObject({
      fault: {
        reason: 'InputInvalid',
        message: `${directory} is half written: ${directory}/oci-layout is missing`,
      },
    });
    await save();
    expect(await askAll(await opened(), shop)).toEqual(answers);
    await truncate(join(directory, 'index.json'), 100);
    expect(await openLayout(directory)).toMatchObject({ fault: { reason: 'InputInvalid' } });
  });

  it('by the end of its process leaves a directory that can be saved into', async () => {
    const program = `
      import { writeLayout } from ${JSON.stringify(join(import.meta.dirname, 'layout-writer.ts'))};
      import { digestOf } from ${JSON.stringify(join(import.meta.dirname, 'digest.ts'))};
      const contents = new Map();
      for (let i = 0; i < 5000; i += 1) { const b = Buffer.from(String(i)); contents.set(digestOf(b), b); }
      process.stdout.write('begun');
      await writeLayout(process.argv[1], { at: new Date(), answers: [], accounts: [], pods: [], revocation: [], sboms: [], contents }, null);
    `;
    const child = execFile(process.execPath, ['--input-type=module', '-e', program, directory]);
    await expect
      .poll(() => readdir(join(directory, 'blobs', 'sha256')).catch(() => []), { timeout: 20_000 })
      .not.toEqual([]);
    const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(messageOf(await openLayout(directory))).toContain('half written');
    await save();
    expect(await askAll(await opened(), shop)).toEqual(answers);
    expect(await readdir(directory)).toEqual(['blobs', 'index.json', 'oci-layout']);
  }, 30_000);
});

describe('a directory that evidence cannot be saved in', () => {
  const write = (path: string, text = '') => writeFile(join(directory, path), text);
  const layout = JSON.stringify({ imageLayoutVersion: '1.0.0' });

  it.each<[string, () => Promise<unknown>]>([
    ['a directory with other files', () => write('README.md', 'mine')],
    ['a directory with hidden files', () => write('.git')],
    [
      'another layout',
      async () => {
        await write('oci-layout', layout);
        await write('index.json', JSON.stringify({ schemaVersion: 2, manifests: [] }));
      },
    ],
    ['a layout of another version', () => write('oci-layout', '{"imageLayoutVersion":"2.0.0"}')],
    ['an index.json that is none', () => write('index.json', '<html>')],
    ['blobs that are no blobs', () => mkdir(join(directory, 'blobs', 'cats'), { recursive: true })],
    [
      'a file',
      async () => {
        await rm(directory, { recursive: true });
        await writeFile(directory, '');
      },
    ],
  ])('%s', async (_, prepare) => {
    await mkdir(directory);
    await prepare();
    const before = await readdir(scratch, { recursive: true });
    for (const outcome of [
      await writeLayout(directory, recording, null),
      await checkSaveDirectory(directory),
    ]) {
      expect(outcome).toMatchObject({ ok: false, fault: { reason: 'InputInvalid' } });
      expect(messageOf(outcome)).toContain(`evidence cannot be saved in ${directory}: `);
    }
    expect(await readdir(scratch, { recursive: true })).toEqual(before);
  });

  it.each(['blobs', 'blobs/sha256'])('one whose %s is a link out of it', async (path) => {
    const outside = join(scratch, 'outside');
    await mkdir(outside);
    await save();
    await rm(join(directory, path), { recursive: true });
    await symlink(outside, join(directory, path));
    await rm(join(directory, 'index.json'));
    expect(await writeLayout(directory, recording, null)).toMatchObject({
      fault: { reason: 'InputInvalid' },
    });
    expect(await readdir(outside)).toEqual([]);
  });

  it.skipIf(getuid?.() === 0)('one that must not be written', async () => {
    await mkdir(directory);
    await chmod(directory, 0o500);
    expect(await writeLayout(directory, recording, null)).toMatchObject({
      fault: { reason: 'InputInvalid' },
    });
    expect(await checkSaveDirectory(join(directory, 'new', 'one'))).toMatchObject({
      fault: { reason: 'InputInvalid' },
    });
  });

  it('one with evidence of another version, which would be lost', async () => {
    await save();
    await replaceDocument((document) => ({ ...document, apiVersion: 'kubectl-supplychain/v2' }));
    const before = await readFile(join(directory, 'index.json'), 'utf8');
    expect(await writeLayout(directory, recording, null)).toMatchObject({
      fault: { reason: 'InputInvalid' },
    });
    expect(await readFile(join(directory, 'index.json'), 'utf8')).toBe(before);
  });

  it('is none of these: missing, empty, or with evidence', async () => {
    expect(await checkSaveDirectory(join(directory, 'a', 'b'))).toEqual({ ok: true, value: null });
    expect(await readdir(scratch)).toEqual([]);
    await mkdir(directory);
    expect(await checkSaveDirectory(directory)).toEqual({ ok: true, value: null });
    await save();
    expect(await checkSaveDirectory(directory)).toEqual({ ok: true, value: null });
  });
});

describe('evidence that was changed since', () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ['changed', (path) => appendFile(path, ' ')],
    ['cut short', (path) => truncate(path, 10)],
    ['missing', (path) => rm(path)],
  ])('is damaged where its document is %s', async (_, change) => {
    await save();
    await change(blobAt(await documentDigest()));
    expect(await openLayout(directory)).toMatchObject({ fault: { reason: 'EvidenceDamaged' } });
    expect(await writeLayout(directory, recording, null)).toMatchObject({
      fault: { reason: 'EvidenceDamaged' },
    });
  });

  it('is damaged where the manifest of its document is', async () => {
    await save();
    const { manifests } = await readIndex();
    await appendFile(blobAt(manifests.at(-1)!.digest), ' ');
    expect(await openLayout(directory)).toMatchObject({ fault: { reason: 'EvidenceDamaged' } });
  });

  it('gives no bytes but those that were saved', async () => {
    await save();
    await writeFile(blobAt(shop.payload.digest), 'x'.repeat(shop.payload.size));
    await rm(blobAt(shop.cart.digest));
    const layout = await opened();
    const cart = `${shop.host}/shop/cart`;
    expect(await layout.blob(cart, shop.payload, 1000)).toMatchObject({
      fault: { reason: 'DigestMismatch' },
    });
    expect(await layout.tag(cart, 'v1')).toMatchObject({ fault: { reason: 'EvidenceDamaged' } });
    expect(await layout.manifest(cart, shop.cart.digest)).toMatchObject({
      fault: { reason: 'EvidenceDamaged' },
    });
  });

  it.each<[string, (document: Record<string, unknown>) => unknown, string]>([
    [
      'a newer version',
      (one) => ({ ...one, apiVersion: 'kubectl-supplychain/v2' }),
      'this version reads kubectl-supplychain/v1alpha1',
    ],
    ['no version', ({ apiVersion: _, ...one }) => one, 'apiVersion'],
    ['no answers', ({ answers: _, ...one }) => one, 'answers'],
    ['a reason that is none', (one) => ({ ...one, answers: [fault('Bored')] }), 'answers[0].reply.reason'],
    [
      'a digest that is a path',
      (one) => ({ ...one, answers: [pointing('sha256:../../../etc/passwd')] }),
      'answers[0].reply.digest',
    ],
    [
      'an answer to another question',
      (one) => ({ ...one, answers: [{ ...fault('TimedOut'), question: 'why' }] }),
      'answers[0].question',
    ],
    ['a time that is none', (one) => ({ ...one, savedAt: 'yesterday' }), 'savedAt'],
  ])('is refused with %s', async (_, change, message) => {
    await save();
    await replaceDocument(change);
    const outcome = await openLayout(directory);
    expect(outcome).toMatchObject({ fault: { reason: 'InputInvalid' } });
    expect(messageOf(outcome)).toContain(message);
    expect(messageOf(outcome)).toContain(directory);
  });

  it('is refused if its artifact is of a newer type, or there twice', async () => {
    await save();
    const index = await readIndex();
    const artifact = index.manifests.at(-1)!;
    await writeFile(
      join(directory, 'index.json'),
      JSON.stringify({ ...index, manifests: [artifact, artifact] }),
    );
    expect(await openLayout(directory)).toMatchObject({ fault: { reason: 'InputInvalid' } });
    artifact.artifactType = EVIDENCE.replace('v1', 'v2');
    await writeFile(join(directory, 'index.json'), JSON.stringify(index));
    expect(messageOf(await openLayout(directory))).toContain(`this version reads ${EVIDENCE}`);
  });

  it('leads to no file outside the directory', async () => {
    await save();
    await replaceDocument((one) => ({
      ...one,
      answers: [
        {
          ...asked,
          question: 'blob',
          digest: 'sha256:../../../../etc/passwd',
          size: 9,
          reply: { kind: 'found' },
        },
        {
          ...asked,
          question: 'manifest',
          digest: '../../x',
          reply: { kind: 'found', mediaType: OCI_MANIFEST, size: 9 },
        },
      ],
    }));
    const layout = await opened();
    const blob = { mediaType: 'x/y', digest: 'sha256:../../../../etc/passwd', size: 9 };
    expect(await layout.blob('ghcr.io/acme/cart', blob, 100)).toMatchObject({
      fault: { reason: 'EvidenceUnsupported' },
    });
    expect(await layout.manifest('ghcr.io/acme/cart', '../../x')).toMatchObject({
      fault: { reason: 'EvidenceUnsupported' },
    });
  });
});

describe('what is not saved', () => {
  it('is bytes under a digest that is not theirs', async () => {
    for (const digest of [absent('x').digest, 'sha256:../../../../tmp/x']) {
      const contents = new Map([[digest, Buffer.from('other')]]);
      expect(
        await writeLayout(
          directory,
          { at: AT, answers: [], accounts: [], pods: [], revocation: [], sboms: [], contents },
          null,
        ),
      ).toMatchObject({
        ok: false,
      });
    }
    expect(await readdir(scratch)).toEqual([]);
  });

  it('is an inventory that could not be read again', async () => {
    let deep: unknown = {};
    for (let depth = 0; depth < 200; depth += 1) deep = { deep };
    expect(await writeLayout(directory, recording, deep)).toMatchObject({
      fault: { reason: 'InputInvalid' },
    });
    const long = 'x'.repeat(EVIDENCE_DOCUMENT_BYTES);
    expect(await writeLayout(directory, recording, long)).toMatchObject({
      fault: { reason: 'LimitExceeded' },
    });
    expect(await readdir(scratch)).toEqual([]);
  });
});

const asked = { repository: 'ghcr.io/acme/cart', at: '2030-01-01T00:00:00Z' };

function fault(reason: string): object {
  return { ...asked, question: 'tag', tag: 'v1', reply: { kind: 'fault', reason, message: 'x' } };
}

function pointing(digest: string): object {
  return {
    ...asked,
    question: 'tag',
    tag: 'v1',
    reply: { kind: 'found', digest, mediaType: OCI_MANIFEST, size: 1 },
  };
}

function messageOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? '' : outcome.fault.message;
}
