import { UsageError } from './command.ts';

type Form = 'table' | 'json';

/** Reads `-o`: for people or for programs. */
export function readForm(text: string | undefined, byDefault: Form): Form {
  if (text === undefined) return byDefault;
  if (text === 'table' || text === 'json') return text;
  throw new UsageError(`unknown output format ${JSON.stringify(text)}; there are: table, json`);
}

export function printed(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
