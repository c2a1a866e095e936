import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { regExp } from './glob.ts';

/** An object of exactly these fields; an unknown one is an error that names what is allowed. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys')
        return `unknown field; allowed here: ${Object.keys(shape).join(', ')}`;
      return undefined;
    },
  });
}

export const name = z.string().min(1);
export const nonEmptyList = z.array(z.string().min(1)).min(1, 'must not be empty');
export const count = z.int().nonnegative();

export const expression = z.string().refine(compiles, 'is not a regular expression in RE2 syntax');

function compiles(pattern: string): boolean {
  try {
    regExp(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Whether an expression tells signers apart: one that accepts what nobody is called accepts everybody. */
export function isParticular(pattern: string): boolean {
  return !compiles(pattern) || !regExp(pattern)('nobody@nowhere.invalid://\u{10ffff}/');
}

/** `2025-01-01` or a full RFC 3339 time. */
export const time = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'must be a date (2027-01-31) or an RFC 3339 time',
  })
  .transform((text) => new Date(text));

/** Go's durations with days and weeks: `12h`, `7d`. Milliseconds. */
export const duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null && milliseconds > 0) return milliseconds;
  context.addIssue({
    code: 'custom',
    message: `must be a duration, as 12h or 7d, not ${JSON.stringify(text)}`,
  });
  return z.NEVER;
});
