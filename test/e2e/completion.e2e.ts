import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../sigstore/run.ts';
import { temporaryDirectory } from './bench.ts';
import { buildProgram, DIST } from './program.ts';

/** Where files and directories are completed: `rules/` and `rules.yaml`. */
const { path: home, remove } = temporaryDirectory();
const env = { PATH: `${DIST}:${process.env['PATH'] ?? ''}`, HOME: home, KUBECONFIG: join(home, 'none') };

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

beforeAll(() => {
  buildProgram();
  mkdirSync(join(home, 'rules'));
  writeFileSync(join(home, 'rules.yaml'), '');
});
afterAll(remove);

describe.skipIf(!has('kubectl'))('kubectl', () => {
  it.each<[string, string[], string[]]>([
    ['commands', ['policy', 'ch'], ['check\tFind errors in a policy, and what looks unintended', ':4']],
    ['a closed list', ['audit', '--fail-on', ''], ['violation', 'unknown', 'warn', 'never', ':4']],
    ['flags', ['audit', '--context=x', '--trusted'], [expect.stringMatching(/^--trusted-root\t/), ':4']],
    ['files', ['audit', '-f', ''], [':0']],
    ['kinds', ['audit', 'dae'], ['daemonsets', ':4']],
    ['nothing where no cluster is', ['audit', 'deploy', ''], [':4']],
  ])('is given %s', async (_name, args, lines) => {
    const { code, stdout } = await run('kubectl', ['__complete', 'supplychain', ...args], { cwd: home, env });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual(lines);
  });
});

interface Shell {
  readonly shell: string;
  /** A script that loads the completion and prints what the shell would offer for this line. */
  readonly script: (line: string) => string;
}

const BASH: Shell = {
  shell: 'bash',
  // What readline hands over; it breaks words at `=` and `:`.
  script: (line) => `source <(kubectl-supplychain completion bash)
COMP_LINE='${line}' COMP_POINT=${line.length}
COMP_WORDS=(${line
    .split(/\s+|(?=[=:])|(?<=[=:])/)
    .map((word) => `'${word}'`)
    .join(' ')})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
__kubectl_supplychain
printf '%s\\n' "\${COMPREPLY[@]}"`,
};
const FISH: Shell = {
  shell: 'fish',
  script: (line) => `source (kubectl-supplychain completion fish | psub)
complete -C '${line}' | string replace -r '\\t.*' ''`,
};
const ZSH: Shell = {
  shell: 'zsh',
  // What the completion system would draw is printed instead.
  script: (line) => `compdef() { : }
compset() { : }
_describe() { print -rl -- \${\${(P)2}%%:*} }
_files() { [[ $1 == -/ ]] && print -l -- *(/) || print -l -- * }
source <(kubectl-supplychain completion zsh)
words=(${line
    .split(/\s+/)
    .map((word) => `'${word}'`)
    .join(' ')})
CURRENT=$#words
_kubectl-supplychain`,
};

describe.each([BASH, FISH, ZSH])('$shell', ({ shell, script }) => {
  it.skipIf(!has(shell)).each<[string, string, string[]]>([
    ['commands', 'kubectl-supplychain trust', ['trust-root']],
    ['a closed list', 'kubectl-supplychain audit --fail-on ', ['never', 'unknown', 'violation', 'warn']],
    ['behind a word with a colon', 'kubectl-supplychain verify a:b --fail-on ne', ['never']],
    ['directories', 'kubectl-supplychain audit -k ru', ['rules']],
  ])('offers %s', async (_name, line, offered) => {
    const { stdout } = await run(shell, ['-c', script(line)], { cwd: home, env });
    const lines = stdout.split('\n').flatMap((one) => (one === '' ? [] : [one.replace(/\/$/, '')]));
    expect(lines.toSorted()).toEqual(offered);
  });

  it.skipIf(!has(shell))('offers values behind =', async () => {
    const { stdout } = await run(shell, ['-c', script('kubectl-supplychain audit --fail-on=vi')], {
      cwd: home,
      env,
    });
    // Bash replaces what stands behind the sign alone.
    expect(stdout.trim()).toBe(shell === 'bash' ? 'violation' : '--fail-on=violation');
  });
});
