import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  directory,
  LAYOUT,
  MANIFESTS,
  pod,
  POLICY,
  POLICY_TEXT,
  run,
  TRUSTED_ROOT,
} from './fake-io.fixture.ts';
import { FORMATS } from './outputs.ts';

const EXPECTED = z
  .array(z.object({ image: z.string(), check: z.string(), expect: z.string(), reason: z.string() }))
  .parse(JSON.parse(readFileSync('testdata/expected.json', 'utf8')));

const reportSchema = z.object({
  verdict: z.object({ exitCode: z.number() }),
  metadata: z.object({ hosts: z.array(z.string()), source: z.string() }),
  workloads: z.array(
    z.object({
      name: z.string(),
      namespace: z.string().nullable(),
      containers: z.array(
        z.object({
          image: z.object({ reference: z.string() }),
          findings: z.array(z.object({ check: z.string(), status: z.string(), reason: z.string() })),
        }),
      ),
    }),
  ),
  coverage: z.object({ gaps: z.array(z.object({ message: z.string(), reason: z.string() })) }),
});
const parse = (text: string) => reportSchema.parse(JSON.parse(text));

const CART = 'registry.example.com/shop/cart:v1';
const OFFLINE = ['--evidence', LAYOUT];
const VERIFY = ['verify', CART, ...OFFLINE];

describe('the shop', () => {
  it('is judged as expected, image by image', async () => {
    const images = [...new Set(EXPECTED.map(({ image }) => image))];
    const { stdout } = await run(['verify', ...images, ...OFFLINE, '--policy', POLICY, '-o', 'json']);
    const { workloads, metadata } = parse(stdout);
    const found = (image: string, check: string) =>
      workloads
        .flatMap(({ containers }) => containers)
        .find(({ image: { reference } }) => reference === image)
        ?.findings.find((finding) => finding.check === check);
    for (const row of EXPECTED) {
      expect({ image: row.image, ...found(row.image, row.check) }).toMatchObject({
        image: row.image,
        status: row.expect,
        reason: row.reason,
      });
    }
    expect(metadata).toMatchObject({ hosts: [], source: 'images' });
  });

  it('passes nothing without a policy', async () => {
    const { stdout } = await run([
      'audit',
      '-f',
      MANIFESTS,
      ...OFFLINE,
      '--trusted-root',
      TRUSTED_ROOT,
      '-o',
      'json',
    ]);
    const findings = parse(stdout).workloads.flatMap(({ containers }) =>
      containers.flatMap((one) => one.findings),
    );
    expect(findings.length).toBeGreaterThan(10);
    expect(findings.filter(({ status }) => status === 'pass')).toEqual([]);
    expect(findings.some(({ reason }) => reason === 'SignerNotEvaluated')).toBe(true);
  });

  it('is judged alike twice', async () => {
    const once = () => run(['audit', '-f', MANIFESTS, ...OFFLINE, '--policy', POLICY, '-o', 'json']);
    expect(await once()).toEqual(await once());
  });
});

