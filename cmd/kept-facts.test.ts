import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { signatureRepository } from '../src/evidence/signature-repository.ts';
import { gather } from '../src/evidence/gather.ts';
import { digestOf } from '../src/registry/digest.ts';
import { openLayout } from '../src/registry/layout.ts';
import { writeLayout } from '../src/registry/layout-writer.ts';
import type { Mirror } from '../src/registry/mirrors.ts';
import { recordRegistry } from '../src/registry/recording.ts';
import type { Descriptor } from '../src/registry/registry.ts';
import { formatFacts } from '../src/sweep/facts-schema.ts';
import { keptTexts, openTexts } from '../src/sweep/kept-texts.ts';
import type { KeptImages } from '../src/sweep/kept-facts.ts';
import { parseReferences } from '../src/verified-images.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import { DEFAULT_THRESHOLDS, parseTrustedRoot } from '../src/verify/trust-root.ts';
import type { TrustMaterial } from '../src/verify/verifier.ts';
import { directory, LAYOUT, MANIFESTS, run, TRUSTED_ROOT } from './fake-io.fixture.ts';
import { keptFactsOf } from './kept-facts.ts';

const RELEASE = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.0.0';
const OTHER = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v9.9.9';

async function* noInput(): AsyncIterable<Uint8Array> {}

let evidence: string;
let home: string;

const SAVED = join(directory(), 'saved');

beforeAll(async () => {
  const layout = await openLayout(LAYOUT);
  if (!layout.ok) throw new Error(layout.fault.message);
  const recorder = recordRegistry(layout.value, () => new Date('2026-01-02T03:04:05Z'));
  const options = { paths: [MANIFESTS], kustomize: null, recursive: false, namespace: null };
  const { workloads } = await createManifestSource({ ...options, stdin: noInput }).discover();
  await gather(parseReferences(workloads).valid, {
    registry: recorder.registry,
    collectors: COLLECTORS,
    platform: null,
    concurrency: 8,
    timeout: 60_000,
  });
  const saved = await writeLayout(SAVED, recorder.recorded(), null, 'test', {});
  if (!saved.ok) throw new Error(saved.fault.message);
}, 60_000);

beforeEach(() => {
  evidence = join(directory(), 'evidence');
  cpSync(SAVED, evidence, { recursive: true });
  home = directory();
});

async function sweep(args: readonly string[] = [], signer: string | null = RELEASE) {
  const query = signer === null ? [] : ['--signer', signer];
  const asked = ['--policy', 'none', '--trusted-root', TRUSTED_ROOT, ...query];
  const from = ['sweep', '-f', MANIFESTS, '--evidence', evidence];
  const { stdout, exitCode } = await run([...from, ...asked, ...args, '-o', 'json'], { env: { HOME: home } });
  return { stdout, exitCode };
}

const claimsFiles = () => readdirSync(evidence).filter((name) => name.startsWith('claims-'));
const claimsFile = () => join(evidence, claimsFiles()[0] ?? 'none');
const keyFile = () => join(home, '.cache', 'kubectl-supplychain', 'claims.key');

const bytes = readFileSync(TRUSTED_ROOT);
function trust(change: Partial<typeof DEFAULT_THRESHOLDS> = {}, name = 'sigstore'): TrustMaterial {
  const root = parseTrustedRoot(name, bytes, { ...DEFAULT_THRESHOLDS, ...change }, 'test');
  if (!root.ok) throw new Error(root.fault.message);
  return { roots: [root.value], keys: [] };
}

interface Reading {
  readonly material?: TrustMaterial;
  readonly collectors?: typeof COLLECTORS;
  readonly platform?: { readonly os: string; readonly architecture: string };
  readonly mirrors?: readonly Mirror[];
  readonly cacheDir?: string;
  readonly program?: string;
}

const PROGRAM = 'file:///dist/chunks/sweep-B0sybrRk.mjs';

async function keptFacts({ mirrors = [], cacheDir, program = PROGRAM }: Reading = {}) {
  const layout = await openLayout(evidence);
  if (!layout.ok) throw new Error(layout.fault.message);
  return keptFactsOf(layout.value.saved, {
    cacheDir,
    mirrors,
    readOnly: false,
    contents: false,
    program,
    env: { HOME: home },
  });
}

/** What a run that asks like this finds kept. */
async function found(reading: Reading = {}): Promise<KeptImages> {
  const { material = trust(), collectors = COLLECTORS, platform = null } = reading;
  const kept = await keptFacts(reading);
  return (await kept?.read(material, { collectors, platform })) ?? new Map();
}

