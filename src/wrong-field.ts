import type { z } from 'zod';

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'nothing',
};

/**
 * What is wrong with a field of a document that was held against its schema: what it must be, and what it is. An error map of zod:
 * undefined leaves the message to the schema.
 */
export function wrongField(issue: z.core.$ZodRawIssue): string | undefined {
  return whatIsWrong(issue, shown);
}

/** The same for documents that may hold a secret, of which nothing is quoted. */
export function wrongKind(issue: z.core.$ZodRawIssue): string | undefined {
  return whatIsWrong(issue, kindOf);
}

function whatIsWrong(issue: z.core.$ZodRawIssue, told: (value: unknown) => string): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is required'
        : `must be ${ARTICLES[issue.expected] ?? issue.expected}, not ${told(issue.input)}`;
    case 'invalid_value': {
      const allowed = issue.values.map(String).join(', ');
      const must = issue.values.length === 1 ? `must be ${allowed}` : `must be one of ${allowed}`;
      return issue.input === undefined ? `is required, and ${must}` : `${must}, not ${told(issue.input)}`;
    }
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}, not ${told(issue.input)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}, not ${told(issue.input)}`;
    default:
      return undefined;
  }
}

/** A value of a few letters is quoted, a larger one only named. */
function shown(value: unknown): string {
  const text = value !== null && typeof value === 'object' ? undefined : JSON.stringify(value);
  return text === undefined || text.length > 60 ? kindOf(value) : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
