import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { run, type Ran } from '../../cmd/fake-io.fixture.ts';
import { serveLayout, type ServedLayout } from '../served-layout.ts';

const REGISTRY = 'registry.example.com';
const NAME = 'io.containerd.image.name';
const SECRET = 'planted-secret-4f1d';
/** How often a run is killed: `CACHE_KILLS=200` takes some minutes. */
const KILLS = Number(process.env['CACHE_KILLS'] ?? 20);

const indexSchema = z.object({
  manifests: z.array(z.object({ annotations: z.record(z.string(), z.string()) })),
});

/** The tags of the layout's repositories. */
function tagsOf(folder: string): Map<string, string[]> {
  const { manifests } = indexSchema.parse(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')));
  const names = manifests.flatMap(({ annotations }) => annotations[NAME] ?? []);
  const tags = new Map<string, string[]>();
  for (const name of names) {
    const [, repository = '', tag] = /^(.*?)(?::([^:@/]+))?(?:@.*)?$/.exec(name) ?? [];
    if (tag !== undefined) tags.set(repository, [...(tags.get(repository) ?? []), tag]);
  }
  return tags;
}

const tags = tagsOf('testdata/layout');
let served: ServedLayout;
let scratch: string;
let images: readonly string[];

beforeAll(async () => {
  served = await serveLayout('testdata/layout', REGISTRY, tags, SECRET);
  images = [...tags.keys()]
    .filter((name) => name.startsWith(`${REGISTRY}/`))
    .map((name) => `${name.replace(REGISTRY, served.host)}:v1`);
});

afterAll(() => served.close());

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'cached-'));
  for (const name of ['trusted-root.json', 'keys'])
    cpSync(join('testdata', name), join(scratch, name), { recursive: true });
  const policy = readFileSync('testdata/policy.yaml', 'utf8').replaceAll(`- ${REGISTRY}`, `- ${served.host}`);
  writeFileSync(join(scratch, 'policy.yaml'), policy);
  const auth = Buffer.from(`user:${SECRET}`).toString('base64');
  writeFileSync(join(scratch, 'config.json'), JSON.stringify({ auths: { [served.host]: { auth } } }));
});

afterEach(() => rmSync(scratch, { recursive: true }));

const AT = ['--at', '2026-02-01'];

function verify(cache: string, config = 'config.json', names = images): string[] {
  const policy = ['--policy', join(scratch, 'policy.yaml'), '--offline', ...AT, '-o', 'json'];
  const registry = ['--plain-http', served.host, '--registry-config', join(scratch, config)];
  return ['verify', ...names, ...policy, ...registry, '--cache-dir', cache];
}

const audit = (cache: string, config?: string, names?: readonly string[]): Promise<Ran> =>
  run(verify(cache, config, names), { cwd: scratch });

/** The findings: all that two runs over the same evidence have in common. */
function findings({ stdout, exitCode }: Ran): unknown {
  return { ...(JSON.parse(stdout) as object), metadata: null, exitCode };
}

function cachedBlobs(cache: string): string[] {
  if (!existsSync(cache)) return [];
  const found = readdirSync(cache, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile() && /^[0-9a-f]{64}$/.test(one.name))
    .map((one) => join(one.parentPath, one.name));
}

