import type { Options } from 'yargs';
import { z } from 'zod';
import { nearest } from './arguments.ts';
import { type Command, type Io, UsageError } from './command.ts';
import { CHECK_FLAGS, EXPLAIN_FLAGS, INIT_FLAGS, SCHEMA_FLAGS } from './policy-flags.ts';

type Run = (words: readonly string[], flags: unknown, io: Io) => Promise<number>;

interface Subcommand {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly flags: Readonly<Record<string, Options>>;
  readonly load: () => Promise<Run>;
}

/** Every subcommand of this version. A new one is one file and one entry here. */
const SUBCOMMANDS: readonly Subcommand[] = [
  {
    name: 'init',
    usage: 'init IMAGE... | -f FILE|DIR|-',
    summary: 'write a first policy from what signs these images today',
    flags: INIT_FLAGS,
    load: async () => (await import('./policy-init.ts')).runPolicyInit,
  },
  {
    name: 'check',
    usage: 'check FILE|DIR...',
    summary: 'find errors in a policy, and what looks unintended',
    flags: CHECK_FLAGS,
    load: async () => (await import('./policy-check.ts')).runPolicyCheck,
  },
  {
    name: 'explain',
    usage: 'explain IMAGE... | -f FILE|DIR|-',
    summary: 'say which rules apply to an image, and why; no registry is asked',
    flags: EXPLAIN_FLAGS,
    load: async () => (await import('./policy-explain.ts')).runPolicyExplain,
  },
  {
    name: 'schema',
    usage: 'schema [--reasons]',
    summary: 'print the JSON Schema of the policy file, or the reason codes',
    flags: SCHEMA_FLAGS,
    load: async () => (await import('./policy-schema.ts')).runPolicySchema,
  },
];

/** Subcommands that are agreed upon and not built yet. */
const NOT_IN_THIS_VERSION: ReadonlySet<string> = new Set(['import', 'export']);

const NAMES = SUBCOMMANDS.map(({ name }) => name);
const SEE_HELP = 'see "kubectl supplychain policy --help"';

const typedSchema = z.record(z.string(), z.unknown());

export const policyCommand: Command = {
  usage: `policy ${NAMES.join(' | ')} [flags]`,
  description: [
    'Write a policy, check it, and see what it says of which image.',
    '',
    ...SUBCOMMANDS.map(({ usage, summary }) => `  ${usage.padEnd(34)} ${summary}`),
  ].join('\n'),
  examples: [
    {
      what: 'Write a first policy from what signs the images of manifests today',
      command: 'kubectl supplychain policy init -f manifests/ > policy.yaml',
    },
    {
      what: 'Find errors in a policy, and fail in CI for what looks unintended',
      command: 'kubectl supplychain policy check policy.yaml --fail-on warn',
    },
    {
      what: 'See which rules apply to an image, and why',
      command: 'kubectl supplychain policy explain ghcr.io/acme/cart:v1 --policy policy.yaml',
    },
    {
      what: 'Let an editor know the format',
      command: 'kubectl supplychain policy schema > policy.schema.json',
    },
    { what: 'List the reason codes', command: 'kubectl supplychain policy schema --reasons' },
  ],
  flags: flagsOfAll(),
  words: true,
  async run([name, ...words], typed, io) {
    if (name === undefined) throw new UsageError(`name one of policy ${NAMES.join(', ')}; ${SEE_HELP}`);
    const chosen = SUBCOMMANDS.find((one) => one.name === name);
    if (!chosen) throw new UsageError(unknown(name));
    const foreign = Object.keys(typedSchema.parse(typed)).filter(
      (flag) => !Object.hasOwn(chosen.flags, flag),
    );
    if (foreign.length > 0) {
      const shown = foreign.map((flag) => (flag.length === 1 ? `-${flag}` : `--${flag}`)).join(', ');
      throw new UsageError(`policy ${name} has no flag ${shown}; ${SEE_HELP}`);
    }
    const run = await chosen.load();
    return run(words, typed, io);
  },
};

/** The flags of all subcommands, in help under the names of those that have them. */
function flagsOfAll(): Record<string, Options> {
  const flags = SUBCOMMANDS.flatMap((one) => Object.entries(one.flags));
  return Object.fromEntries(
    flags.map(([flag, options]) => {
      const names = SUBCOMMANDS.filter((one) => Object.hasOwn(one.flags, flag)).map(({ name }) => name);
      return [flag, { ...options, group: `Flags of ${names.join(' and ')}:` }];
    }),
  );
}

function unknown(name: string): string {
  if (NOT_IN_THIS_VERSION.has(name)) return `policy ${name} is not in this version`;
  const near = nearest(name, NAMES);
  const hint = near === null ? SEE_HELP : `did you mean "kubectl supplychain policy ${near}"?`;
  return `unknown command ${JSON.stringify(`policy ${name}`)}; ${hint}`;
}
