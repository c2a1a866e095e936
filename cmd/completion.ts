import { readFileSync } from 'node:fs';
import { type Command, UsageError } from './command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** As kubectl has it, and it is not built here. */
const NOT_IN_THIS_VERSION = 'powershell';

export const completionCommand: Command = {
  usage: 'completion SHELL',
  description: `Print what makes a shell complete kubectl-supplychain: ${SHELLS.join(', ')}. kubectl itself completes "kubectl supplychain" once kubectl_complete-supplychain is on PATH, which stands beside the program.`,
  examples: [
    {
      what: 'Complete kubectl-supplychain in bash',
      command: 'source <(kubectl-supplychain completion bash)',
    },
    {
      what: 'Complete it in zsh, from the next session on',
      command: 'kubectl-supplychain completion zsh > "${fpath[1]}/_kubectl-supplychain"',
    },
    {
      what: 'Complete it in fish, from the next session on',
      command: 'kubectl-supplychain completion fish > ~/.config/fish/completions/kubectl-supplychain.fish',
    },
  ],
  flags: {},
  words: SHELLS,
  run([named, ...more], _flags, io) {
    const shell = SHELLS.find((one) => one === named);
    if (named === NOT_IN_THIS_VERSION) throw new UsageError(`completion ${named} is not in this version`);
    if (shell === undefined || more.length > 0)
      throw new UsageError(`name one shell: completion ${SHELLS.join(' | ')}`);
    // Beside the sources, and beside the built program.
    io.stdout(
      readFileSync(new URL(`../plugin-manifest/completion/completion.${shell}`, import.meta.url), 'utf8'),
    );
    return Promise.resolve(0);
  },
};
