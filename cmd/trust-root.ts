import { type Command, type Flag, UsageError } from './command.ts';
import { JUDGING_FLAGS } from './flags.ts';
import { ACTIONS, SHOW_FORMATS } from './trust-root-flags.ts';

const one = { type: 'string', nargs: 1, requiresArg: true } as const;

const FLAGS = {
  policy: {
    ...JUDGING_FLAGS.policy,
    describe: 'policy whose trust roots are meant as well (default: the built-in ones only)',
  },
  'trusted-root': JUDGING_FLAGS['trusted-root'],
  mirror: { ...one, describe: 'update: TUF repository to ask, in place of the built-in ones; needs --root' },
  root: { ...one, values: 'files', describe: 'update: root.json that the trust in --mirror begins with' },
  output: {
    ...one,
    alias: 'o',
    values: SHOW_FORMATS,
    describe: `show: ${SHOW_FORMATS.join(', ')} (default: table)`,
  },
} satisfies Record<string, Flag>;

export const trustRootCommand: Command = {
  usage: 'trust-root show | update [flags]',
  description:
    'Show whom Sigstore trust roots trust, and since when that is known; or ask their TUF repositories for newer ones, as an audit does once a day.',
  examples: [
    { what: 'See the trust roots and how old they are', command: 'kubectl supplychain trust-root show' },
    {
      what: 'See those of a policy',
      command: 'kubectl supplychain trust-root show --policy policy.yaml -o yaml',
    },
    {
      what: 'Fetch newer ones before a machine goes offline',
      command: 'kubectl supplychain trust-root update',
    },
    {
      what: 'Fetch the trust root of your own Sigstore',
      command: 'kubectl supplychain trust-root update --mirror https://tuf.example.com --root root.json',
    },
  ],
  flags: FLAGS,
  words: ACTIONS,
  async run([action, ...words], typed, io) {
    const wrong = words[0] ?? (ACTIONS.some((one) => one === action) ? undefined : (action ?? ''));
    if (wrong !== undefined)
      throw new UsageError(
        `trust-root ${wrong}`.trimEnd() + ': name what to do: trust-root show, or trust-root update',
      );
    if (action === 'show') return (await import('./trust-root-show.ts')).showTrustRoots(typed, io);
    return (await import('./trust-root-update.ts')).updateTrustRoots(typed, io);
  },
};
