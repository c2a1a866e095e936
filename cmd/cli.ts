import { terminalLines, wrapped } from '../src/report/terminal-text.ts';
import { nearest, readArguments } from './arguments.ts';
import { type Command, type Io, UsageError } from './command.ts';
import { COMMANDS, NOT_IN_THIS_VERSION } from './commands.ts';

const NAME = 'kubectl supplychain';

/** Runs the command that `args` name and returns its exit code. Wrong usage goes to stderr with what to do, and is 2. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args[0] === 'help' && args[1] !== undefined ? [args[1], '--help'] : args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.stdout(overview(io));
    return name === undefined ? 2 : 0;
  }
  const listed = COMMANDS.find((command) => command.name === (name === '--version' ? 'version' : name));
  try {
    if (!listed) throw new UsageError(unknownCommand(name));
    return await runCommand(listed.name, await listed.load(), rest, io);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    io.stderr(`error: ${terminalLines(cause.message)}\n`);
    return 2;
  }
}

async function runCommand(name: string, command: Command, args: readonly string[], io: Io): Promise<number> {
  const { flags, words, help } = argumentsOf(name, command, args);
  if (help) {
    io.stdout(await helpOf(command, io));
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

function seeHelp(name: string): string {
  return `see "${NAME} ${name} --help"`;
}

/** As kubectl has it: what the command is for, then examples, then the rest. */
async function helpOf({ usage, description, examples, flags }: Command, io: Io): Promise<string> {
  const shown = examples.flatMap(({ what, command }) => [`  # ${what}`, `  ${command}`, '']);
  // Only help is drawn with it: what runs a command does not wait for it.
  const { default: yargs } = await import('yargs');
  const options = await yargs([])
    .usage('')
    .options(flags)
    .version(false)
    .help(false)
    .wrap(io.columns === null ? 100 : Math.min(io.columns, 120))
    .getHelp();
  return [
    wrapped(description, io.columns),
    '',
    'Examples:',
    ...shown,
    'Usage:',
    `  ${NAME} ${usage}`,
    '',
    options.trim(),
    '',
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function overview({ columns }: Io): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const commands = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`);
  return [
    wrapped(
      'May this image run? Who vouches for every container image of your manifests, and what to do next.',
      columns,
    ),
    '',
    'Examples:',
    '  # Audit rendered manifests by a policy',
    `  ${NAME} audit -f manifests/ --policy policy.yaml`,
    '',
    '  # Ask who signed an image',
    `  ${NAME} verify ghcr.io/acme/cart:v1`,
    '',
    'Commands:',
    ...commands,
    '',
    `Use "${NAME} COMMAND --help" for a command's flags and examples.`,
    '',
  ].join('\n');
}

function unknownCommand(name: string): string {
  if (NOT_IN_THIS_VERSION.includes(name)) return `${name} is not in this version`;
  const near = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  const hint = near === null ? `see "${NAME} --help"` : `did you mean "${NAME} ${near}"?`;
  return name.startsWith('-')
    ? `flags stand behind the command, as in "${NAME} audit ${name}"`
    : `unknown command ${JSON.stringify(name)}; ${hint}`;
}
