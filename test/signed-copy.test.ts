import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptOf } from '../src/trust-roots/carried-roots.ts';
import { type CopyStore, createCopyStore } from '../src/trust-roots/copy-store.ts';
import { type KeptRoot, repositoryId } from '../src/trust-roots/kept-root.ts';
import { newestCopy, refreshAll } from '../src/trust-roots/refresh.ts';
import { withCarried } from '../src/trust-roots/signed-copy.ts';
import { DEFAULT_THRESHOLDS } from '../src/verify/trust-root.ts';
import { PAST, tufKey, type TufRepository, tufRepository } from './tuf-repository.ts';

const ROOT = readFileSync('testdata/trusted-root.json');
const NOW = new Date('2026-11-22T12:00:00Z');

interface Saved {
  metadata: Record<string, string>;
  trustedRoot: { text: string; sha256: string };
}

let repository: TufRepository;
let directory: string;
let online: CopyStore;

beforeEach(async () => {
  repository = await tufRepository(ROOT);
  directory = mkdtempSync(join(tmpdir(), 'carried-'));
  online = createCopyStore(join(directory, 'online'));
});

afterEach(async () => {
  await repository.close();
  rmSync(directory, { recursive: true });
});

const keptRoot = (more: Partial<KeptRoot> = {}): KeptRoot => ({
  name: 'acme',
  mirror: repository.mirror,
  firstRoot: repository.firstRoot,
  thresholds: DEFAULT_THRESHOLDS,
  shipped: () => null,
  ...more,
});

/** What an audit online saves, as it is read again; `change` is what happens to it on its way. */
async function carried(change: (saved: Saved) => void = () => {}): Promise<Record<string, unknown>> {
  const options = { env: {}, userAgent: 'test', signal: AbortSignal.timeout(10_000) };
  await refreshAll([keptRoot()], online, options, NOW);
  const saved = JSON.parse(JSON.stringify(keptOf([keptRoot()], online))) as Record<string, Saved>;
  change(saved[repositoryId(keptRoot())]!);
  return saved;
}

const there = (came: Record<string, unknown>, root = keptRoot(), local: CopyStore | null = null) =>
  newestCopy(root, withCarried(local, came))?.bytes.toString() ?? null;

describe('a trust root that came with evidence', () => {
  it('is taken where there is no other', async () => {
    expect(there(await carried())).toBe(ROOT.toString());
  });

  it('is taken after its metadata have expired: nobody can ask for newer ones there', async () => {
    const came = await carried();
    repository.state.expires = PAST;
    expect(there(came)).toBe(ROOT.toString());
  });

  it('is never taken in place of one that TUF has brought, or that came with the program', async () => {
    const came = await carried();
    const local = createCopyStore(join(directory, 'local'));
    repository.state.version += 1;
    repository.state.target = Buffer.from(JSON.stringify(JSON.parse(ROOT.toString())));
    repository.publish();
    const options = { env: {}, userAgent: 'test', signal: AbortSignal.timeout(10_000) };
    await refreshAll([keptRoot()], local, options, new Date('2026-01-01T00:00:00Z'));
    expect(there(came, keptRoot(), local)).toBe(repository.state.target.toString());
    const shipped = { bytes: Buffer.from('shipped'), updatedAt: null, from: 'shipped' } as const;
    expect(there(came, keptRoot({ shipped: () => shipped }))).toBe('shipped');
  });

  it('is held to the root.json that the policy names', async () => {
    const other = await tufRepository(ROOT);
    const root = keptRoot({ firstRoot: other.firstRoot });
    await other.close();
    expect(there({ [repositoryId(root)]: Object.values(await carried())[0] }, root)).toBeNull();
  });

  const forged = (text: string): Saved['trustedRoot'] => ({ text, sha256: '' });
  it.each<[string, (saved: Saved) => void]>([
    ['another trusted root', (saved) => void (saved.trustedRoot.text += ' ')],
    [
      'another trusted root with its own sum',
      (saved) => {
        const text = JSON.stringify(JSON.parse(saved.trustedRoot.text));
        saved.trustedRoot = {
          ...saved.trustedRoot,
          text,
          sha256: createHash('sha256').update(text).digest('hex'),
        };
      },
    ],
    [
      'another trusted root of the same length with its own sum',
      (saved) => {
        const text = saved.trustedRoot.text.replace('2', '3');
        saved.trustedRoot = {
          ...saved.trustedRoot,
          text,
          sha256: createHash('sha256').update(text).digest('hex'),
        };
      },
    ],
    ['no trusted root', (saved) => void (saved.trustedRoot = forged(''))],
    ['no root.json', (saved) => void delete saved.metadata['root.json']],
    ['no timestamp.json', (saved) => void delete saved.metadata['timestamp.json']],
    ['no snapshot.json', (saved) => void delete saved.metadata['snapshot.json']],
    ['no targets.json', (saved) => void delete saved.metadata['targets.json']],
    ...['root', 'timestamp', 'snapshot', 'targets'].map((role): [string, (saved: Saved) => void] => [
      `a ${role}.json without its signatures`,
      (saved) => {
        const name = `${role}.json`;
        const file = JSON.parse(saved.metadata[name]!) as { signatures: { sig: string }[] };
        for (const signature of file.signatures) signature.sig = '00'.repeat(64);
        saved.metadata[name] = JSON.stringify(file);
      },
    ]),
  ])('is refused with %s', async (_, change) => {
    expect(there(await carried(change))).toBeNull();
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets', 'all'])(
    'is refused where %s is of another repository',
    async (role) => {
      const honest = repository;
      const came = await carried();
      const id = repositoryId(keptRoot());
      repository = await tufRepository(ROOT);
      repository.state.target = Buffer.from(JSON.stringify(JSON.parse(ROOT.toString())));
      repository.publish();
      online = createCopyStore(join(directory, 'attacker'));
      const theirs = Object.values(await carried())[0] as Saved;
      await repository.close();
      repository = honest;
      const ours = came[id] as Saved;
      const mixed =
        role === 'all'
          ? theirs
          : { ...ours, metadata: { ...ours.metadata, [`${role}.json`]: theirs.metadata[`${role}.json`]! } };
      expect(there({ [id]: ours })).toBe(ROOT.toString());
      expect(there({ [id]: mixed })).toBeNull();
    },
  );

  it.each(['timestamp', 'snapshot', 'targets'])(
    'is refused where %s is of another version of the same repository',
    async (role) => {
      const id = repositoryId(keptRoot());
      const before = (await carried())[id] as Saved;
      repository.state.version += 1;
      repository.state.target = Buffer.from(JSON.stringify(JSON.parse(ROOT.toString())));
      repository.publish();
      online = createCopyStore(join(directory, 'later'));
      const later = (await carried())[id] as Saved;
      const name = `${role}.json`;
      const mixed = { ...before, metadata: { ...before.metadata, [name]: later.metadata[name]! } };
      expect(there({ [id]: later })).toBe(repository.state.target.toString());
      expect(there({ [id]: mixed })).toBeNull();
    },
  );

  it('is refused where the first root has not signed the one that came', async () => {
    repository.state.rootVersion = 2;
    repository.publish();
    repository.state.rootKeys = [tufKey(), tufKey()];
    repository.state.rootVersion = 3;
    repository.publish();
    expect(there(await carried())).toBeNull();
  });

  it('is nothing where something else came', () => {
    for (const came of [null, 1, 'text', [], {}, { format: 2 }])
      expect(there({ [repositoryId(keptRoot())]: came })).toBeNull();
  });
});
