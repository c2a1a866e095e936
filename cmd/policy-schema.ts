import { policyJsonSchema } from '../src/policy/json-schema.ts';
import { REASONS } from '../src/reasons.ts';
import { reportJsonSchema } from '../src/report/report-schema.ts';
import { wrapped } from '../src/report/terminal-text.ts';
import { sweepJsonSchema } from '../src/sweep/sweep-schema.ts';
import { type Io, UsageError } from './command.ts';
import { SCHEMA_KINDS, schemaFlagsSchema } from './policy-flags.ts';
import { printed, readForm } from './policy-output.ts';

const SCHEMAS: Readonly<Record<(typeof SCHEMA_KINDS)[number], () => unknown>> = {
  policy: policyJsonSchema,
  report: reportJsonSchema,
  sweep: sweepJsonSchema,
};

/** `policy schema`: the JSON Schema of a document of ours, or the closed list of reason codes. */
export function runPolicySchema(words: readonly string[], typed: unknown, io: Io): Promise<number> {
  const { kind = 'policy', reasons, output } = schemaFlagsSchema.parse(typed);
  if (words.length > 0) throw new UsageError('policy schema takes no words beside its flags');
  const known = SCHEMA_KINDS.find((one) => one === kind);
  if (known === undefined)
    throw new UsageError(`--kind: ${JSON.stringify(kind)} is none of ${SCHEMA_KINDS.join(', ')}`);
  if (reasons.at(-1) === 'true') {
    io.stdout(readForm(output, 'table') === 'json' ? printed(reasonEntries()) : reasonTable(io.columns));
    return Promise.resolve(0);
  }
  if (readForm(output, 'json') === 'table')
    throw new UsageError('a schema is JSON; -o table is for policy schema --reasons');
  io.stdout(printed(SCHEMAS[known]()));
  return Promise.resolve(0);
}

function reasonEntries() {
  return Object.entries(REASONS).map(([code, { class: kind, meaning }]) => ({ code, class: kind, meaning }));
}

function reasonTable(columns: number | null): string {
  const rows = [{ code: 'CODE', class: 'CLASS', meaning: 'MEANING' }, ...reasonEntries()];
  const [code, kind] = [
    Math.max(...rows.map((row) => row.code.length)),
    Math.max(...rows.map((row) => row.class.length)),
  ];
  const lines = rows.map((row) =>
    wrapped(
      row.meaning,
      columns,
      `${row.code.padEnd(code)}   ${row.class.padEnd(kind)}   `,
      ' '.repeat(code + kind + 6),
    ),
  );
  return `${lines.join('\n')}\n`;
}