/** What a sweep has found out, in the terms that `found` asks in. */
async function keep(): Promise<KeptImages> {
  await sweep();
  const learnt = await learntBySweep();
  const kept = await keptFacts();
  await kept?.read(trust(), { collectors: COLLECTORS, platform: null });
  await kept?.write(learnt);
  return learnt;
}

/** The facts of the file, whatever it is bound to. */
async function learntBySweep(): Promise<KeptImages> {
  const { parseFacts } = await import('../src/sweep/facts-schema.ts');
  const facts = parseFacts(readFileSync(claimsFile()).subarray(65));
  if (!facts) throw new Error('the sweep kept nothing');
  return facts;
}

const text = (facts: KeptImages) => Buffer.from(formatFacts(facts)).toString('utf8');

// Each verifies the shop's evidence several times over.
describe('what was found out of saved evidence', { timeout: 30_000 }, () => {
  it('is kept for its user alone, and the next answer is the same to the byte', async () => {
    const first = await sweep();
    expect(first.exitCode).toBe(1);
    expect(claimsFiles()).toHaveLength(1);
    for (const file of [claimsFile(), keyFile()]) expect(statSync(file).mode & 0o777).toBe(0o600);
    const written = statSync(claimsFile()).ino;
    expect(await sweep()).toEqual(first);
    expect(statSync(claimsFile()).ino).toBe(written);
    rmSync(claimsFile());
    expect(await sweep()).toEqual(first);
  });

  it('is found by who asks the same of the same', async () => {
    const kept = await keep();
    expect(kept.size).toBeGreaterThan(10);
    expect(text(await found())).toBe(text(kept));
  });

  it('is added to by a query about other images', async () => {
    await sweep(['--image', '**/cart']);
    const few = (await learntBySweep()).size;
    const both = await sweep();
    expect((await learntBySweep()).size).toBeGreaterThan(few);
    rmSync(claimsFile());
    expect(await sweep()).toEqual(both);
  });

  it.each<[string, Reading]>([
    ['another root', { material: trust({}, 'acme') }],
    ['other thresholds', { material: trust({ timestamps: 1 }) }],
    ['no root', { material: { roots: [], keys: [] } }],
    ['another place', { collectors: [...COLLECTORS, signatureRepository('ghcr.io/acme/signatures')] }],
    ['fewer places', { collectors: COLLECTORS.slice(1) }],
    ['a platform', { platform: { os: 'linux', architecture: 'arm64' } }],
    ['a mirror', { mirrors: [{ prefix: 'ghcr.io', mirror: 'mirror.local/ghcr.io', tags: true }] }],
    ['another build of the program', { program: 'file:///dist/chunks/sweep-CCAJ3MbR.mjs' }],
    ['nobody who keeps anything', { cacheDir: 'none' }],
  ])('counts for nothing under %s', async (_, reading) => {
    await keep();
    expect((await found()).size).toBeGreaterThan(0);
    expect((await found(reading)).size).toBe(0);
  });

  /** A blob that an image's evidence rests on. */
  const blob = () => {
    const folder = join(evidence, 'blobs', 'sha256');
    const named = readdirSync(folder).find((name) => {
      const content = readFileSync(join(folder, name), 'utf8');
      return content.includes('"dsseEnvelope"');
    });
    return join(folder, named ?? '');
  };
  const changed = (path: string) => {
    const content = readFileSync(path);
    content[content.length - 2] = (content.at(-2) ?? 0) ^ 1;
    return content;
  };

  it.each<[string, () => void]>([
    [
      'a blob was changed, and got its old time back',
      () => {
        const { atime, mtime } = statSync(blob());
        writeFileSync(blob(), changed(blob()));
        utimesSync(blob(), atime, mtime);
      },
    ],
    [
      'a blob was replaced',
      () => {
        const path = blob();
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.new`, changed(path));
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
    ['a blob was removed', () => rmSync(blob())],
    ['a blob was added', () => writeFileSync(join(evidence, 'blobs', 'sha256', '0'.repeat(64)), '')],
    [
      'it lies beside a copy of the evidence',
      () => {
        const copy = join(directory(), 'copy');
        cpSync(evidence, copy, { recursive: true, preserveTimestamps: true });
        evidence = copy;
      },
    ],
    [
      'it was sealed by somebody else',
      () => {
        const name = claimsFile();
        rmSync(keyFile());
        const mine = directory();
        writeFileSync(join(mine, 'theirs'), readFileSync(name));
        writeFileSync(keyFile(), Buffer.alloc(32, 7), { mode: 0o600 });
      },
    ],
    ['others may read the key', () => chmodSync(keyFile(), 0o644)],
    [
      'the key is a link',
      () => {
        renameSync(keyFile(), join(evidence, 'key'));
        symlinkSync(join(evidence, 'key'), keyFile());
      },
    ],
    ['the key is cut short', () => writeFileSync(keyFile(), Buffer.alloc(31))],
    ['it is empty', () => writeFileSync(claimsFile(), '')],
    ['it is cut short', () => writeFileSync(claimsFile(), readFileSync(claimsFile()).subarray(0, -1))],
    [
      'its seal is no hexadecimal',
      () =>
        writeFileSync(
          claimsFile(),
          Buffer.concat([Buffer.alloc(65, 'z'), readFileSync(claimsFile()).subarray(65)]),
        ),
    ],
    [
      'something was added',
      () => writeFileSync(claimsFile(), Buffer.concat([readFileSync(claimsFile()), Buffer.from(' ')])),
    ],
    [
      'it is a directory',
      () => {
        const path = claimsFile();
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ])('counts for nothing where %s', async (_, meanwhile) => {
    await keep();
    expect((await found()).size).toBeGreaterThan(0);
    meanwhile();
    expect((await found()).size).toBe(0);
  });

  it('counts for nothing beside other answers about the same blobs', async () => {
    await keep();
    const layout = await openLayout(evidence);
    const saved = layout.ok ? layout.value.saved : null;
    if (!saved) throw new Error('nothing was saved');
    const env = { HOME: home };
    const options = {
      cacheDir: undefined,
      mirrors: [],
      readOnly: false,
      contents: false,
      program: PROGRAM,
      env,
    };
    const asked = { collectors: COLLECTORS, platform: null };
    const read = async (document: string) =>
      (await keptFactsOf({ ...saved, document }, options)?.read(trust(), asked))?.size;
    expect(await read(saved.document)).toBeGreaterThan(0);
    expect(await read(`sha256:${'0'.repeat(64)}`)).toBe(0);
  });

  it('spares reading the answers that it was sealed for, and no others', async () => {
    await keep();
    const layout = await openLayout(evidence);
    const saved = layout.ok ? layout.value.saved : null;
    if (!saved) throw new Error('nothing was saved');
    const options = {
      cacheDir: undefined,
      mirrors: [],
      readOnly: false,
      contents: false,
      program: PROGRAM,
      env: { HOME: home },
    };
    const asked = { collectors: COLLECTORS, platform: null };
    const fault = { reason: 'InputInvalid', message: 'the answers are read', remediation: '' } as const;
    const unread = { ...saved, read: () => ({ ok: false, fault }) as const };
    const facts = keptFactsOf(unread, options);
    expect((await facts?.read(trust(), asked))?.size).toBeGreaterThan(0);
    await expect(facts?.read({ roots: [], keys: [] }, asked)).rejects.toThrow('the answers are read');
    rmSync(blob());
    await expect(facts?.read(trust(), asked)).rejects.toThrow('the answers are read');
    rmSync(join(evidence, 'blobs'), { recursive: true });
    await expect(facts?.read(trust(), asked)).rejects.toThrow('the answers are read');
  });

  it('does not hide that other answers cannot be read', async () => {
    await sweep();
    changeAnswers((document) => ({ ...document, answers: [{ question: 'whatever' }] }));
    for (const more of [[], ['--cache-dir', 'none'], ['--image', '**/cart']])
      expect(await sweep(more)).toEqual({ exitCode: 2, stdout: '' });
    const image = ['--policy', 'none', '--image', '**/cart'];
    const { exitCode, stderr } = await run(['sweep', '-f', MANIFESTS, '--evidence', evidence, ...image], {
      env: { HOME: home },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('answers[0]');
  });

  it('counts for nothing where any word of it was changed', async () => {
    await keep();
    const honest = readFileSync(claimsFile());
    const { document } = openTexts(honest.subarray(65));
    for (const forged of forgeries(document)) {
      writeFileSync(claimsFile(), Buffer.concat([honest.subarray(0, 65), keptTexts().file(forged)]));
      expect((await found()).size).toBe(0);
    }
    writeFileSync(claimsFile(), honest);
    expect((await found()).size).toBeGreaterThan(0);
  });

  it('never changes an answer, whoever wrote it', async () => {
    const honest = await sweep();
    const file = claimsFile();
    const theirs = readFileSync(file).toString('utf8').replaceAll(RELEASE, OTHER);
    writeFileSync(file, theirs);
    expect(await sweep()).toEqual(honest);
    writeFileSync(file, theirs);
    expect((await sweep([], OTHER)).exitCode).not.toBe(1);
    // Sealed by their key, for this very evidence and these roots.
    const [mine, elsewhere] = [home, directory()];
    home = elsewhere;
    rmSync(file);
    await sweep();
    renameSync(claimsFile(), file);
    home = mine;
    expect(await sweep()).toEqual(honest);
  });

  it('notices a blob that was changed since', async () => {
    await sweep();
    const { atime, mtime } = statSync(blob());
    writeFileSync(blob(), changed(blob()));
    utimesSync(blob(), atime, mtime);
    const { stdout } = await sweep();
    expect(stdout).toContain('DigestMismatch');
  });

  it('is not kept where the evidence was changed while it was read', async () => {
    const learnt = await keep();
    rmSync(claimsFile());
    const kept = await keptFacts();
    await kept?.read(trust(), { collectors: COLLECTORS, platform: null });
    rmSync(blob());
    await kept?.write(learnt);
    expect(claimsFiles()).toEqual([]);
  });

  it('is not kept without a home, nor where nothing is to be kept', async () => {
    await sweep(['--cache-dir', 'none']);
    home = '';
    await sweep();
    expect(claimsFiles()).toEqual([]);
    expect(existsSync(keyFile())).toBe(false);
  });
});

/** Writes other answers into the evidence, of which each digest holds. */
function changeAnswers(change: (document: Record<string, unknown>) => unknown): void {
  const path = (digest: string) => join(evidence, 'blobs', digest.replace(':', '/'));
  const write = (value: unknown) => {
    const content = Buffer.from(JSON.stringify(value));
    const digest = digestOf(content);
    writeFileSync(path(digest), content);
    return { digest, size: content.length };
  };
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, Descriptor[]>;
  const index = read(join(evidence, 'index.json'));
  const manifests = index['manifests']?.map((one) => {
    if (!one.artifactType?.includes('evidence')) return one;
    const manifest = read(path(one.digest));
    const layers = manifest['layers']?.map((layer) => ({
      ...layer,
      ...write(change(read(path(layer.digest)))),
    }));
    return { ...one, ...write({ ...manifest, layers }) };
  });
  writeFileSync(join(evidence, 'index.json'), JSON.stringify({ ...index, manifests }));
}

/** The document with one leaf after the other changed: as many as tell every field apart. */
function* forgeries(document: unknown): Generator {
  const seen = new Set<string>();
  for (const { path, value } of leaves(document, [])) {
    const field = path.filter((step) => Number.isNaN(Number(step))).join('.');
    if (seen.has(field)) continue;
    seen.add(field);
    yield replaced(document, path, typeof value === 'string' ? `${value}x` : value === null ? 'x' : null);
  }
}

function* leaves(
  value: unknown,
  path: readonly string[],
): Generator<{ path: readonly string[]; value: unknown }> {
  if (typeof value !== 'object' || value === null) yield { path, value };
  else for (const [key, member] of Object.entries(value)) yield* leaves(member, [...path, key]);
}

function replaced(value: unknown, [step, ...rest]: readonly string[], by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((one: unknown, at) => (String(at) === step ? replaced(one, rest, by) : one));
  const object = value as Record<string, unknown>;
  return { ...object, [step]: replaced(object[step], rest, by) };
}

it(
  'nothing is kept of SBOMs that lie elsewhere, as they may be others in the next run',
  { timeout: 30_000 },
  async () => {
    const bom = (name: string) =>
      JSON.stringify({
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        components: [{ type: 'library', name, version: '1.0.0', purl: `pkg:npm/${name}@1.0.0` }],
      });
    const reported = z.object({
      hits: z.array(z.object({ digest: z.string() })),
      undetermined: z.array(z.object({ image: z.string(), digest: z.string().nullable() })),
    });
    const ask = async (directoryOfSboms: string) => {
      const asked = ['--package', 'pkg:npm/planted', '--image', '**/shop/frontend:v1'];
      const { stdout } = await sweep([...asked, '--sbom', directoryOfSboms], null);
      return reported.parse(JSON.parse(stdout));
    };
    const { undetermined } = await ask(directory());
    const digest = undetermined.find(({ image }) => image.endsWith('/shop/frontend:v1'))?.digest ?? '';
    const file = `${digest.slice('sha256:'.length)}.json`;
    const [planted, other] = [directory({ [file]: bom('planted') }), directory({ [file]: bom('other') })];
    expect((await ask(planted)).hits.map((one) => one.digest)).toContain(digest);
    expect((await ask(other)).hits).toEqual([]);
    expect((await ask(planted)).hits).not.toEqual([]);
  },
);
