import { type Advice, advise } from '../src/policy/advice.ts';
import { FAIL_ON } from '../src/policy/verdict.ts';
import { terminalText, wrapped } from '../src/report/terminal-text.ts';
import { type Io, UsageError } from './command.ts';
import { loadPolicyFiles } from './policy-files.ts';
import { checkFlagsSchema } from './policy-flags.ts';
import { builtInRoot } from './trusted.ts';

/** `policy check`: every error of the files in one run (exit code 2), then what looks unintended in them. */
export function runPolicyCheck(words: readonly string[], typed: unknown, io: Io): Promise<number> {
  const failOn = checkFlagsSchema.parse(typed)['fail-on'] ?? 'unknown';
  if (!FAIL_ON.some((one) => one === failOn))
    throw new UsageError(`--fail-on: ${JSON.stringify(failOn)} is none of ${FAIL_ON.join(', ')}`);
  if (words.length === 0) throw new UsageError('name a policy: kubectl supplychain policy check FILE|DIR...');
  const { files, policy } = loadPolicyFiles('policy check', words, [builtInRoot(io)], io);
  const found = advise(files, io.clock());
  const paragraphs = found.map((one) => paragraph(one, io.columns));
  const read = `${counted(files.length, 'file')} with ${counted(policy.rules.length, 'rule')}`;
  const result = found.length === 0 ? 'nothing looks unintended' : counted(found.length, 'warning');
  io.stdout(`${[...paragraphs, `${read}: ${result}`].join('\n')}\n`);
  return Promise.resolve(found.length > 0 && failOn === 'warn' ? 1 : 0);
}

function paragraph({ file, line, field, what, why, instead }: Advice, columns: number | null): string {
  const said = (label: string, text: string) => wrapped(terminalText(text), columns, `    ${label} `, '    ');
  return [
    terminalText(`${file}:${line}: ${field}: ${what}`),
    said('why:', why),
    said('instead:', instead),
  ].join('\n');
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
