import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REASONS } from '../src/reasons.ts';
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

const SEE = 'see "kubectl supplychain policy --help"';

describe('policy', () => {
  it.each([[['policy', '--help']], [['policy', '-h']], [['help', 'policy']], [['policy', 'help']]])(
    'lists with %j its commands, and none of a later version',
    async (args) => {
      const { exitCode, stdout, stderr } = await run(args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      for (const text of ['Examples:', 'Commands:', '  init ', '  check ', '  explain ', '  schema '])
        expect(stdout).toContain(text);
      expect(stdout).not.toMatch(/import|export|Options:/);
    },
  );

  it.each([
    ['policy init', ['policy init (IMAGE', '--filename', '--evidence'], ['--policy', '--fail-on']],
    ['policy check', ['policy check FILE|DIR', '--fail-on'], ['--kind', '--policy', '--filename']],
    ['policy explain', ['policy explain (IMAGE', '--policy', '--filename'], ['--kind', '--fail-on']],
    ['policy schema', ['policy schema [flags]', '--kind', '--reasons'], ['--fail-on', '--filename']],
    ['evidence save', ['evidence save DIR|FILE.tar[.gz] (IMAGE', '--filename'], ['--fail-on']],
    ['evidence show', ['evidence show IMAGE', '--evidence'], ['--fail-on', '--filename']],
  ])('shows the usage, flags and examples of %s alone', async (command, has, hasNot) => {
    const words = command.split(' ');
    const { exitCode, stdout, stderr } = await run([...words, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Examples:\n  # `);
    expect(stdout).toContain(`  kubectl supplychain ${command}`);
    for (const text of has) expect(stdout).toContain(text);
    for (const text of hasNot) expect(stdout).not.toContain(` ${text} `);
    expect(await run(['help', ...words])).toMatchObject({ exitCode: 0, stdout });
    expect(await run([words[0] ?? '', 'help', words[1] ?? ''])).toMatchObject({ exitCode: 0, stdout });
  });

  it.each<[string, string[], string]>([
    ['nothing', [], `name one of policy init, check, explain, schema; ${SEE}`],
    ['import', ['import', 'kyverno.yaml'], 'policy import is not in this version'],
    ['export', ['export'], 'policy export is not in this version'],
    [
      'what is nearly there',
      ['expalin'],
      'unknown command "policy expalin"; did you mean "kubectl supplychain policy explain"?',
    ],
    ['what is not there', ['frobnicate'], `unknown command "policy frobnicate"; ${SEE}`],
    [
      'a flag of another subcommand',
      ['check', 'a.yaml', '--kind', 'x'],
      'unknown flag --kind\n       see "kubectl supplychain policy check --help"',
    ],
    [
      'a policy for a draft',
      ['init', 'a', '--policy', 'x'],
      'unknown flag --policy\n       see "kubectl supplychain policy init --help"',
    ],
    [
      'a flag before the subcommand',
      ['--fail-on', 'warn', 'check', 'a.yaml'],
      'flags stand behind the command, as in "kubectl supplychain policy init --fail-on"',
    ],
    ['no policy to check', ['check'], 'name a policy: kubectl supplychain policy check FILE|DIR...'],
    [
      'an unknown --fail-on',
      ['check', 'a.yaml', '--fail-on', 'x'],
      '--fail-on: "x" is none of violation, unknown, warn, never',
    ],
    ['a policy that is not there', ['check', 'no.yaml'], 'policy check: no.yaml does not exist'],
    [
      'nothing to explain',
      ['explain', '--policy', POLICY],
      'name an image, or manifests with -f: policy explain IMAGE... | -f FILE',
    ],
    [
      'images and manifests',
      ['explain', 'nginx', '-f', 'x.yaml', '--policy', POLICY],
      'policy explain takes images, -f or -k, and only one of them',
    ],
    ['no policy', ['explain', 'nginx'], 'there is no policy to explain; name one with --policy FILE'],
    [
      'an unknown form',
      ['explain', 'nginx', '--policy', POLICY, '-o', 'xml'],
      'unknown output format "xml"; there are: table, json',
    ],
    ['an unknown kind', ['schema', '--kind', 'x'], '--kind: "x" is none of policy, report, sweep'],
    [
      'a schema as a table',
      ['schema', '-o', 'table'],
      'a schema is JSON; -o table is for policy schema --reasons',
    ],
    ['words for a schema', ['schema', 'policy'], 'policy schema takes no words beside its flags'],
  ])('refuses %s', async (_name, args, message) => {
    expect(await run(['policy', ...args])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: ${message}\n`,
    });
  });
});

describe('policy schema', () => {
  it('prints a schema that a validator can use', async () => {
    const { exitCode, stdout } = await run(['policy', 'schema']);
    expect(exitCode).toBe(0);
    const schema = z.record(z.string(), z.unknown()).parse(JSON.parse(stdout));
    const options = { strict: true, strictRequired: false, strictTypes: false, validateFormats: false };
    expect(new Ajv2020(options).compile(schema)({})).toBe(false);
    expect((await run(['policy', 'schema', '--kind', 'policy', '-o', 'json'])).stdout).toBe(stdout);
  });

  it('lists every reason, for people and for programs', async () => {
    const table = await run(['policy', 'schema', '--reasons']);
    expect(table.stdout.split('\n')[0]).toMatch(/^CODE +CLASS +MEANING$/);
    const json = await run(['policy', 'schema', '--reasons', '-o', 'json']);
    const listed = z
      .array(z.strictObject({ code: z.string(), class: z.string(), meaning: z.string() }))
      .parse(JSON.parse(json.stdout));
    expect(listed.map(({ code }) => code)).toEqual(Object.keys(REASONS));
    for (const { code, meaning } of listed)
      expect(table.stdout).toMatch(new RegExp(`^${code} .*${meaning}$`, 'm'));
  });
});

describe('policy check', () => {
  it('finds every error of all files in one run', async () => {
    const cwd = directory({
      'a.yaml': POLICY_TEXT.replace('default: allow', 'default: sometimes'),
      'b/b.yaml': POLICY_TEXT.replace('registries, registries:', 'registries, registry:'),
    });
    const { exitCode, stdout, stderr } = await run(['policy', 'check', 'a.yaml', 'b'], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('a.yaml:7: spec.default: must be one of deny, warn, allow, not "sometimes"');
    expect(stderr).toContain('b/b.yaml:6: spec.rules[0].registry: unknown field');
  });

  it('says where nothing looks unintended', async () => {
    const cwd = directory({ 'a.yaml': POLICY_TEXT.replace('default: allow', 'default: deny') });
    expect(await run(['policy', 'check', 'a.yaml', '--fail-on', 'warn'], { cwd })).toEqual({
      exitCode: 0,
      stdout: '1 file with 1 rule: nothing looks unintended\n',
      stderr: '',
    });
  });

  it.each([
    [[], 0],
    [['--fail-on', 'violation'], 0],
    [['--fail-on', 'warn'], 1],
  ])('warns, and exits with %j as %i', async (flags, exitCode) => {
    const cwd = directory({ 'a.yaml': POLICY_TEXT });
    expect(await run(['policy', 'check', 'a.yaml', ...flags], { cwd })).toEqual({
      exitCode,
      stdout: [
        'a.yaml:7: spec.default: images that no enforcing rule asks a signature of are allowed',
        '    why: an image that nobody thought of is skipped in silence',
        '    instead: default: deny, or default: warn while the policy grows',
        '1 file with 1 rule: 1 warning',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('writes nothing that a terminal would obey', async () => {
    const cwd = directory({ 'a.yaml': POLICY_TEXT.replace('registry.example.com/**', String.raw`a\e[31m`) });
    const { stdout } = await run(['policy', 'check', 'a.yaml'], { cwd });
    expect(stdout).toContain('can never match an image');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('policy explain', () => {
  it('says which rules apply to an image, and why', async () => {
    const cwd = directory({ 'a.yaml': POLICY_TEXT });
    expect(await run(['policy', 'explain', 'nginx:1', '--policy', 'a.yaml'], { cwd })).toEqual({
      exitCode: 0,
      stdout: `nginx:1, held as docker.io/library/nginx
  rule registries applies (a.yaml:6), enforce: registry
    images: ** matches docker.io/library/nginx
  default: allow applies: no enforcing rule that applies asks for a signature, provenance or attestation
`,
      stderr: '',
    });
  });

  it('explains every container of manifests, for programs too', async () => {
    const args = ['policy', 'explain', '-f', MANIFESTS, '--policy', POLICY];
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('cart of shop/Deployment/cart (');
    const { images } = z
      .object({
        images: z.array(
          z.object({
            image: z.string(),
            rules: z.array(z.object({ name: z.string(), applies: z.boolean() })),
          }),
        ),
      })
      .parse(JSON.parse((await run([...args, '-o', 'json'])).stdout));
    const redis = images.find(({ image }) => image === 'redis:7.4');
    expect(redis?.rules).toEqual([
      { name: 'registries', applies: true },
      { name: 'tags', applies: true },
      { name: 'signed-by-us', applies: false },
    ]);
  });

  it.each<[string, string, number]>([
    ['a reference that is none', pod('"Not An Image"'), 2],
    ['no image', '', 2],
    ['a document that does not parse', `${pod('nginx')}---\n{`, 2],
  ])('exits for %s', async (_name, stdin, exitCode) => {
    expect(await run(['policy', 'explain', '-f', '-', '--policy', POLICY], { stdin })).toMatchObject({
      exitCode,
    });
  });
});

const reportSchema = z.object({
  verdict: z.object({ exitCode: z.number() }),
  workloads: z.array(
    z.object({
      containers: z.array(
        z.object({
          image: z.object({ reference: z.string() }),
          findings: z.array(z.object({ check: z.string(), status: z.string(), reason: z.string() })),
        }),
      ),
    }),
  ),
});

async function findings(policy: string, ...roots: readonly string[]) {
  const args = ['audit', '-f', MANIFESTS, '--evidence', LAYOUT, '--policy', policy, ...roots, '-o', 'json'];
  const { workloads } = reportSchema.parse(JSON.parse((await run(args)).stdout));
  return workloads.flatMap(({ containers }) =>
    containers.flatMap(({ image, findings }) => findings.map((one) => ({ image: image.reference, ...one }))),
  );
}

describe('policy init', () => {
  it('writes a policy by which exactly what was verified passes', async () => {
    const args = ['--evidence', LAYOUT, '--trusted-root', TRUSTED_ROOT];
    const drafted = await run(['policy', 'init', '-f', MANIFESTS, ...args]);
    expect(drafted.exitCode).toBe(3); // one image of the shop is not there, and one is damaged
    const policy = join(directory(), 'draft.yaml');
    writeFileSync(policy, drafted.stdout);

    const before = await findings('none', '--trusted-root', TRUSTED_ROOT);
    const verified = new Set(
      before.filter(({ reason }) => reason === 'SignerNotEvaluated').map(({ image }) => image),
    );
    const after = await findings(policy);
    const passed = after.filter(({ check, status }) => check === 'signature' && status === 'pass');
    expect(verified.size).toBeGreaterThan(8);
    expect(new Set(passed.map(({ image }) => image))).toEqual(verified);
    expect(after.filter(({ status }) => status === 'fail')).toEqual([]);

    const checked = await run(['policy', 'check', policy, '--fail-on', 'warn']);
    expect(checked).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('needs no trust root where the built-in one was used', async () => {
    const { exitCode, stdout } = await run(['policy', 'init', 'nginx', '--evidence', LAYOUT]);
    expect(exitCode).toBe(3);
    const policy = join(directory(), 'draft.yaml');
    writeFileSync(policy, stdout);
    expect(stdout).not.toContain('trustRoot');
    expect(await run(['policy', 'check', policy])).toMatchObject({ exitCode: 0 });
  });

  it.each<[string, string, string]>([
    ['a reference that is none', pod('"Not An Image"'), 'These are no image references'],
    ['no workload', 'kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\n', ''],
  ])('exits with 2 for %s', async (_name, stdin, said) => {
    const ran = await run(['policy', 'init', '-f', '-', '--evidence', LAYOUT], { stdin });
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toContain(said);
    expect(ran.stderr).not.toBe('');
  });
});
