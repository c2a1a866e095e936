import { terminalLines } from '../src/report/terminal-text.ts';
import { nearest, readArguments } from './arguments.ts';
import { type Command, type CommandGroup, type Io, UndeterminedError, UsageError } from './command.ts';
import { COMMANDS, NOT_IN_THIS_VERSION } from './commands.ts';
import { commandHelp, groupHelp, NAME } from './help.ts';

const PROGRAM: CommandGroup = {
  description:
    'May this image run? Who vouches for every container image of a cluster or of manifests, and what to do next.',
  examples: [
    {
      what: 'Audit what runs in a namespace',
      command: `${NAME} audit -n shop`,
    },
    {
      what: 'Audit rendered manifests by a policy',
      command: `${NAME} audit -f manifests/ --policy policy.yaml`,
    },
    { what: 'Ask who signed an image', command: `${NAME} verify ghcr.io/acme/cart:v1` },
    { what: 'Ask who runs an image that turned out to be bad', command: `${NAME} sweep --digest sha256:…` },
  ],
  commands: COMMANDS,
  notInThisVersion: NOT_IN_THIS_VERSION,
};

/** What a shell calls, by way of kubectl or of the scripts of `completion`; cobra's name for it, and none that people type. */
const COMPLETE = '__complete';

/** Runs the command that `args` name and returns its exit code. Wrong usage goes to stderr with what to do, and is 2. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  if (args.length === 0) {
    io.stdout(groupHelp(NAME, PROGRAM, io));
    return 2;
  }
  try {
    if (args[0] === COMPLETE)
      return await (await import('./complete.ts')).complete(PROGRAM, args.slice(1), io);
    return await runGroup([], PROGRAM, args[0] === '--version' ? ['version'] : args, io);
  } catch (cause) {
    if (!(cause instanceof UsageError) && !(cause instanceof UndeterminedError)) throw cause;
    io.stderr(`error: ${terminalLines(cause.message)}\n`);
    return cause instanceof UsageError ? 2 : 3;
  }
}

/** Runs the command of a group that the first of `args` names; `path` leads to the group. */
async function runGroup(
  path: readonly string[],
  group: CommandGroup,
  args: readonly string[],
  io: Io,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === 'help') return runGroup(path, group, [...rest, '--help'], io);
  if (name === '--help' || name === '-h') {
    io.stdout(groupHelp([NAME, ...path].join(' '), group, io));
    return 0;
  }
  const listed = group.commands.find((command) => command.name === name);
  if (!listed) throw new UsageError(unknownCommand(path, group, name));
  const command = await listed.load();
  const full = [...path, listed.name];
  return 'commands' in command
    ? runGroup(full, command, rest, io)
    : runCommand(full.join(' '), command, rest, io);
}

async function runCommand(name: string, command: Command, args: readonly string[], io: Io): Promise<number> {
  const { flags, words, help } = argumentsOf(name, command, args);
  if (help) {
    io.stdout(await commandHelp(command, io));
    return 0;
  }
  if (words.length > 0 && !command.words)
    throw new UsageError(`${name} takes no words beside its flags; ${seeHelp(name)}`);
  return command.run(words, flags, io);
}

function argumentsOf(name: string, command: Command, args: readonly string[]) {
  try {
    return readArguments(args, command.flags);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`${cause.message}\n       ${seeHelp(name)}`);
  }
}

function seeHelp(...path: readonly string[]): string {
  return `see "${[NAME, ...path].join(' ')} --help"`;
}

function unknownCommand(
  path: readonly string[],
  { commands, notInThisVersion }: CommandGroup,
  name: string | undefined,
): string {
  const names = commands.map((command) => command.name);
  if (name === undefined) return `name one of ${path.join(' ')} ${names.join(', ')}; ${seeHelp(...path)}`;
  const full = [...path, name].join(' ');
  if (notInThisVersion.includes(name)) return `${full} is not in this version`;
  if (name.startsWith('-'))
    return `flags stand behind the command, as in "${[NAME, ...path, names[0], name].join(' ')}"`;
  const near = nearest(name, names);
  const hint = near === null ? seeHelp(...path) : `did you mean "${[NAME, ...path, near].join(' ')}"?`;
  return `unknown command ${JSON.stringify(full)}; ${hint}`;
}
