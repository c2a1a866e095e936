import type { Command, CommandGroup } from './command.ts';
import { EVIDENCE_FLAGS, saveEvidence, showEvidence } from './evidence-commands.ts';
import { MANY_CLUSTERS_FLAGS } from './cluster-flags.ts';
import { SOURCE_FLAGS } from './flags.ts';

const save: Command = {
  usage:
    'evidence save DIR|FILE.tar[.gz] (IMAGE... | -f FILE|DIR|URL|- ... [-R] | -k DIR | -A | -n NS | --context NAME ... | --all-contexts | --evidence OTHER) [flags]',
  description:
    'Save everything that registries hold about images, and the workloads that name them, to audit them later without a network.',
  examples: [
    {
      what: 'Save the evidence of everything that is deployed',
      command: 'kubectl supplychain evidence save evidence/ -f manifests/',
    },
    {
      what: 'Save the evidence of everything that runs in a cluster, and where it runs, to ask later',
      command: 'kubectl supplychain evidence save evidence/ -A',
    },
    {
      what: 'Audit it on the other side of the air gap',
      command: 'kubectl supplychain audit --evidence evidence/ --policy policy.yaml',
    },
    {
      what: 'Carry it as one file, and add what was saved elsewhere; of two answers the later one counts',
      command: 'kubectl supplychain evidence save all.tar.gz --evidence evidence/',
    },
  ],
  flags: EVIDENCE_FLAGS,
  words: 'files',
  run: saveEvidence,
};

/** What chooses and saves images, of which here each is named. */
const SOURCES = new Set([...Object.keys({ ...SOURCE_FLAGS, ...MANY_CLUSTERS_FLAGS }), 'base-images']);

const show: Command = {
  usage: 'evidence show IMAGE... [flags]',
  description: 'Draw what is known of images: who signed them, from what they were built, what they contain.',
  examples: [
    {
      what: 'See who signed an image, from what it was built and what it contains',
      command: 'kubectl supplychain evidence show ghcr.io/acme/cart:v1',
    },
    {
      what: 'See what was saved of it',
      command: 'kubectl supplychain evidence show ghcr.io/acme/cart:v1 --evidence evidence/',
    },
  ],
  flags: Object.fromEntries(Object.entries(EVIDENCE_FLAGS).filter(([flag]) => !SOURCES.has(flag))),
  words: true,
  run: showEvidence,
};

export const evidenceCommand: CommandGroup = {
  description:
    'Save everything that registries hold about images, to audit them later without a network; or show what is known of one.',
  examples: [...save.examples, ...show.examples.slice(0, 1)],
  commands: [
    {
      name: 'save',
      summary: 'Save everything that registries hold about images',
      load: () => Promise.resolve(save),
    },
    {
      name: 'show',
      summary: 'Draw who signed an image, from what it was built and what it contains',
      load: () => Promise.resolve(show),
    },
  ],
  notInThisVersion: [],
};
