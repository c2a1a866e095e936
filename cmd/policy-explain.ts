import { type Explained, explainPolicy, type ExplainedRule } from '../src/policy/explain.ts';
import type { PartAnswer } from '../src/policy/match.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { type Io, UsageError } from './command.ts';
import { findLoadedPolicy } from './policy-files.ts';
import { explainFlagsSchema } from './policy-flags.ts';
import { printed, readForm } from './policy-output.ts';
import { sourceOf } from './policy-source.ts';
import { builtInRoot } from './trusted.ts';

/** `policy explain`: which rules apply to which container, and why. Asks no registry. */
export async function runPolicyExplain(words: readonly string[], typed: unknown, io: Io): Promise<number> {
  const flags = explainFlagsSchema.parse(typed);
  const form = readForm(flags.output, 'table');
  const source = sourceOf('policy explain', words, flags, io);
  const loaded = findLoadedPolicy(flags.policy, [builtInRoot(io)], false, io);
  if (!loaded) throw new UsageError('there is no policy to explain; name one with --policy FILE');
  const { workloads, gaps } = await source.discover();
  for (const { message, remediation } of gaps) {
    const next = remediation === undefined ? '' : `; next: ${remediation}`;
    io.stderr(`not seen: ${terminalText(`${message}${next}`)}\n`);
  }
  const explained = explainPolicy(loaded, workloads, io.clock());
  if (explained.length === 0) io.stderr('error: no image was found\n');
  io.stdout(form === 'json' ? printed({ images: explained }) : explained.map(text).join('\n'));
  if (explained.length === 0 || gaps.some(({ wrongInput }) => wrongInput)) return 2;
  if (explained.some(({ invalid }) => invalid !== null)) return 2;
  return gaps.length > 0 ? 3 : 0;
}

function text(one: Explained): string {
  const { rules, exceptions, default: byDefault, invalid } = one;
  const lines = [
    title(one),
    ...(invalid === null ? [] : [`  ${invalid}`]),
    ...rules.filter(({ applies }) => applies).flatMap((rule) => ruleLines(rule, 'applies')),
    ...rules.filter(({ applies }) => !applies).flatMap((rule) => ruleLines(rule, 'does not apply')),
    ...exceptions.map(
      ({ name, file, line, applies, covers, why }) =>
        `  exception ${name} ${MAY[applies]} (${file}:${line}): ${covers.join(', ')}; ${why}`,
    ),
    `  default: ${byDefault.value} ${byDefault.applies ? 'applies' : 'does not apply'}: ${byDefault.why}`,
  ];
  return `${lines.map(terminalText).join('\n')}\n`;
}

const MAY = { yes: 'could apply', digest: 'could apply to some digests', no: 'cannot apply' } as const;

function title({ image, repository, kind, workload, namespace, container, location }: Explained): string {
  const spelled = repository === null || image.startsWith(repository) ? '' : `, held as ${repository}`;
  if (location === null) return `${image}${spelled}`;
  const owner = `${namespace === null ? '' : `${namespace}/`}${kind}/${workload}`;
  return `${image}${spelled}: ${container} of ${owner} (${location.file}:${location.line})`;
}

function ruleLines({ name, file, line, enforcement, checks, parts }: ExplainedRule, says: string): string[] {
  const asks = says === 'applies' ? `, ${enforcement}: ${checks.join(', ')}` : '';
  const shown = says === 'applies' ? parts : parts.filter(({ holds }) => !holds);
  return [`  rule ${name} ${says} (${file}:${line})${asks}`, ...shown.map((part) => `    ${partText(part)}`)];
}

function partText({ field, holds, assumed, pattern, value }: PartAnswer): string {
  if (assumed !== null) {
    const what = pattern === null ? field : `${field}: ${pattern}`;
    return `${what} is taken to match: the ${assumed} cannot be known here`;
  }
  if (holds)
    return pattern === null ? `${field}: nothing excludes ${value}` : `${field}: ${pattern} matches ${value}`;
  if (pattern === null) return `${field}: no pattern matches ${value}`;
  return field === 'selector'
    ? `${field}: wants ${pattern}, found ${value}`
    : `${field}: ${pattern} excludes ${value}`;
}
