import manifest from '../package.json' with { type: 'json' };
import type { Command } from './command.ts';

export const VERSION = `v${manifest.version}`;

export const versionCommand: Command = {
  usage: 'version',
  description: 'Print the version of kubectl-supplychain.',
  examples: [{ what: 'Print the version', command: 'kubectl supplychain version' }],
  flags: {},
  words: false,
  run(_words, _flags, io) {
    io.stdout(`kubectl-supplychain ${VERSION}\n`);
    return Promise.resolve(0);
  },
};
