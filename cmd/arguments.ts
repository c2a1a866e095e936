import { parseArgs } from 'node:util';
import { distance } from 'fastest-levenshtein';
import { type Flag, UsageError } from './command.ts';
import { FLAGS_NOT_IN_THIS_VERSION } from './commands.ts';

/** What stands behind a command. Outside data: commands read `flags` through a schema. */
export interface Arguments {
  /** The values of each flag that was typed, in order; a flag that takes none has `true` or `false`. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  readonly words: readonly string[];
  readonly help: boolean;
}

/**
 * Reads arguments as kubectl's flag parser does: `--flag value`, `--flag=value`, `-f value`, `-fvalue`, `-qRf value`. A flag that
 * takes a value takes what comes next, whatever it begins with. Throws `UsageError` with every flag that is wrong.
 */
export function readArguments(args: readonly string[], known: Readonly<Record<string, Flag>>): Arguments {
  const flags: Record<string, string[]> = {};
  const words: string[] = [];
  const faults: string[] = [];
  let help = false;
  for (const token of tokensOf(args, known)) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName } = token;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    const given = token.value ?? (option?.type === 'boolean' ? 'true' : '');
    // `-o=json`, as kubectl takes it: behind a short flag Node's parser leaves the sign in the value.
    const value = token.inlineValue && !rawName.startsWith('--') ? given.replace(/^=/, '') : given;
    if (name === 'help') help = true;
    else if (!option) faults.push(unknownFlag(rawName, Object.keys(known)));
    else if (value === '') faults.push(`the flag ${rawName} needs a value`);
    else if (option.type === 'boolean' && value !== 'true' && value !== 'false')
      faults.push(`the flag ${rawName} is true or false, not ${JSON.stringify(value)}`);
    else (flags[name] ??= []).push(value);
  }
  if (faults.length > 0 && !help) throw new UsageError([...new Set(faults)].join('\n       '));
  return { flags, words, help };
}

/** What each argument is: a flag with its value, which is missing where nothing stands behind it, a word, or the end of flags. */
export function tokensOf(args: readonly string[], known: Readonly<Record<string, Flag>>) {
  const options = parserOptions(known);
  const parsed = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  return parsed.tokens;
}

function parserOptions(known: Readonly<Record<string, Flag>>) {
  const options = Object.entries(known).map(([name, { type, alias }]) => {
    const short = name.length === 1 ? name : alias;
    const kind = type === 'boolean' ? ('boolean' as const) : ('string' as const);
    return [name, typeof short === 'string' ? { type: kind, short } : { type: kind }] as const;
  });
  return { ...Object.fromEntries(options), help: { type: 'boolean' as const, short: 'h' } };
}

function unknownFlag(rawName: string, known: readonly string[]): string {
  const name = rawName.replace(/^-+/, '');
  if (FLAGS_NOT_IN_THIS_VERSION.has(name)) return `the flag ${rawName} is not in this version`;
  const near = name.length === 1 ? null : nearest(name, known);
  return `unknown flag ${rawName}${near === null ? '' : `; did you mean --${near}?`}`;
}

/** The known word that is at most a third of its letters away, rounded up. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((one) => ({ one, away: distance(word, one) })).toSorted((a, b) => a.away - b.away);
  const [best] = ranked;
  return best && best.away <= Math.ceil(best.one.length / 3) ? best.one : null;
}
