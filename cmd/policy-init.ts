import { z } from 'zod';
import { type DraftImage, draftPolicy } from '../src/policy/draft.ts';
import { isReason } from '../src/reasons.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import type { Io } from './command.ts';
import { judge } from './judge.ts';
import { initFlagsSchema } from './policy-flags.ts';
import { sourceOf } from './policy-source.ts';

const text = z.string().nullable();

const evidenceSchema = z.object({
  kind: z.enum(['signature', 'attestation', 'unread']),
  predicateType: text,
  digest: text,
  location: z.string(),
  subject: z.string(),
  signer: z
    .object({ subject: z.string(), issuer: text, extensions: z.record(z.string(), z.string()) })
    .nullable(),
  time: z.object({ value: z.string(), source: z.enum(['log', 'tsa']) }).nullable(),
  logIndex: text,
  trustRoot: text,
  result: z.enum(['verified', 'refused']),
  reason: z.string().refine(isReason).nullable(),
  message: text,
});

/** What a draft takes from the report of an audit. */
const reportSchema = z.object({
  workloads: z.array(
    z.object({
      containers: z.array(
        z.object({
          image: z.object({ reference: z.string(), repository: text }),
          findings: z.array(
            z.object({
              status: z.string(),
              reason: z.string(),
              evidence: z.array(evidenceSchema),
            }),
          ),
        }),
      ),
    }),
  ),
  coverage: z.object({ gaps: z.array(z.object({ message: z.string() })) }),
});

/** `policy init`: audits without a policy, and writes a first one from what it saw. */
export async function runPolicyInit(words: readonly string[], typed: unknown, io: Io): Promise<number> {
  const flags = initFlagsSchema.parse(typed);
  const source = sourceOf('policy init', words, flags, io);
  let printed = '';
  const quiet = { ...io, stdout: (part: string) => void (printed += part) };
  const exitCode = await judge(
    source,
    { ...flags, policy: ['none'], output: ['json'], 'fail-on': 'never' },
    quiet,
  );
  const { workloads, coverage } = reportSchema.parse(JSON.parse(printed));
  for (const { message } of coverage.gaps) io.stderr(`not seen: ${terminalText(message)}\n`);
  if (workloads.length === 0) return 2;
  const findings = workloads.flatMap(({ containers }) =>
    containers.flatMap(({ image, findings }) => findings.map((finding) => ({ ...image, ...finding }))),
  );
  const images = new Map(findings.map((one): [string, DraftImage] => [one.reference, one]));
  io.stdout(draftPolicy([...images.values()], { trustedRoot: flags['trusted-root'] ?? null }));
  if (exitCode !== 0) return exitCode;
  return coverage.gaps.length > 0 || findings.some(({ status }) => status === 'unknown') ? 3 : 0;
}
