import type { Command, CommandGroup } from './command.ts';
import { CHECK_FLAGS, EXPLAIN_FLAGS, INIT_FLAGS, SCHEMA_FLAGS } from './policy-flags.ts';

const init: Command = {
  usage: 'policy init (IMAGE... | -f FILE|DIR|URL|- ... [-R] | -k DIR) [flags]',
  description:
    'Write a first policy from what signs these images today. It goes to standard output, with a note wherever you have to decide.',
  examples: [
    {
      what: 'Write a first policy from what signs the images of manifests today',
      command: 'kubectl supplychain policy init -f manifests/ > policy.yaml',
    },
    {
      what: 'Write one for a single image',
      command: 'kubectl supplychain policy init ghcr.io/acme/cart:v1 > policy.yaml',
    },
  ],
  flags: INIT_FLAGS,
  words: true,
  run: async (...given) => (await import('./policy-init.ts')).runPolicyInit(...given),
};

const check: Command = {
  usage: 'policy check FILE|DIR... [flags]',
  description:
    'Find every error of a policy in one run, and what looks unintended in it. Exits with 2 for errors.',
  examples: [
    { what: 'Check a policy before you commit it', command: 'kubectl supplychain policy check policy.yaml' },
    {
      what: 'Fail in CI for what looks unintended as well',
      command: 'kubectl supplychain policy check policies/ --fail-on warn',
    },
  ],
  flags: CHECK_FLAGS,
  words: 'files',
  run: async (...given) => (await import('./policy-check.ts')).runPolicyCheck(...given),
};

const explain: Command = {
  usage: 'policy explain (IMAGE... | -f FILE|DIR|URL|- ... [-R] | -k DIR) [flags]',
  description: 'Say which rules and exceptions of a policy apply to an image, and why. No registry is asked.',
  examples: [
    {
      what: 'See which rules apply to an image, and why',
      command: 'kubectl supplychain policy explain ghcr.io/acme/cart:v1 --policy policy.yaml',
    },
    {
      what: 'See it for every container of manifests, where namespaces and labels count too',
      command: 'kubectl supplychain policy explain -f manifests/ --policy policy.yaml',
    },
  ],
  flags: EXPLAIN_FLAGS,
  words: true,
  run: async (...given) => (await import('./policy-explain.ts')).runPolicyExplain(...given),
};

const schema: Command = {
  usage: 'policy schema [flags]',
  description: 'Print the JSON Schema of the policy file, or the reason codes of findings.',
  examples: [
    {
      what: 'Let an editor know the format',
      command: 'kubectl supplychain policy schema > policy.schema.json',
    },
    { what: 'List the reason codes', command: 'kubectl supplychain policy schema --reasons' },
  ],
  flags: SCHEMA_FLAGS,
  words: true,
  run: async (...given) => (await import('./policy-schema.ts')).runPolicySchema(...given),
};

export const policyCommand: CommandGroup = {
  description: 'Write a policy, check it, and see what it says of which image.',
  examples: [init, check, explain, schema].flatMap(({ examples }) => examples.slice(0, 1)),
  /** Every command of this version. A new one is one file and one line here. */
  commands: [
    {
      name: 'init',
      summary: 'Write a first policy from what signs these images today',
      load: () => Promise.resolve(init),
    },
    {
      name: 'check',
      summary: 'Find errors in a policy, and what looks unintended',
      load: () => Promise.resolve(check),
    },
    {
      name: 'explain',
      summary: 'Say which rules apply to an image, and why; no registry is asked',
      load: () => Promise.resolve(explain),
    },
    {
      name: 'schema',
      summary: 'Print the JSON Schema of the policy file, or the reason codes',
      load: () => Promise.resolve(schema),
    },
  ],
  notInThisVersion: ['import', 'export'],
};
