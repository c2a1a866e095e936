import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { directory, LAYOUT, MANIFESTS, pod, POLICY, run, TRUSTED_ROOT } from './fake-io.fixture.ts';

const SHOP = ['sweep', '-f', MANIFESTS, '--evidence', LAYOUT];
const KNOWN = ['--policy', 'none', '--trusted-root', TRUSTED_ROOT];
const CART = 'sha256:ea886c803e0de64ff8f560235b6a2ab7d833d60bcc6706424c152ec0d7e0175a';
const NONE = `sha256:${'0'.repeat(64)}`;
const RELEASE = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.0.0';

const reportSchema = z.object({
  verdict: z.object({ status: z.string(), exitCode: z.number() }),
  metadata: z.object({ hosts: z.array(z.string()), trustRoots: z.array(z.object({ name: z.string() })) }),
  inventory: z.object({
    takenAt: z.string(),
    evidence: z.object({ savedAt: z.string().nullable() }).nullable(),
  }),
  summary: z.object({ affected: z.number(), undetermined: z.number(), notAffected: z.number() }),
  hits: z.array(
    z.object({
      name: z.string(),
      container: z.string(),
      matched: z.array(z.object({ query: z.string(), found: z.string(), at: z.string() })),
      evidence: z.array(z.object({ result: z.string() })),
    }),
  ),
  undetermined: z.array(
    z.object({
      container: z.string(),
      reason: z.string(),
      cause: z.string().nullable(),
      evidence: z.array(z.object({ result: z.string() })),
    }),
  ),
  since: z
    .object({ new: z.array(z.unknown()), gone: z.array(z.unknown()), changed: z.array(z.unknown()) })
    .nullable(),
});

async function sweepJson(args: readonly string[], io: Parameters<typeof run>[1] = {}) {
  const { exitCode, stdout, stderr } = await run([...args, '-o', 'json'], io);
  expect(stderr).toBe('');
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.verdict.exitCode).toBe(exitCode);
  return report;
}

const containers = (entries: readonly { readonly container: string }[]) =>
  entries.map(({ container }) => container).toSorted();

describe('the shop', () => {
  it('is asked for a digest', async () => {
    const { hits, undetermined, summary } = await sweepJson([...SHOP, '--digest', CART]);
    expect(hits).toMatchObject([{ container: 'cart', matched: [{ query: 'digest', at: 'reference' }] }]);
    expect(undetermined.map(({ container, reason }) => `${container} ${reason}`)).toEqual([
      'fraud NotIndexed',
      'redis NotIndexed',
    ]);
    expect(summary).toEqual({ affected: 1, undetermined: 2, notAffected: 24 });
  });

  it('is asked for a signer, and for evidence that names him without proof', async () => {
    const { hits, undetermined } = await sweepJson([...SHOP, ...KNOWN, '--signer', RELEASE]);
    expect(containers(hits)).toEqual([
      'banner',
      'cart',
      'catalog',
      'checkout',
      'loyalty',
      'reports',
      'reviews',
      'search',
      'shipping',
      'survey',
      'wishlist',
    ]);
    for (const { evidence } of hits) expect(evidence.every(({ result }) => result === 'verified')).toBe(true);
    const unverified = undetermined.filter(({ reason }) => reason === 'EvidenceUnverified');
    expect(containers(unverified)).toEqual([
      'calendar',
      'gift',
      'login',
      'newsletter',
      'orders',
      'pricing',
      'stock',
      'wallet',
    ]);
    for (const { evidence } of unverified) expect(evidence).toMatchObject([{ result: 'refused' }]);
  });

  it('is asked for subject and issuer of one signer', async () => {
    const issuer = ['--issuer', 'https://token.actions.elsewhere.example'];
    const { hits } = await sweepJson([...SHOP, ...KNOWN, '--signer', RELEASE, ...issuer]);
    expect(containers(hits)).toEqual(['loyalty']);
  });

  it('is asked for what nobody known has signed, with and without the keys of a policy', async () => {
    const unsigned = async (flags: readonly string[]) =>
      containers((await sweepJson([...SHOP, ...flags, '--unsigned'])).hits);
    const without = await unsigned(KNOWN);
    const with_ = await unsigned(['--policy', POLICY]);
    expect(without).toContain('payment');
    expect(without).toContain('frontend');
    expect(with_).not.toContain('payment');
    expect(with_).toContain('frontend');
  });

  it('joins kinds by and, values by or', async () => {
    const images = ['--image', '**/cart', '--image', '**/survey', '--image', '**/frontend'];
    const { hits, undetermined } = await sweepJson([...SHOP, ...KNOWN, ...images, '--signer', RELEASE]);
    expect(containers(hits)).toEqual(['cart', 'survey']);
    expect(undetermined).toEqual([]);
  });

  it('is answered alike twice, as its schema says', async () => {
    const args = [...SHOP, ...KNOWN, '--builder', 'https://github.com/acme/shop/**', '-o', 'json'];
    const [once, again] = [await run(args), await run(args)];
    expect(once).toEqual(again);
    const schema = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse((await run(['policy', 'schema', '--kind', 'sweep'])).stdout));
    const options = { strict: true, strictRequired: false, strictTypes: false, validateFormats: false };
    const validate = new Ajv2020(options).compile(schema);
    validate(JSON.parse(once.stdout));
    expect(validate.errors).toBe(null);
    expect(validate({})).toBe(false);
  });
});

