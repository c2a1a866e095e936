import { describe, expect, it } from 'vitest';
import { COMMANDS, NOT_IN_THIS_VERSION } from './commands.ts';
import { run } from './fake-io.fixture.ts';

describe('command line', () => {
  it.each([
    [['--help'], 0],
    [['-h'], 0],
    [['help'], 0],
    [[], 2],
  ])('shows with %j what there is, examples first', async (args, exitCode) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ exitCode, stderr: '' });
    const at = (text: string) => ran.stdout.indexOf(text);
    expect(at('Examples:')).toBeGreaterThan(0);
    expect(at('Commands:')).toBeGreaterThan(at('Examples:'));
    expect(COMMANDS.every(({ name }) => at(`  ${name} `) > 0)).toBe(true);
    expect(NOT_IN_THIS_VERSION.some((name) => at(`  ${name} `) > 0)).toBe(false);
  });

  it.each([
    [['audit', '--help']],
    [['audit', '-h']],
    [['help', 'audit']],
    [['audit', '-R', '--nonsense', '--help']],
  ])('shows with %j a command, examples first', async (args) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const order = ['Examples:', '  # Audit a directory', 'Usage:', 'Options:', '--fail-on'];
    const places = order.map((text) => stdout.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(stdout).not.toMatch(/\n\n\n/);
  });

  it('shows in its help no flag of a later version', async () => {
    const { stdout } = await run(['audit', '--help']);
    expect(stdout).not.toMatch(/--(mirror|cel|all-contexts)/);
  });

  it('prints its version', async () => {
    expect(await run(['version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^kubectl-supplychain v\d/) as unknown,
    });
    expect(await run(['--version'])).toEqual(await run(['version']));
  });

  it.each<[string, string[], string]>([
    [
      'an unknown command',
      ['frobnicate'],
      'error: unknown command "frobnicate"; see "kubectl supplychain --help"\n',
    ],
    [
      'a command that is nearly there',
      ['audti'],
      'error: unknown command "audti"; did you mean "kubectl supplychain audit"?\n',
    ],
    [
      'help for an unknown command',
      ['help', 'verfy'],
      'error: unknown command "verfy"; did you mean "kubectl supplychain verify"?\n',
    ],
    [
      'a flag before the command',
      ['-f', 'x', 'audit'],
      'error: flags stand behind the command, as in "kubectl supplychain audit -f"\n',
    ],
    [
      'words where none belong',
      ['version', 'x'],
      'error: version takes no words beside its flags; see "kubectl supplychain version --help"\n',
    ],
    ['no image', ['verify'], 'error: name an image: kubectl supplychain verify IMAGE...\n'],
    [
      'a cluster where none is named',
      ['audit'],
      'error: the cluster: no cluster is named: there is no kubeconfig, and this is no pod of one\n       next: name a kubeconfig with --kubeconfig or a context with --context, or audit manifests with -f\n',
    ],
    [
      'a workload of a cluster beside manifests',
      ['audit', 'deploy/app', '-f', 'a.yaml'],
      'error: deploy/app is of a cluster, and manifests are read with -f and -k\n',
    ],
    [
      'a cluster beside saved evidence',
      ['audit', '-A', '--evidence', 'evidence'],
      'error: --all-namespaces is of a cluster, and --evidence touches no network: it audits the workloads that were saved\n',
    ],
    [
      'a name in all namespaces',
      ['audit', 'deploy', 'app', '-A'],
      'error: -A reads kinds, not names; name the namespace with -n\n',
    ],
    [
      'a name beside a selector',
      ['audit', 'deploy/app', '-l', 'a=b'],
      'error: a name goes with no selector; name one of them\n',
    ],
    [
      'a group to impersonate without a user',
      ['audit', '--as-group', 'admins'],
      'error: --as-group and --as-uid go with --as\n',
    ],
    [
      'a kustomization beside manifests',
      ['audit', '-f', 'a.yaml', '-k', '.'],
      'error: -k excludes -f; name one of them\n',
    ],
    [
      'an unknown flag',
      ['audit', '--polcy', 'x'],
      'error: unknown flag --polcy; did you mean --policy?\n       see "kubectl supplychain audit --help"\n',
    ],
    [
      'a flag without its value',
      ['audit', '-f'],
      'error: the flag -f needs a value\n       see "kubectl supplychain audit --help"\n',
    ],
    ...NOT_IN_THIS_VERSION.map((name): [string, string[], string] => [
      `the command ${name}`,
      [name, '-x'],
      `error: ${name} is not in this version\n`,
    ]),
  ])('refuses %s', async (_name, args, stderr) => {
    expect(await run(args)).toEqual({ exitCode: 2, stdout: '', stderr });
  });

  it('never writes what a terminal would obey into an error', async () => {
    const hostile = 'x\u001B[2J\u009B31m\u202E';
    for (const args of [
      [hostile],
      ['audit', hostile],
      ['audit', `--${hostile}`],
      ['verify', 'a', '--policy', hostile],
    ]) {
      const { exitCode, stderr } = await run(args);
      expect(exitCode).toBe(2);
      expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});