describe('flags', () => {
  it.each<[string, string[], string]>([
    ['--fail-on', ['--fail-on', 'error'], '--fail-on: "error" is none of violation, unknown, warn, never'],
    [
      '--platform without architecture',
      ['--platform', 'linux'],
      '--platform: "linux" is not os/arch or os/arch/variant, as linux/amd64',
    ],
    [
      '--platform with too much',
      ['--platform', 'a/b/c/d'],
      '--platform: "a/b/c/d" is not os/arch or os/arch/variant, as linux/amd64',
    ],
    [
      '--platform with nothing behind the slash',
      ['--platform', 'linux/'],
      '--platform: "linux/" is not os/arch or os/arch/variant, as linux/amd64',
    ],
    ['--timeout without unit', ['--timeout', '30'], '--timeout: "30" is not a duration, as 30s or 2m'],
    ['--timeout of nothing', ['--timeout', '0s'], '--timeout: "0s" is not a duration, as 30s or 2m'],
    ['--timeout beyond what a timer can', ['--timeout', '30d'], '--timeout: "30d" is longer than 24h'],
    ['--concurrency of none', ['--concurrency', '0'], '--concurrency: "0" is not a number from 1 to 999'],
    [
      '--concurrency that is no number',
      ['--concurrency', 'many'],
      '--concurrency: "many" is not a number from 1 to 999',
    ],
    ['-v', ['-v', 'high'], '-v: "high" is not a number from 0 to 99'],
    [
      '--allow-redirect of an address',
      ['--allow-redirect', 'https://storage.example/'],
      '--allow-redirect: "https://storage.example/" is no host or host:port, as storage.example:8443',
    ],
    ['an unknown format', ['-o', 'xml'], `unknown output format "xml"; there are: ${FORMATS}`],
    [
      'a format of a later version',
      ['-o', 'sarif'],
      `the output format "sarif" is not in this version; there are: ${FORMATS}`,
    ],
    [
      'a format with a file, of a later version',
      ['-o', 'junit=report.xml'],
      `the output format "junit" is not in this version; there are: ${FORMATS}`,
    ],
    [
      'two outputs to stdout',
      ['-o', 'table', '-o', 'json'],
      'only one output can go to stdout; give the others a file, as -o json=report.json',
    ],
    ['a file without a name', ['-o', 'json='], '-o json=: name a file behind the ='],
    [
      'a trusted root that is not there',
      ['--trusted-root', 'no.json'],
      '--trusted-root: no.json does not exist',
    ],
    ['a trusted root that is a directory', ['--trusted-root', '.'], '--trusted-root: . is a directory'],
    ['a policy that is not there', ['--policy', 'no.yaml'], '--policy: no.yaml does not exist'],
    [
      'a directory without policies',
      ['--policy', '.'],
      '--policy: the directory . holds no .yaml or .yml file',
    ],
    ['none beside a policy', ['--policy', 'none', '--policy', 'a.yaml'], '--policy none stands alone'],
  ])('are refused: %s', async (_name, args, message) => {
    const { exitCode, stdout, stderr } = await run([...VERIFY, ...args]);
    expect({ exitCode, stdout, stderr: stderr.split('\n')[0] }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: ${message}`,
    });
  });

  it('are refused: an evidence directory that is not there', async () => {
    const { exitCode, stderr } = await run(['verify', CART, '--evidence', join(directory(), 'no')]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: --evidence: /);
  });

  it('are refused: a trusted root that is none', async () => {
    const cwd = directory({ 'root.json': '{}' });
    const { exitCode, stderr } = await run([...VERIFY, '--trusted-root', 'root.json'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^error: --trusted-root: root\.json: mediaType is ""[^\n]*\n {7}next: name a trusted_root\.json/,
    );
  });

  it('are refused: a trusted root beside a policy with its own', async () => {
    const { exitCode, stderr } = await run([...VERIFY, '--policy', POLICY, '--trusted-root', TRUSTED_ROOT]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        'error: --trusted-root cannot be used with a policy that defines trustRoots; add the root there\n',
    });
  });

  it.each([
    ['never', 0],
    ['violation', 0],
    ['unknown', 0],
    ['warn', 1],
  ])('set the exit code of a warning under --fail-on %s', async (failOn, exitCode) => {
    const args = ['--policy', 'none', '--trusted-root', TRUSTED_ROOT, `--fail-on=${failOn}`];
    expect((await run([...VERIFY, ...args])).exitCode).toBe(exitCode);
  });

  it('take the last of several values', async () => {
    const args = [
      '--trusted-root',
      TRUSTED_ROOT,
      '--fail-on',
      'nonsense',
      '--fail-on',
      'never',
      '--fail-on',
      'warn',
    ];
    expect((await run([...VERIFY, ...args])).exitCode).toBe(1);
  });

  it.each<[string, string[], NodeJS.ProcessEnv, boolean]>([
    ['a terminal', [], {}, true],
    ['--no-color', ['--no-color'], {}, false],
    ['NO_COLOR', [], { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', [], { NO_COLOR: '' }, true],
  ])('and the environment decide on colours: %s', async (_name, args, env, coloured) => {
    const { stdout } = await run([...VERIFY, ...args], { env, columns: 200 });
    expect(stdout.includes('\u001B[')).toBe(coloured);
  });

  it('show no colours in a pipe', async () => {
    expect((await run(VERIFY)).stdout).not.toContain('\u001B[');
  });
});

describe('outputs', () => {
  it('go to files and stdout together, and the file has neither colours nor a width', async () => {
    const cwd = directory();
    const { stdout } = await run(
      [...VERIFY, '-o', 'table', '-o', 'json=report.json', '-o', 'table=report.txt'],
      {
        cwd,
        columns: 200,
      },
    );
    expect(stdout).toContain('SIGNATURE');
    expect(parse(readFileSync(join(cwd, 'report.json'), 'utf8')).workloads).toHaveLength(1);
    expect(readFileSync(join(cwd, 'report.txt'), 'utf8')).not.toContain('\u001B[');
  });

  it('replace what a file held, however long it was', async () => {
    const cwd = directory({ 'report.json': 'x'.repeat(1_000_000) });
    await run([...VERIFY, '-o', 'json=report.json'], { cwd });
    expect(parse(readFileSync(join(cwd, 'report.json'), 'utf8')).workloads).toHaveLength(1);
  });

  it('leave what a file held where the run cannot begin', async () => {
    const cwd = directory({ 'report.json': 'the last one' });
    const args = ['verify', CART, '--evidence', join(cwd, 'no'), '-o', 'json=report.json'];
    expect((await run(args, { cwd })).exitCode).toBe(2);
    expect(readFileSync(join(cwd, 'report.json'), 'utf8')).toBe('the last one');
  });

  it('that cannot be written fail before any work', async () => {
    let read = false;
    const { exitCode, stderr, stdout } = await run(
      ['audit', '-f', '-', ...OFFLINE, '-o', 'json=no/such/report.json'],
      {
        env: new Proxy({}, { get: () => undefined }),
        clock: () => {
          read = true;
          return new Date(0);
        },
      },
    );
    expect({ exitCode, stdout, read }).toEqual({ exitCode: 2, stdout: '', read: false });
    expect(stderr).toMatch(
      /^error: -o json=no\/such\/report\.json: cannot write "no\/such\/report\.json": ENOENT/,
    );
  });

  it('cannot share a file', async () => {
    const { exitCode, stderr } = await run([...VERIFY, '-o', 'json=a', '-o', 'table=./a']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: two outputs cannot go to one file: ".*\/a"\n$/);
  });
});

describe('which policy', () => {
  const first = ({ stdout }: { stdout: string }) => stdout.split('\n')[0];
  const both = { 'supplychain.yaml': POLICY_TEXT, 'other.yaml': POLICY_TEXT.replace('small', 'other') };
  const NONE = 'no policy: nothing is trusted yet, so nothing signed passes';

  it.each<[string, string[], NodeJS.ProcessEnv, string, string]>([
    ['--policy', ['--policy', 'other.yaml'], {}, 'policy: other (other.yaml)', ''],
    [
      '--policy before SUPPLYCHAIN_POLICY',
      ['--policy', 'other.yaml'],
      { SUPPLYCHAIN_POLICY: 'no.yaml' },
      'policy: other (other.yaml)',
      '',
    ],
    ['SUPPLYCHAIN_POLICY', [], { SUPPLYCHAIN_POLICY: 'other.yaml' }, 'policy: other (other.yaml)', ''],
    ['SUPPLYCHAIN_POLICY=none', [], { SUPPLYCHAIN_POLICY: 'none' }, NONE, ''],
    [
      'supplychain.yaml, which stderr names',
      [],
      {},
      'policy: small (supplychain.yaml)',
      'using the policy ./supplychain.yaml\n',
    ],
    ['supplychain.yaml, and -q', ['-q'], {}, 'policy: small (supplychain.yaml)', ''],
    ['--policy none', ['--policy', 'none'], {}, NONE, ''],
    ['in CI, --policy', ['--policy', 'other.yaml'], { CI: 'true' }, 'policy: other (other.yaml)', ''],
    ['in CI, --policy none', ['--policy', 'none'], { CI: 'true' }, NONE, ''],
    [
      'in CI, SUPPLYCHAIN_POLICY',
      [],
      { CI: 'true', SUPPLYCHAIN_POLICY: 'other.yaml' },
      'policy: other (other.yaml)',
      '',
    ],
  ])('%s', async (_name, args, env, headline, stderr) => {
    const ran = await run([...VERIFY, ...args], { env, cwd: directory(both) });
    expect({ headline: first(ran), stderr: ran.stderr }).toEqual({ headline, stderr });
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['CI', { CI: 'true' }],
    ['a cluster', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
  ])('must be named in %s, even where supplychain.yaml lies', async (_name, env) => {
    const ran = await run(VERIFY, { env, cwd: directory(both) });
    expect(ran).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'error: in CI and in a cluster the policy must be named: --policy FILE, or --policy none to audit without one\n',
    });
  });

  it('of a directory is all of its YAML files', async () => {
    const more = POLICY_TEXT.replace('small', 'more').replace('name: registries', 'name: more');
    const cwd = directory({
      'p/b.yml': more,
      'p/a.yaml': POLICY_TEXT,
      'p/readme.md': 'no policy',
      'p/below/c.yaml': 'x',
    });
    const ran = await run([...VERIFY, '--policy', 'p'], { cwd });
    expect(first(ran)).toBe('policy: small (p/a.yaml), more (p/b.yml)');
  });

  it('takes keys and trusted roots from beside its file, wherever it is called from', async () => {
    const cwd = directory();
    mkdirSync(join(cwd, 'p'));
    for (const name of readdirSync(join(POLICY, '../keys'))) {
      mkdirSync(join(cwd, 'p/keys'), { recursive: true });
      writeFileSync(join(cwd, 'p/keys', name), readFileSync(join(POLICY, '../keys', name)));
    }
    writeFileSync(join(cwd, 'p/policy.yaml'), readFileSync(POLICY));
    writeFileSync(join(cwd, 'p/trusted-root.json'), readFileSync(TRUSTED_ROOT));
    const ran = await run([...VERIFY, '--policy', 'p/policy.yaml', '-o', 'json'], { cwd });
    const findings = parse(ran.stdout).workloads[0]?.containers[0]?.findings;
    expect(findings?.find(({ check }) => check === 'signature')?.reason).toBe('SignatureVerified');
  });

  it('is refused with all of its errors', async () => {
    const broken = POLICY_TEXT.replace('allow', 'alow').replace('name: small', 'name: small, labels: 1');
    const ran = await run([...VERIFY, '--policy', 'a.yaml'], { cwd: directory({ 'a.yaml': broken }) });
    expect(ran).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: the policy cannot be used:
  a.yaml:3: metadata.labels: unknown field; allowed here: name
  a.yaml:6: spec.rules[0].registries.alow: unknown field; allowed here: allow, deny
  a.yaml:6: spec.rules[0].registries: must have allow or deny
`,
    });
  });

  it('is refused without letting its text command a terminal', async () => {
    const hostile = `${POLICY_TEXT}  "x\\e[2J": 1
  authorities: [{ name: a, key: { path: "x\\e[2J\\n  error: fine" } }]
`;
    const named = hostile.replace('  "x\\e[2J": 1\n', '');
    for (const text of [hostile, named]) {
      const { exitCode, stderr } = await run([...VERIFY, '--policy', 'a.yaml'], {
        cwd: directory({ 'a.yaml': text }),
      });
      expect(exitCode).toBe(2);
      expect(stderr).not.toContain('\u001B');
      expect(stderr).not.toMatch(/^ *error: fine/m);
    }
  });
});

