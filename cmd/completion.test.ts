import { describe, expect, it } from 'vitest';
import { run } from './fake-io.fixture.ts';

describe('completion SHELL', () => {
  it.each(['bash', 'zsh', 'fish'])('prints what %s is to read', async (shell) => {
    const { exitCode, stdout } = await run(['completion', shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`# ${shell} completion for kubectl-supplychain\n`);
    expect(stdout).toContain(' __complete ');
  });

  it.each([
    [[], 'error: name one shell: completion bash | zsh | fish\n'],
    [['tcsh'], 'error: name one shell: completion bash | zsh | fish\n'],
    [['bash', 'zsh'], 'error: name one shell: completion bash | zsh | fish\n'],
    [['powershell'], 'error: completion powershell is not in this version\n'],
  ])('refuses %j', async (words, stderr) => {
    expect(await run(['completion', ...words])).toEqual({ exitCode: 2, stdout: '', stderr });
  });
});
