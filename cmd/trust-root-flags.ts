import { z } from 'zod';

const last = z
  .array(z.string())
  .transform((values) => values.at(-1))
  .optional();

export const SHOW_FORMATS = ['table', 'json', 'yaml'] as const;
/** What `trust-root` can be told to do. */
export const ACTIONS = ['show', 'update'] as const;

/** What was typed behind `trust-root`. */
export const trustRootFlagsSchema = z.object({
  policy: z.array(z.string()).default([]),
  'trusted-root': last,
  mirror: last,
  root: last,
  output: last,
});
