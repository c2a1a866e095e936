import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CopyStore, createCopyStore } from '../src/trust-roots/copy-store.ts';
import type { KeptRoot } from '../src/trust-roots/kept-root.ts';
import { isDue, newestCopy, refreshAll } from '../src/trust-roots/refresh.ts';
import { DEFAULT_THRESHOLDS } from '../src/verify/trust-root.ts';
import { PAST, tufKey, type TufRepository, tufRepository } from './tuf-repository.ts';

const ROOT = readFileSync('testdata/trusted-root.json');
/** The same with another text, which means the same: another version of the target. */
const NEWER = Buffer.from(JSON.stringify(JSON.parse(ROOT.toString())));
const NOW = new Date('2026-11-22T12:00:00Z');
const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);

let repository: TufRepository;
let directory: string;
let store: CopyStore;

beforeEach(async () => {
  repository = await tufRepository(ROOT);
  directory = mkdtempSync(join(tmpdir(), 'supplychain-tuf-test-'));
  store = createCopyStore(directory);
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

/** What one update says: `updated`, or why not. */
async function update(
  root = keptRoot(),
  now = NOW,
  signal: AbortSignal = AbortSignal.timeout(10_000),
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { refreshed } = await refreshAll([root], store, { env, userAgent: 'test', signal }, now);
  const [one] = refreshed;
  if (!one) throw new Error('nothing was asked');
  return one.outcome.ok ? 'updated' : one.outcome.fault.message;
}

const copy = (root = keptRoot()) => {
  const found = newestCopy(root, store);
  return found && { bytes: Buffer.from(found.bytes).toString(), at: found.updatedAt?.toISOString() ?? null };
};
const OLD = { bytes: ROOT.toString(), at: NOW.toISOString() };

/** Publishes a newer trusted root. */
function publishNewer(change: (state: TufRepository['state']) => void = () => {}): void {
  repository.state.version += 1;
  repository.state.target = NEWER;
  change(repository.state);
  repository.publish();
}

describe('an update by TUF', () => {
  it('fetches the first copy, and keeps it', async () => {
    expect(copy()).toBeNull();
    expect(await update()).toBe('updated');
    expect(copy()).toEqual(OLD);
  });

  it('leaves one file behind, and nothing half written', async () => {
    await update();
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)]);
  });

  it('brings what is newer', async () => {
    await update();
    publishNewer();
    expect(await update(keptRoot(), later(30))).toBe('updated');
    expect(copy()).toEqual({ bytes: NEWER.toString(), at: later(30).toISOString() });
  });

  it('confirms what has not changed', async () => {
    await update();
    expect(await update(keptRoot(), later(30))).toBe('updated');
    expect(copy()).toEqual({ ...OLD, at: later(30).toISOString() });
  });

  it('follows the rotation of root and role keys', async () => {
    await update();
    const before = repository.state.rootKeys;
    publishNewer((state) => {
      state.rootVersion = 2;
      state.rootKeys = [tufKey(), tufKey()];
      state.rootSigners = [...before, ...state.rootKeys];
      state.key = tufKey();
    });
    const { rootKeys } = repository.state;
    publishNewer((state) => {
      state.rootVersion = 3;
      state.rootKeys = [tufKey()];
      state.rootThreshold = 1;
      state.rootSigners = [...rootKeys, ...state.rootKeys];
    });
    expect(await update(keptRoot(), later(30))).toBe('updated');
    expect(copy()?.bytes).toBe(NEWER.toString());
  });

  it('shares nothing between repositories that begin with another root.json', async () => {
    await update();
    const other = await tufRepository(NEWER);
    expect(copy(keptRoot({ firstRoot: other.firstRoot }))).toBeNull();
    await other.close();
  });
});

describe('an update that must not be believed is refused, and the copy stays', () => {
  it.each<[string, (state: TufRepository['state']) => void, string]>([
    [
      'a root signed by too few',
      (s) => {
        s.rootVersion = 2;
        s.rootSigners = s.rootKeys.slice(0, 1);
      },
      'it is not signed by as many keys as must sign it',
    ],
    [
      'a root signed by strangers',
      (s) => {
        s.rootVersion = 2;
        s.rootKeys = [tufKey(), tufKey()];
      },
      'it is not signed by as many keys as must sign it',
    ],
    [
      'a timestamp signed by a stranger',
      (s) => {
        s.timestampSigner = tufKey();
      },
      'it is not signed by as many keys as must sign it',
    ],
    [
      'an expired timestamp (a freeze)',
      (s) => {
        s.expires = PAST;
      },
      'timestamp.json is expired: an old state may be held back',
    ],
    [
      'bytes of another target',
      (s) => {
        s.served = Buffer.from(NEWER.toString().replace('rekor', 'rekoR'));
      },
      'a file is not the one that its metadata names',
    ],
    [
      'a target that is no trusted root',
      (s) => {
        s.target = Buffer.from('{}');
      },
      'which is not that of a Sigstore trusted root',
    ],
  ])('%s', async (_name, change, message) => {
    await update();
    publishNewer(change);
    expect(await update(keptRoot(), later(30))).toContain(message);
    expect(copy()).toEqual(OLD);
  });

  it('a rollback to what was true before', async () => {
    publishNewer();
    await update();
    repository.state.version = 1;
    repository.state.target = ROOT;
    repository.publish();
    expect(await update(keptRoot(), later(30))).toContain('it has gone back behind what it said before');
    expect(copy()?.bytes).toBe(NEWER.toString());
  });

  it('a rollback after an update that was refused half way', async () => {
    await update();
    publishNewer((state) => {
      state.served = ROOT;
    });
    await update(keptRoot(), later(30));
    repository.state.version = 1;
    repository.state.target = ROOT;
    repository.state.served = null;
    repository.publish();
    expect(await update(keptRoot(), later(32))).toContain('it has gone back behind what it said before');
  });

  it('an old state where nothing is here yet', async () => {
    repository.state.expires = PAST;
    repository.publish();
    expect(await update()).toContain('an old state may be held back');
    expect(copy()).toBeNull();
  });

  it.each<[string, TufRepository['misbehave'], string]>([
    [
      'a timestamp without end',
      (path) => (path === '/timestamp.json' ? 'endless' : null),
      'is longer than the 16384 bytes it may have',
    ],
    [
      'a root without end',
      (path) => (path.endsWith('root.json') ? 'endless' : null),
      'is longer than the 512000 bytes it may have',
    ],
    ['a target without end', (path) => (path.startsWith('/targets') ? 'endless' : null), 'bytes it may have'],
    ['a redirect', () => ({ redirect: 'http://127.0.0.1:1/' }), 'redirects, which a TUF mirror must not'],
    ['an error', (path) => (path === '/timestamp.json' ? 503 : null), 'answers with the status 503'],
  ])('%s', async (_name, misbehave, message) => {
    await update();
    publishNewer();
    repository.misbehave = misbehave;
    expect(await update(keptRoot(), later(30))).toContain(message);
    expect(copy()).toEqual(OLD);
  });
});

