import { wrapped } from '../src/report/terminal-text.ts';
import type { Command, CommandGroup, Io } from './command.ts';

export const NAME = 'kubectl supplychain';

/** As kubectl has it: what the command is for, then examples, then the rest. */
export async function commandHelp({ usage, description, examples, flags }: Command, io: Io): Promise<string> {
  // Only help is drawn with it: what runs a command does not wait for it.
  const { default: yargs } = await import('yargs');
  const options = await yargs([])
    .usage('')
    .options(flags)
    .version(false)
    .help(false)
    .wrap(io.columns === null ? 100 : Math.min(io.columns, 120))
    .getHelp();
  return page([
    wrapped(description, io.columns),
    '',
    ...shown(examples),
    'Usage:',
    `  ${NAME} ${usage}`,
    '',
    options.trim(),
  ]);
}

/** The commands of a group; `path` is how it is called, as `kubectl supplychain policy`. */
export function groupHelp(path: string, { description, examples, commands }: CommandGroup, io: Io): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return page([
    wrapped(description, io.columns),
    '',
    ...shown(examples),
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`),
    '',
    `Use "${path} COMMAND --help" for a command's flags and examples.`,
  ]);
}

function shown(examples: Command['examples']): string[] {
  return ['Examples:', ...examples.flatMap(({ what, command }) => [`  # ${what}`, `  ${command}`, ''])];
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`;
}