describe('exit codes', () => {
  it.each<[string, string[], number]>([
    ['1 for hits beside what is not known', ['--digest', CART], 1],
    ['3 for none, where something is not known', ['--digest', NONE], 3],
    ['0 for none, where all is known', ['--digest', NONE, '--image', '**/cart'], 0],
    ['0 for a name that nothing has', ['--image', 'ghcr.io/**'], 0],
  ])('are %s', async (_, query, exitCode) => {
    expect((await sweepJson([...SHOP, ...query])).verdict.exitCode).toBe(exitCode);
  });

  it('are in the help', async () => {
    const { exitCode, stdout } = await run(['sweep', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'Exit code: 1 there are hits, 3 none but something is undetermined, 0 none and all is known, 2 wrong usage.',
    );
  });

  it('are 2 for input without workloads, and for input that is wrong beside hits', async () => {
    const cwd = directory({ 'empty.yaml': '', 'pod.yaml': pod('nginx'), 'broken.yaml': 'a: [' });
    const asked = ['sweep', '--image', '**/nginx'];
    const empty = await run([...asked, '-f', join(cwd, 'empty.yaml')], { cwd });
    expect(empty).toMatchObject({ exitCode: 2, stderr: 'error: no workload was found\n' });
    const both = await run([...asked, '-f', join(cwd, 'pod.yaml'), '-f', join(cwd, 'broken.yaml')], { cwd });
    expect(both.exitCode).toBe(2);
    expect(both.stdout).toContain('Pod/app');
  });
});

describe('what is fetched', () => {
  it('is nothing for names, and no trust is asked for', async () => {
    const cwd = directory({ 'pod.yaml': pod(`127.0.0.1:9/app@${CART}`) });
    for (const query of [
      ['--image', '127.0.0.1:9/**'],
      ['--digest', CART],
    ]) {
      const env = { CI: 'true' };
      const { hits, metadata } = await sweepJson(['sweep', '-f', join(cwd, 'pod.yaml'), ...query], {
        cwd,
        env,
      });
      expect(hits).toHaveLength(1);
      expect(metadata).toEqual({ hosts: [], trustRoots: [] });
    }
  });

  it('is nothing of images that another flag rules out', async () => {
    const cwd = directory({ 'pod.yaml': pod('127.0.0.1:9/app:v1') });
    const query = ['--image', 'ghcr.io/**', '--signer', '**', '--digest', CART, ...KNOWN, '--offline'];
    const { verdict, metadata } = await sweepJson(['sweep', '-f', join(cwd, 'pod.yaml'), ...query], { cwd });
    expect(verdict.exitCode).toBe(0);
    expect(metadata.hosts).toEqual([]);
  });
});

describe('a query about packages', () => {
  const SAVED = ['-f', MANIFESTS, '--evidence', LAYOUT, '--policy', POLICY, '-o', 'json'];
  const reported = z.object({
    hits: z.array(
      z.object({
        name: z.string(),
        component: z.object({ purl: z.string(), sbom: z.object({ standing: z.string() }) }),
      }),
    ),
    undetermined: z.array(z.object({ reason: z.string() })),
  });

  it('finds a package by the SBOMs of images, and says whose word they are', async () => {
    const { exitCode, stdout } = await run(['sweep', ...SAVED, '--package', 'pkg:npm/express@4.19.2']);
    const { hits, undetermined } = reported.parse(JSON.parse(stdout));
    expect(exitCode).toBe(1);
    expect(hits.map(({ name, component }) => `${name} ${component.sbom.standing}`)).toEqual([
      'shipping unsigned',
      'cart accepted',
      'checkout accepted',
      'wishlist signed',
      'payment accepted',
    ]);
    expect(undetermined.map(({ reason }) => reason)).toContain('NoSbom');
  });

  it('and a vulnerability by its record', async () => {
    const record = {
      id: 'GHSA-x',
      aliases: ['CVE-2024-1'],
      affected: [
        {
          package: { ecosystem: 'npm', name: 'express' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.20.0' }] }],
        },
      ],
    };
    const cwd = directory({ 'osv/GHSA-x.json': JSON.stringify(record) });
    const ask = ['--vulnerability', 'CVE-2024-1', '--osv', 'osv'];
    const { exitCode, stdout } = await run(['sweep', ...SAVED, ...ask], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('"fixedIn": "4.20.0"');
    const fixed = await run(['sweep', ...SAVED, '--package', 'express', '--below', '4.0.0'], { cwd });
    expect(fixed.exitCode).toBe(3);
  });
});

describe('wrong usage', () => {
  it.each<[string, string[], string]>([
    ['no query', ['-f', MANIFESTS], 'ask for something: --package'],
    ['a wrong digest', ['-f', MANIFESTS, '--digest', 'v1'], '--digest: "v1" is no digest'],
    [
      'a word',
      ['nginx', '--unsigned', '-f', MANIFESTS],
      'sweep takes a query in flags, not the word "nginx"',
    ],
    [
      'vulnerabilities without records',
      ['-f', MANIFESTS, '--vulnerability', 'CVE-2021-44228'],
      'name the records to go by with --osv FILE|DIR|ZIP',
    ],
    [
      'a vulnerability that is none',
      ['-f', MANIFESTS, '--vulnerability', '../x', '--osv', 'x'],
      '"../x" is no id of a vulnerability',
    ],
    [
      'records that are missing',
      ['-f', MANIFESTS, '--vulnerability', 'CVE-1', '--osv', 'nowhere'],
      '--osv: nowhere is missing',
    ],
    [
      'the API of OSV without network',
      ['-f', MANIFESTS, '--vulnerability', 'CVE-1', '--osv', 'api', '--offline'],
      'no network is touched',
    ],
    [
      'a range without a bound',
      ['-f', MANIFESTS, '--package', 'log4j', '--range', '2.0'],
      '--range: "2.0" has no bound',
    ],
    [
      'two bounds of one kind',
      ['-f', MANIFESTS, '--package', 'log4j', '--from', '2.0', '--from', '2.4'],
      '--from stands more than once; name one value; several ranges are several --range',
    ],
    [
      'two databases',
      ['-f', MANIFESTS, '--vulnerability', 'CVE-1', '--osv', 'a', '--osv', 'b'],
      '--osv stands more than once',
    ],
    [
      'a range of no package',
      ['-f', MANIFESTS, '--unsigned', '--below', '2.0'],
      '--from, --below, --through and --range are versions of a --package',
    ],
    ['-f beside -k', ['-f', 'a', '-k', 'b', '--unsigned'], '-k excludes -f'],
    ['-R with -k', ['-R', '-k', 'b', '--unsigned'], '-R goes with -f DIR'],
    ['evidence that is not there', ['--evidence', 'nowhere', '--unsigned'], '--evidence: '],
    [
      'evidence without workloads',
      ['--evidence', LAYOUT, '--unsigned'],
      'it holds no workloads; name manifests',
    ],
    [
      'two readers of standard input',
      ['-f', '-', '--digest', '-'],
      '--digest and -f: standard input can be read once',
    ],
    ['an empty list', ['-f', MANIFESTS, '--digest', '-'], '--digest -: standard input names nothing'],
    [
      'an unknown format',
      ['-f', MANIFESTS, '--unsigned', '-o', 'html'],
      'there are: table, wide, json, yaml, name, csv',
    ],
    [
      'a former report that is not there',
      ['-f', MANIFESTS, '--unsigned', '--since', 'x.json'],
      '--since: x.json does not exist',
    ],
    [
      'a former report that is none',
      ['-f', MANIFESTS, '--unsigned', '--since', POLICY],
      'it is no JSON report',
    ],
  ])('%s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(['sweep', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('a list on standard input', () => {
  it('has a value on each line', async () => {
    const stdin = `# bad ones\r\n${NONE}\r\n\r\n  ${CART}  \n`;
    const { hits } = await sweepJson([...SHOP, '--digest', '-'], { stdin });
    expect(containers(hits)).toEqual(['cart']);
  });

  it('is held to the same rules', async () => {
    const { exitCode, stderr } = await run([...SHOP, '--digest', '-'], { stdin: 'v1\nv2\n' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"v2" is no digest');
  });
});

describe('a former report', () => {
  it('says what is new, gone and changed', async () => {
    const cwd = directory({
      'a/a.yaml': pod('ghcr.io/acme/a:v1', 'a'),
      'b/b.yaml': pod('ghcr.io/acme/b:v1', 'b'),
    });
    const asked = ['sweep', '--image', 'ghcr.io/acme/**'];
    await run([...asked, '-f', join(cwd, 'a'), '-o', 'json=then.json'], { cwd });
    writeFileSync(join(cwd, 'a/a.yaml'), pod('ghcr.io/acme/a:v2', 'a'));
    mkdirSync(join(cwd, 'c'));
    const both = await sweepJson(
      [...asked, '-f', join(cwd, 'a'), '-f', join(cwd, 'b'), '--since', 'then.json'],
      { cwd },
    );
    expect(both.since).toMatchObject({
      new: [{ name: 'b' }],
      gone: [],
      changed: [{ name: 'a', image: 'ghcr.io/acme/a:v2', was: { image: 'ghcr.io/acme/a:v1' } }],
    });
    const gone = await sweepJson([...asked, '-f', join(cwd, 'b'), '--since', 'then.json'], { cwd });
    expect(gone.since).toMatchObject({ gone: [{ name: 'a', now: 'notAffected' }] });
  });

  it('may be that of an audit', async () => {
    const cwd = directory();
    await run(['audit', '-f', MANIFESTS, '--evidence', LAYOUT, '--policy', POLICY, '-o', 'json=audit.json'], {
      cwd,
    });
    const { since } = await sweepJson([...SHOP, '--digest', CART, '--since', 'audit.json'], { cwd });
    expect(since).toMatchObject({ new: [], gone: [], changed: [] });
  });
});

describe('saved evidence', () => {
  it('is swept with the workloads that were saved beside it, and says how old they are', async () => {
    const cwd = directory({ 'pod.yaml': pod(`127.0.0.1:9/app@${CART}`) });
    const saved = await run(
      ['evidence', 'save', 'saved', '-f', join(cwd, 'pod.yaml'), '--timeout', '5s', '--policy', 'none'],
      { cwd },
    );
    expect(saved.exitCode).toBe(3);
    const clock = () => new Date('2026-01-05T03:04:05Z');
    const asked = ['sweep', '--evidence', 'saved', '--digest', CART];
    const { hits, inventory } = await sweepJson(asked, { cwd, clock });
    expect(hits).toHaveLength(1);
    expect(inventory).toMatchObject({
      takenAt: '2026-01-02T03:04:05.000Z',
      evidence: { savedAt: '2026-01-02T03:04:05.000Z' },
    });
    const { stdout } = await run(asked, { cwd, clock });
    expect(stdout.split('\n')[0]).toContain(
      'workloads of 2026-01-02T03:04:05.000Z (3 days old) in saved; asked:',
    );
    // What failed then is not known now.
    const other = await sweepJson(['sweep', '--evidence', 'saved', '--digest', NONE], { cwd, clock });
    expect(other.undetermined).toMatchObject([{ reason: 'Unreachable' }]);
    expect(other.verdict.exitCode).toBe(3);
  });
});

describe('formats', () => {
  it.each(['table', 'wide', 'json', 'yaml', 'name', 'csv'])(
    '%s goes to a file without colours',
    async (format) => {
      const cwd = directory();
      const { exitCode, stdout } = await run([...SHOP, '--digest', CART, '-o', `${format}=out`], {
        cwd,
        columns: 80,
      });
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      const text = readFileSync(join(cwd, 'out'), 'utf8');
      expect(text).toContain('cart');
      expect(text).not.toContain(String.fromCodePoint(27));
    },
  );

  it('obeys NO_COLOR and --no-color', async () => {
    const escape = String.fromCodePoint(27);
    const query = [...SHOP, '--digest', NONE];
    expect((await run(query, { columns: 80 })).stdout).toContain(escape);
    expect((await run(query, { columns: 80, env: { NO_COLOR: '1' } })).stdout).not.toContain(escape);
    expect((await run([...query, '--no-color'], { columns: 80 })).stdout).not.toContain(escape);
  });
});