describe('a mirror that is down', () => {
  it('leaves the copy that is here', async () => {
    await update();
    const root = keptRoot();
    await repository.close();
    expect(await update(root, later(30))).toContain('the connection was refused');
    expect(copy(root)).toEqual(OLD);
    repository = await tufRepository(ROOT);
  });

  it('leaves nothing where there was nothing, and says why', async () => {
    const root = keptRoot();
    await repository.close();
    expect(await update(root)).toContain('the connection was refused');
    expect(copy(root)).toBeNull();
    expect(store.read(root)?.failure?.message).toContain('the connection was refused');
    repository = await tufRepository(ROOT);
  });

  it('holds nobody up longer than its time', async () => {
    repository.misbehave = () => 'hang';
    const stop = new AbortController();
    const waiting = update(keptRoot(), NOW, stop.signal);
    while (repository.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await waiting).toContain('did not answer in time');
  });

  it('is asked through the proxy that the environment names', async () => {
    const proxied = keptRoot({ mirror: 'http://tuf.invalid' });
    const said = await update(proxied, NOW, AbortSignal.timeout(10_000), { HTTP_PROXY: repository.mirror });
    expect(said).not.toContain('DNS');
    expect(repository.asked.length).toBeGreaterThan(0);
  });
});

describe('a repository is asked', () => {
  const due = (root: KeptRoot, hours: number) => isDue(root, store, later(hours));

  it('where there is no copy', () => expect(due(keptRoot(), 0)).toBe(true));

  it('once a day', async () => {
    await update();
    expect([0, 23.9, 24, 48].map((hours) => due(keptRoot(), hours))).toEqual([false, false, true, true]);
  });

  it('an hour after a failure, and not before', async () => {
    await update();
    repository.misbehave = () => 503;
    await update(keptRoot(), later(30));
    expect([30, 30.9, 31].map((hours) => due(keptRoot(), hours))).toEqual([false, false, true]);
  });

  it('where a wrong clock has kept a copy of tomorrow', async () => {
    await update(keptRoot(), later(100));
    expect(due(keptRoot(), 0)).toBe(true);
  });
});

describe('the copy that is used', () => {
  const shipped = (updatedAt: Date) => () => ({
    bytes: Buffer.from('shipped'),
    updatedAt,
    from: 'shipped' as const,
  });

  it('is the shipped one until there is another', () => {
    expect(copy(keptRoot({ shipped: shipped(NOW) }))?.bytes).toBe('shipped');
  });

  it('is the newer of the two', async () => {
    await update();
    expect(copy(keptRoot({ shipped: shipped(later(-1)) }))).toEqual(OLD);
    expect(copy(keptRoot({ shipped: shipped(later(1)) }))?.bytes).toBe('shipped');
  });

  it.each<[string, (text: string) => string]>([
    ['cut off', (text) => text.slice(0, 100)],
    ['of another form', () => '{}'],
    ['changed in its trusted root', (text) => text.replace('rekor.example.com', 'rekor.example.org')],
  ])('is none that is damaged: %s', async (_name, damage) => {
    await update();
    const [name = ''] = readdirSync(directory);
    writeFileSync(join(directory, name), damage(readFileSync(join(directory, name), 'utf8')));
    expect(copy()).toBeNull();
  });

  it('names no file outside its directory', async () => {
    await update();
    const [name = ''] = readdirSync(directory);
    const kept = JSON.parse(readFileSync(join(directory, name), 'utf8')) as {
      metadata: Record<string, string>;
    };
    kept.metadata['../evil.json'] = '{}';
    writeFileSync(join(directory, name), JSON.stringify(kept));
    expect(store.read(keptRoot())).toBeNull();
  });
});

describe('two runs at once', () => {
  it('leave a whole copy', async () => {
    await Promise.all([update(), update(), update()]);
    expect(copy()).toEqual(OLD);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('never go back behind each other', async () => {
    await update();
    const [root, before] = [keptRoot(), store.read(keptRoot())];
    if (!before) throw new Error('nothing was kept');
    publishNewer();
    await update(root, later(30));
    // The other run had begun before, and ends now.
    store.write(root, before, { ...before, failure: { at: NOW, message: 'late' } });
    expect(copy()?.bytes).toBe(NEWER.toString());
  });
});
