import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';
import { JUDGING_FLAGS, SOURCE_FLAGS } from './flags.ts';

const read = (...args: readonly string[]) => readArguments(args, { ...SOURCE_FLAGS, ...JUDGING_FLAGS });

describe('arguments', () => {
  it.each<[string, string[], Record<string, string[]>]>([
    ['a value behind its flag', ['--namespace', 'shop'], { namespace: ['shop'] }],
    ['a value behind =', ['--namespace=shop'], { namespace: ['shop'] }],
    ['a value with = in it', ['--output=json=report.json'], { output: ['json=report.json'] }],
    ['a short flag', ['-n', 'shop'], { namespace: ['shop'] }],
    ['a short flag and a value behind =', ['-o=json', '-n=shop'], { output: ['json'], namespace: ['shop'] }],
    ['a short flag and its value in one', ['-nshop', '-ojson'], { namespace: ['shop'], output: ['json'] }],
    [
      'short flags in one',
      ['-qRf', 'a.yaml'],
      { quiet: ['true'], recursive: ['true'], filename: ['a.yaml'] },
    ],
    ['- as a value', ['-f', '-'], { filename: ['-'] }],
    ['- as a value at the end', ['-R', '-f', '-'], { recursive: ['true'], filename: ['-'] }],
    ['a value that begins with a dash', ['-n', '-x'], { namespace: ['-x'] }],
    ['a value that looks like a flag', ['--namespace', '--policy'], { namespace: ['--policy'] }],
    ['a number as text', ['-n', '007'], { namespace: ['007'] }],
    ['a number with an exponent as text', ['--namespace=1e3'], { namespace: ['1e3'] }],
    ['a flag twice', ['-f', 'a', '-f', 'b'], { filename: ['a', 'b'] }],
    ['a switch', ['--no-color'], { 'no-color': ['true'] }],
    ['a switch that is off', ['--quiet=false'], { quiet: ['false'] }],
    ['verbosity', ['-v', '6'], { v: ['6'] }],
    ['verbosity in one', ['-v6'], { v: ['6'] }],
    ['verbosity, long', ['--v=6'], { v: ['6'] }],
  ])('are read: %s', (_name, args, flags) => {
    expect(read(...args)).toEqual({ flags, words: [], help: false });
  });

  it.each<[string, string[], string[]]>([
    ['between flags', ['a', '-R', 'b'], ['a', 'b']],
    ['behind --', ['-R', '--', '--policy', '-f'], ['--policy', '-f']],
    ['numbers as text', ['007'], ['007']],
  ])('have words %s', (_name, args, words) => {
    expect(read(...args).words).toEqual(words);
  });

  it.each<[string[], boolean]>([
    [['--help'], true],
    [['-h'], true],
    [['-R', '-h'], true],
    [['--nonsense', '--help'], true],
    [['--', '--help'], false],
    [['-n', '--help'], false],
  ])('ask for help with %j: %s', (args, help) => {
    expect(read(...args).help).toBe(help);
  });

  it.each<[string, string[], string]>([
    ['an unknown flag', ['--colour'], 'unknown flag --colour'],
    ['one that is nearly there', ['--polcy=x'], 'unknown flag --polcy; did you mean --policy?'],
    ['an unknown short flag', ['-x'], 'unknown flag -x'],
    [
      'several',
      ['--polcy', '--nonsense'],
      'unknown flag --polcy; did you mean --policy?\n       unknown flag --nonsense',
    ],
    ['the name of a built-in', ['--constructor'], 'unknown flag --constructor'],
    ['__proto__', ['--__proto__=x'], 'unknown flag --__proto__'],
    ['a dotted flag', ['--policy.x', 'y'], 'unknown flag --policy.x'],
    ['a negated flag', ['--no-quiet'], 'unknown flag --no-quiet'],
    ['a flag of a later version', ['--selector'], 'the flag --selector is not in this version'],
    ['a short flag of a later version', ['-A'], 'the flag -A is not in this version'],
    ["kubectl's connection flags", ['--context=x'], 'the flag --context is not in this version'],
    ['a value that is missing', ['-R', '--timeout'], 'the flag --timeout needs a value'],
    ['a value that is empty', ['--policy='], 'the flag --policy needs a value'],
    ['an empty value behind its flag', ['--policy', ''], 'the flag --policy needs a value'],
    ['a switch with another value', ['--quiet=maybe'], 'the flag --quiet is true or false, not "maybe"'],
  ])('are refused: %s', (_name, args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