describe('input', () => {
  const good = { 'good.yaml': pod(CART, 'good') };
  const audit = async (files: Record<string, string>, ...more: readonly string[]) => {
    const cwd = directory({ ...good, ...files });
    const ran = await run([
      'audit',
      '-f',
      cwd,
      ...OFFLINE,
      '--trusted-root',
      TRUSTED_ROOT,
      '-o',
      'json',
      ...more,
    ]);
    const report = parse(ran.stdout);
    return {
      exitCode: ran.exitCode,
      verdict: report.verdict.exitCode,
      names: report.workloads.map(({ name }) => name),
      gaps: report.coverage.gaps.map(({ message }) => message.replace(`${cwd}/`, '')),
    };
  };

  it.each<[string, string, RegExp]>([
    ['broken YAML', 'a: [', /^bad\.yaml:1:\d+: this is not valid YAML/],
    ['a document that is no object', '- 1\n', /^bad\.yaml:1: .*must be an object/],
    ['an image that is no text', pod('42', 'bad'), /^bad\.yaml:7: spec\.containers\[0\]\.image/],
    ['an empty image', pod('""', 'bad'), /^bad\.yaml:7: spec\.containers\[0\]\.image/],
    [
      'an upper-case reference',
      pod('registry.example.com/Shop/App', 'bad'),
      /^bad\.yaml:7: spec\.containers\[0\]\.image.*upper-case/,
    ],
    ['an image with a space', pod('"a b"', 'bad'), /^bad\.yaml:7: spec\.containers\[0\]\.image.*white space/],
    ['a field twice', `${pod(CART, 'bad')}kind: Pod\n`, /^bad\.yaml:8:\d+: the key "kind" is given twice/],
    ['no kind', 'apiVersion: v1\n', /^bad\.yaml:1: kind:? must name a kind/],
    [
      'aliases of aliases without end',
      `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `${String.fromCodePoint(98 + (i % 24))}${i}: &n${i} [*${i === 0 ? 'a' : `n${i - 1}`}, *${i === 0 ? 'a' : `n${i - 1}`}]`).join('\n')}\n`,
      /^bad\.yaml:\d+:\d+: /,
    ],
  ])('that is wrong is named, and the rest still audited: %s', async (_name, text, message) => {
    const { exitCode, verdict, names, gaps } = await audit({ 'bad.yaml': text });
    expect(exitCode).toBe(2);
    expect(verdict).toBe(2);
    expect(names).toContain('good');
    expect(gaps).toEqual([expect.stringMatching(message)]);
  });

  it('that is wrong is 2 whatever --fail-on says', async () => {
    expect((await audit({ 'bad.yaml': 'a: [' }, '--fail-on', 'never')).exitCode).toBe(2);
  });

  it('that is wrong is shown in the table, with a count on the summary line', async () => {
    const cwd = directory({ ...good, 'bad.yaml': pod('A/B', 'bad'), 'worse.yaml': 'a: [' });
    const { stdout, exitCode } = await run(['audit', '-f', cwd, ...OFFLINE, '--policy', 'none']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('fail  ImageReferenceInvalid  A/B\n  spec.containers[0].image: ');
    expect(stdout).toContain(`(app, ${cwd}/bad.yaml:7)`);
    expect(stdout).toContain('not seen  InputInvalid\n');
    expect(stdout).toMatch(/; 2 coverage gaps\n/);
  });

  it.each<[string, Record<string, string>]>([
    ['an empty directory', {}],
    ['a directory of other files', { 'a.txt': 'x' }],
    [
      'manifests without any workload',
      { 'a.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n' },
    ],
    ['a directory whose manifests are below', { 'below/a.yaml': pod(CART) }],
  ])('without a workload is wrong: %s', async (_name, files) => {
    const ran = await run([
      'audit',
      '-f',
      directory(files),
      ...OFFLINE,
      '--policy',
      'none',
      '--fail-on',
      'never',
    ]);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toBe('error: no workload was found\n');
    expect(ran.stdout).toMatch(/nothing to judge/);
  });

  it('that is not there is wrong, beside what is', async () => {
    const cwd = directory(good);
    const ran = await run(['audit', '-f', join(cwd, 'no.yaml'), '-f', join(cwd, 'good.yaml'), ...OFFLINE]);
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toContain(`not seen  FileUnreadable\n  ${join(cwd, 'no.yaml')} does not exist`);
    expect(ran.stdout).toContain('Pod/good');
  });

  it('may be standard input', async () => {
    const ran = await run(['audit', '-f', '-', ...OFFLINE, '-o', 'json'], { stdin: pod(CART, 'piped') });
    expect(parse(ran.stdout).workloads).toMatchObject([{ name: 'piped', namespace: 'default' }]);
  });

  it('may be several files, directories and standard input together', async () => {
    const cwd = directory({
      'a.yaml': pod(CART, 'a'),
      'd/b.yaml': pod(CART, 'b'),
      'd/e/c.yaml': pod(CART, 'c'),
    });
    const ran = await run(
      ['audit', '-f', join(cwd, 'a.yaml'), '-Rf', join(cwd, 'd'), '-f', '-', '-n007', ...OFFLINE, '-ojson'],
      { stdin: pod(CART, 'z') },
    );
    const { workloads } = parse(ran.stdout);
    expect(workloads.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
      '007/a',
      '007/b',
      '007/c',
      '007/z',
    ]);
  });

  it('takes words behind -- for images', async () => {
    const ran = await run(['verify', '-ojson', ...OFFLINE, '--', CART]);
    expect(parse(ran.stdout).workloads).toMatchObject([{ name: CART }]);
  });

  it('of an image that is none is wrong, and the others are still verified', async () => {
    const ran = await run(['verify', 'Not An Image', CART, ...OFFLINE, '--policy', 'none']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toContain('fail  ImageReferenceInvalid  Not An Image\n');
    expect(ran.stdout).toContain(CART);
  });
});
