import { expect, test } from 'vitest';
import { z } from 'zod';
import { wrongField, wrongKind } from './wrong-field.ts';

const schema = z.object({
  name: z.string().min(1).optional(),
  version: z.enum(['1.0', '1.1']).optional(),
  kind: z.literal('Report').optional(),
  items: z.array(z.int().max(9)).min(1).optional(),
  needed: z.string(),
});

test.for([
  ['what is not there is required', {}, 'is required', 'is required'],
  ['a short value is quoted', { needed: 12 }, 'must be a string, not 12', 'must be a string, not a number'],
  [
    'an unknown word is held against those that are known',
    { needed: '', version: '2\u001b[2J' },
    String.raw`must be one of 1.0, 1.1, not "2\u001b[2J"`,
    'must be one of 1.0, 1.1, not a string',
  ],
  [
    'a long value is named by its kind',
    { needed: '', kind: 'x'.repeat(99) },
    'must be Report, not a string',
    'must be Report, not a string',
  ],
  [
    'a list is no text',
    { needed: ['secret'] },
    'must be a string, not a list',
    'must be a string, not a list',
  ],
  ['null is no text', { needed: null }, 'must be a string, not null', 'must be a string, not null'],
  ['empty text', { needed: '', name: '' }, 'must not be empty', 'must not be empty'],
  ['an empty list', { needed: '', items: [] }, 'must not be empty', 'must not be empty'],
  [
    'a number that is too large',
    { needed: '', items: [12] },
    'must be at most 9, not 12',
    'must be at most 9, not a number',
  ],
] as const)('%s', ([, document, quoting, silent]) => {
  const messageOf = (error: typeof wrongField) =>
    schema.safeParse(document, { error }).error?.issues[0]?.message;
  expect(messageOf(wrongField)).toBe(quoting);
  expect(messageOf(wrongKind)).toBe(silent);
});
