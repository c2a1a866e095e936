import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import { EVIDENCE_FLAGS, saveEvidence, showEvidence } from './evidence-commands.ts';

export const evidenceCommand: Command = {
  usage: 'evidence save DIR (IMAGE... | -f FILE|DIR|- ... | -k DIR) | evidence show IMAGE... [flags]',
  description:
    'Save everything that registries hold about images, to audit them later without a network; or show what is known of one.',
  examples: [
    {
      what: 'Save the evidence of everything that is deployed',
      command: 'kubectl supplychain evidence save evidence/ -f manifests/',
    },
    {
      what: 'Audit it on the other side of the air gap',
      command: 'kubectl supplychain audit --evidence evidence/ --policy policy.yaml',
    },
    {
      what: 'See who signed an image, from what it was built and what it contains',
      command: 'kubectl supplychain evidence show ghcr.io/acme/cart:v1',
    },
  ],
  flags: EVIDENCE_FLAGS,
  words: true,
  async run([action, ...words], typed, io) {
    if (action === 'save') return saveEvidence(words, typed, io);
    if (action === 'show') return showEvidence(words, typed, io);
    throw new UsageError(
      `evidence ${action ?? ''}: name what to do: evidence save DIR, or evidence show IMAGE`,
    );
  },
};