describe('a second audit of the same images', () => {
  it('says the same, and asks for what can change alone', async () => {
    const cache = join(scratch, 'cache');
    const plain = await audit('none');
    const first = await audit(cache);
    served.take();
    const second = await audit(cache);
    expect(findings(first)).toEqual(findings(plain));
    expect(findings(second)).toEqual(findings(plain));
    expect(first.stdout).toContain('"SignatureVerified"');
    const asked = served.take();
    // No blob, and of manifests the tags alone. What the registry does not have is asked for again.
    const kept = asked.filter((request) => /\/blobs\/|\/manifests\/sha256:/.test(request));
    expect(kept.filter((request) => !request.includes('/shop/backup/blobs/'))).toEqual([]);
    expect(cachedBlobs(cache).length).toBeGreaterThan(images.length);
  });

  it('tells nobody what he may not read', async () => {
    const cache = join(scratch, 'cache');
    await audit(cache);
    writeFileSync(join(scratch, 'none.json'), '{}');
    const { stdout, exitCode } = await audit(cache, 'none.json');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('"CredentialsRejected"');
    expect(stdout).not.toMatch(/SignatureVerified|"result": "(?:verified|refused)"/);
  });

  it('keeps no secret: not in the cache, not in saved evidence, not in what is said', async () => {
    const cache = join(scratch, 'cache');
    const kept = join(scratch, 'kept');
    const said = await run([...verify(cache), '-v', '9', '--save-evidence', kept], { cwd: scratch });
    writeFileSync(
      join(scratch, 'wrong.json'),
      readFileSync(join(scratch, 'config.json'), 'utf8').replace(served.host, 'other.example.com'),
    );
    const refused = await run([...verify(cache, 'wrong.json'), '-v', '9'], { cwd: scratch });
    const basic = Buffer.from(`user:${SECRET}`).toString('base64');
    const files = [cache, kept].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile())
        .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1')),
    );
    expect(files.length).toBeGreaterThan(100);
    const texts = [...files, said.stdout, said.stderr, refused.stdout, refused.stderr];
    expect(texts.filter((text) => text.includes(SECRET) || text.includes(basic))).toEqual([]);
  });

  it('says once why nothing is kept, where somebody asks', async () => {
    const args = verify('none').slice(0, -2);
    const { stderr } = await run([...args, '-v', '1'], { cwd: scratch });
    expect(stderr.match(/nothing is kept between runs: neither \$XDG_CACHE_HOME nor \$HOME/g)).toHaveLength(
      1,
    );
    expect((await run(args, { cwd: scratch })).stderr).toBe('');
    expect((await run([...args, '-v', '1'], { cwd: scratch, env: { HOME: scratch } })).stderr).not.toContain(
      'nothing is kept',
    );
    expect(cachedBlobs(join(scratch, '.cache', 'kubectl-supplychain', 'registries')).length).toBeGreaterThan(
      0,
    );
  });
});

describe('a run that is killed at any moment', () => {
  const few = () => images.slice(0, 10);

  /** Runs the program in a process of its own; `kill` gets it when the registry was asked first. Gives how long it ran from then on. */
  async function program(cache: string, kill: (end: () => void) => void): Promise<number> {
    const child = spawn(
      process.execPath,
      [resolve('cmd/kubectl-supplychain.ts'), ...verify(cache, 'config.json', few())],
      {
        cwd: scratch,
        env: { HOME: scratch, NODE_COMPILE_CACHE: join(scratch, 'compiled') },
        stdio: 'ignore',
      },
    );
    let begun = Date.now();
    served.onceAsked(() => {
      begun = Date.now();
      kill(() => child.kill('SIGKILL'));
    });
    await new Promise((done) => child.once('close', done));
    return Date.now() - begun;
  }

  it(
    `leaves a cache that the next one works with (${KILLS} times)`,
    async () => {
      const plain = findings(await audit('none', 'config.json', few()));
      const whole = join(scratch, 'whole');
      const duration = await program(whole, () => undefined);
      const all = cachedBlobs(whole).length;
      const left: number[] = [];
      for (let time = 0; time < KILLS; time += 1) {
        const cache = join(scratch, `killed-${time}`);
        const moment = Math.random() * duration;
        await program(cache, (end) => setTimeout(end, moment));
        for (const file of cachedBlobs(cache))
          expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(basename(file));
        left.push(cachedBlobs(cache).length);
        expect([moment, findings(await audit(cache, 'config.json', few()))]).toEqual([moment, plain]);
        expect(cachedBlobs(cache).length).toBe(all);
        rmSync(cache, { recursive: true });
      }
      // Some were killed in the midst of it.
      expect(left.some((count) => count > 0 && count < all)).toBe(true);
    },
    KILLS * 10_000,
  );
});
