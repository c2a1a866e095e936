import { distance } from 'fastest-levenshtein';
import yargs, { type Argv } from 'yargs';
import { type Command, type Io, UsageError } from './command.ts';
import { COMMANDS, NOT_IN_THIS_VERSION } from './commands.ts';

const NAME = 'kubectl supplychain';

/** Runs the command that `args` name and returns its exit code. Wrong usage goes to stderr with what to do, and is 2. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.stdout(overview());
    return name === undefined ? 2 : 0;
  }
  const listed = COMMANDS.find((command) => command.name === (name === '--version' ? 'version' : name));
  try {
    if (!listed) throw new UsageError(unknownCommand(name));
    return await runCommand(listed.name, await listed.load(), rest, io);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    io.stderr(`error: ${cause.message}\n`);
    return 2;
  }
}

async function runCommand(name: string, command: Command, args: readonly string[], io: Io): Promise<number> {
  const parser = commandParser(name, command, io);
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout(`${introduction(command)}\n${await parser.getHelp()}\n`);
    return 0;
  }
  let failure: string | null = null;
  const parsed: unknown = await parser
    .fail((message, error) => {
      failure = message ?? error.message;
    })
    .parseAsync([...args]);
  if (failure !== null) throw new UsageError(withSuggestion(failure, name, command));
  return command.run(wordsOf(parsed), parsed, io);
}

/** As kubectl has it: what the command is for, then examples, then the rest. */
function introduction({ usage, description, examples }: Command): string {
  const shown = examples.map(({ what, command }) => `  # ${what}\n  ${command}\n`);
  return [description, '', 'Examples:', ...shown, 'Usage:', `  ${NAME} ${usage}`, ''].join('\n');
}

function commandParser(name: string, command: Command, io: Io): Argv {
  return yargs([])
    .scriptName(NAME)
    .usage('')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'strip-aliased': true,
    })
    .options(command.flags)
    .strictOptions()
    .demandCommand(
      0,
      command.words ? Number.MAX_SAFE_INTEGER : 0,
      '',
      `${name} takes no words beside its flags`,
    )
    .version(false)
    .help(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(io.columns === null ? 100 : Math.min(io.columns, 120));
}

function wordsOf(parsed: unknown): string[] {
  const words: unknown = typeof parsed === 'object' && parsed !== null && '_' in parsed ? parsed._ : [];
  return Array.isArray(words) ? words.map(String) : [];
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const commands = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`);
  return [
    'May this image run? Who vouches for every container image of your manifests, and what to do next.',
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

/** yargs' own words, with the flag that was probably meant. */
function withSuggestion(message: string, name: string, command: Command): string {
  const bare = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (bare !== undefined) return `the flag ${dashed(bare)} needs a value; see "${NAME} ${name} --help"`;
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(', ');
  if (!unknown) return `${message}; see "${NAME} ${name} --help"`;
  const known = Object.keys(command.flags);
  const lines = unknown.map((flag) => {
    const near = nearest(flag, known);
    return `unknown flag ${dashed(flag)}${near === null ? '' : `; did you mean --${near}?`}`;
  });
  return `${lines.join('\n       ')}\n       see "${NAME} ${name} --help"`;
}

function dashed(flag: string): string {
  return `${flag.length === 1 ? '-' : '--'}${flag}`;
}

/** The known word that is at most a third of its letters away. */
function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((one) => ({ one, away: distance(word, one) })).toSorted((a, b) => a.away - b.away);
  const [best] = ranked;
  return best && best.away <= Math.max(1, Math.floor(best.one.length / 3)) ? best.one : null;
}
