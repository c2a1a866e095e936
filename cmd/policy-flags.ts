import { z } from 'zod';
import { FAIL_ON } from '../src/policy/verdict.ts';
import type { Flag } from './command.ts';
import { JUDGING_FLAGS, judgingFlagsSchema, SOURCE_FLAGS, sourceFlagsSchema } from './flags.ts';
import { FORMS } from './policy-output.ts';

const one = { type: 'string', nargs: 1, requiresArg: true } as const;

/** A draft is made without a policy, and has one form; nothing of it passes or fails. */
const {
  policy,
  output: _output,
  'no-headers': _headers,
  'no-color': _color,
  'fail-on': _failOn,
  ...EVIDENCE_FLAGS
} = JUDGING_FLAGS;

const OUTPUT = { ...one, alias: 'o', values: FORMS, describe: FORMS.join(' or ') } as const;

/** What has a JSON Schema. */
export const SCHEMA_KINDS = ['policy', 'report', 'sweep'] as const;

export const SCHEMA_FLAGS = {
  kind: {
    ...one,
    values: SCHEMA_KINDS,
    describe: `one of ${SCHEMA_KINDS.join(', ')} (default: policy)`,
  },
  reasons: { type: 'boolean', describe: 'list the reason codes instead, with class and meaning' },
  output: OUTPUT,
} satisfies Record<string, Flag>;

export const CHECK_FLAGS = {
  'fail-on': {
    ...one,
    values: FAIL_ON,
    describe: `warn makes warnings exit with 1; else one of ${FAIL_ON.join(', ')}`,
  },
} satisfies Record<string, Flag>;

export const EXPLAIN_FLAGS = { ...SOURCE_FLAGS, policy, output: OUTPUT } satisfies Record<string, Flag>;

export const INIT_FLAGS = { ...SOURCE_FLAGS, ...EVIDENCE_FLAGS } satisfies Record<string, Flag>;

const last = z
  .array(z.string())
  .transform((values) => values.at(-1))
  .optional();

export const schemaFlagsSchema = z.object({
  kind: last,
  reasons: z.array(z.string()).default([]),
  output: last,
});
export const checkFlagsSchema = z.object({ 'fail-on': last });
export const explainFlagsSchema = sourceFlagsSchema.extend({
  policy: z.array(z.string()).default([]),
  output: last,
});
export const initFlagsSchema = judgingFlagsSchema.extend(sourceFlagsSchema.shape);
