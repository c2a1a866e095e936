import { terminalText } from '../src/report/terminal-text.ts';
import { tokensOf } from './arguments.ts';
import type { Command, CommandGroup, Flag, Io, Values } from './command.ts';

/** cobra's ShellCompDirective, as kubectl and our own scripts obey it: what the shell does beside the choices. */
const FILES = 0;
const NO_SPACE = 2;
const NO_FILES = 4;
const DIRECTORIES = 16;

interface Choice {
  readonly text: string;
  readonly description?: string | undefined;
}

interface Choices {
  readonly choices: readonly Choice[];
  readonly directive: number;
}

const NOTHING: Choices = { choices: [], directive: NO_FILES };
const HELP: Choice = { text: '--help', description: 'what can be typed here' };

/**
 * Answers `__complete` of cobra's shell completion: what the last of `args` can become behind the others. Prints a line for each
 * choice, with a description behind a tab, and `:N` for the shell. What cannot be told is no choice, and nothing is said of it.
 */
export async function complete(program: CommandGroup, args: readonly string[], io: Io): Promise<number> {
  const current = args.at(-1) ?? '';
  const { choices, directive } = await inGroup(program, args.slice(0, -1), current, io);
  const fitting = choices.filter(({ text }) => text.startsWith(current));
  const lines = fitting.map(({ text, description }) =>
    description ? `${text}\t${terminalText(description)}` : text,
  );
  // What ends so goes on: a file behind `json=`, a name behind `deployments/`.
  const goesOn = fitting.length > 0 && fitting.every(({ text }) => /[=/]$/.test(text));
  io.stdout([...lines, `:${goesOn ? directive | NO_SPACE : directive}`, ''].join('\n'));
  return 0;
}

async function inGroup(
  { commands }: Pick<CommandGroup, 'commands'>,
  before: readonly string[],
  current: string,
  io: Io,
  isHelp = false,
): Promise<Choices> {
  const [name, ...rest] = before;
  if (name === undefined) {
    const named = commands.map(({ name, summary }) => ({ text: name, description: summary }));
    return { choices: isHelp ? named : [...named, { text: 'help' }, HELP], directive: NO_FILES };
  }
  // Behind `help` stands the way to a command, and nothing of its own.
  if (name === 'help' && !isHelp) return inGroup({ commands }, rest, current, io, true);
  const command = await commands.find((one) => one.name === name)?.load();
  if (!command) return NOTHING;
  if ('commands' in command) return inGroup(command, rest, current, io, isHelp);
  return isHelp ? NOTHING : inCommand(command, rest, current, io);
}

async function inCommand(
  command: Command,
  before: readonly string[],
  current: string,
  io: Io,
): Promise<Choices> {
  const { flags } = command;
  const tokens = tokensOf(before, flags);
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const typed: Record<string, string[]> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const value = token.value ?? (flags[token.name]?.type === 'boolean' ? 'true' : null);
    if (value !== null) (typed[token.name] ??= []).push(value);
  }
  const context = { words, typed, io };
  const last = tokens.at(-1);
  if (last?.kind === 'option' && last.value === undefined && Object.hasOwn(flags, last.name)) {
    const flag = flags[last.name];
    if (flag && flag.type !== 'boolean') return valuesOf(flag.values, current, context);
  }
  const onlyWords = tokens.some(({ kind }) => kind === 'option-terminator');
  if (!current.startsWith('-') || onlyWords) return wordsOf(command, current, context);
  const inline = /^--([^=]+)=(.*)$/s.exec(current);
  if (inline === null) return { choices: flagChoices(flags, typed, current), directive: NO_FILES };
  const [, name = '', value = ''] = inline;
  const named = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (!named) return NOTHING;
  const { choices, directive } = await valuesOf(
    named.type === 'boolean' ? ['true', 'false'] : named.values,
    value,
    context,
  );
  return {
    choices: choices.map((one) => ({ ...one, text: `--${name}=${one.text}` })),
    directive,
  };
}

/** Flags that may still be typed: one that is not repeatable counts once, one that is only refused by name never. The short form is told where one dash is all there is. */
function flagChoices(
  flags: Readonly<Record<string, Flag>>,
  typed: Readonly<Record<string, unknown>>,
  current: string,
): Choice[] {
  const open = Object.entries(flags).filter(
    ([name, { array, hidden }]) => hidden !== true && (array === true || !(name in typed)),
  );
  const choices = open.flatMap(([name, { alias, describe }]): Choice[] => {
    const long = name.length === 1 ? `-${name}` : `--${name}`;
    const short = typeof alias === 'string' && current === '-' ? [`-${alias}`] : [];
    return [long, ...short].map((text) => ({ text, description: describe }));
  });
  return [...choices, HELP];
}

/** What was typed before the current word. */
export interface Typed {
  readonly words: readonly string[];
  readonly typed: Readonly<Record<string, readonly string[]>>;
  readonly io: Io;
}

function wordsOf({ words }: Command, current: string, context: Typed): Promise<Choices> {
  // A list of words is one of things to do, and only one of them is done.
  const isDone = Array.isArray(words) && context.words.length > 0;
  return valuesOf(typeof words === 'boolean' || isDone ? undefined : words, current, context);
}

async function valuesOf(values: Values | undefined, current: string, context: Typed): Promise<Choices> {
  switch (values) {
    case undefined:
      return NOTHING;
    case 'files':
      return { choices: [], directive: FILES };
    case 'directories':
      return { choices: [], directive: DIRECTORIES };
    case 'contexts':
    case 'clusters':
    case 'users':
    case 'namespaces':
    case 'resources': {
      const { namesIn } = await import('./complete-cluster.ts');
      const names = await namesIn(values, current, context);
      return { choices: names.map((text) => ({ text })), directive: NO_FILES };
    }
    default: {
      // As in `-o json=report.json`; what stands behind `jsonpath=` is no file.
      const [, format] = /^([^=]+)=/.exec(current) ?? [];
      const isFile = format !== undefined && values.includes(format);
      return { choices: values.map((text) => ({ text })), directive: isFile ? FILES : NO_FILES };
    }
  }
}
