import { UsageError } from './command.ts';

/** What is printed for people, and for programs. */
export const FORMS = ['table', 'json'] as const;
type Form = (typeof FORMS)[number];

/** Reads `-o`: for people or for programs. */
export function readForm(text: string | undefined, byDefault: Form): Form {
  if (text === undefined) return byDefault;
  const form = FORMS.find((one) => one === text);
  if (form !== undefined) return form;
  throw new UsageError(`unknown output format ${JSON.stringify(text)}; there are: ${FORMS.join(', ')}`);
}

export function printed(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
