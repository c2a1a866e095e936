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

/** What is wrong with a field of a policy: what it must be, and what it is. Undefined leaves the message to the schema. */
export function wrongField(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is required'
        : `must be ${ARTICLES[issue.expected] ?? issue.expected}, not ${shown(issue.input)}`;
    case 'invalid_value': {
      const allowed = issue.values.map(String).join(', ');
      const must = issue.values.length === 1 ? `must be ${allowed}` : `must be one of ${allowed}`;
      return issue.input === undefined ? `is required, and ${must}` : `${must}, not ${shown(issue.input)}`;
    }
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}, not ${shown(issue.input)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}, not ${shown(issue.input)}`;
    default:
      return undefined;
  }
}

/** A value of a few letters is quoted, a larger one only named. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `a ${typeof value}` : text;
}
