import { createImageSource } from '../src/workloads/images.ts';
import { type Command, UsageError } from './command.ts';
import { judgingFlagsSchema, VERIFY_FLAGS } from './flags.ts';
import { judge } from './judge.ts';

export const verifyCommand: Command = {
  usage: 'verify IMAGE... [flags]',
  description: 'Say for bare image references whether they may run, why, and what to do next.',
  examples: [
    {
      what: 'Hold an image against a policy',
      command: 'kubectl supplychain verify ghcr.io/acme/cart:v1 --policy policy.yaml',
    },
    {
      what: "Hold an image against Notation's own configuration",
      command: 'kubectl supplychain verify ghcr.io/acme/cart:v1 --notation-config ~/.config/notation',
    },
    {
      what: 'Ask who has signed an image',
      command: 'kubectl supplychain verify ghcr.io/acme/cart:v1 --policy none',
    },
  ],
  flags: VERIFY_FLAGS,
  words: true,
  async run(words, typed, io) {
    if (words.length === 0) throw new UsageError('name an image: kubectl supplychain verify IMAGE...');
    return judge(createImageSource(words), judgingFlagsSchema.parse(typed), io);
  },
};
