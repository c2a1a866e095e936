import { existsSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type Outcome } from '../src/reasons.ts';
import type { Report } from '../src/report/report.ts';
import { terminationMessage, terminationOf } from '../src/report/termination-message.ts';
import { terminalText } from '../src/report/terminal-text.ts';
import { createManifestSource } from '../src/workloads/manifests.ts';
import type { Gap, WorkloadSource } from '../src/workloads/source.ts';
import { type Command, type Io, UsageError } from './command.ts';
import { type JudgingFlags, judgingFlagsSchema, sourceFlagsSchema } from './flags.ts';
import { judge } from './judge.ts';
import { presyncFlagsSchema, type PresyncFlags, PRESYNC_FLAGS_TAKEN, refuseFlags } from './presync-flags.ts';

const typedSchema = z.record(z.string(), z.unknown());

export const presyncCommand: Command = {
  usage:
    'presync [--application NAME] [-N NAMESPACE] --policy FILE|DIR ... [flags]   |   presync -f FILE|DIR|- ... --policy FILE',
  description:
    'Gate a sync of Argo CD. As a PreSync hook it judges every image of exactly the revisions that are being synced, and ends with 0 only when all of them may run and the sync is still the same; whatever it cannot know ends it with 3.',
  examples: [
    {
      what: 'In a hook: judge the sync that created this pod',
      command:
        'kubectl supplychain presync --policy /policy --argocd-server https://argocd-server.argocd.svc --argocd-ca /argocd/ca.crt --argocd-auth-token-file /argocd/token',
    },
    {
      what: 'On a laptop: say what would be judged of an Application',
      command:
        'ARGOCD_AUTH_TOKEN=… kubectl supplychain presync --dry-run --application shop --argocd-server https://argocd.example',
    },
    {
      what: 'In a config management plugin: judge what it is about to hand over',
      command: 'kustomize build . | tee out.yaml | kubectl supplychain presync -f - --policy /policy',
    },
  ],
  flags: PRESYNC_FLAGS_TAKEN,
  words: false,
  async run(_words, typed, io) {
    try {
      return await gate(typed, io);
    } catch (cause) {
      const what = cause instanceof UsageError ? 'refused, wrong usage' : 'refused, the program failed';
      terminate(terminationOf(what, cause instanceof Error ? cause.message : String(cause)), io);
      throw cause;
    }
  },
};

async function gate(typed: unknown, io: Io): Promise<number> {
  refuseFlags(typedSchema.parse(typed));
  const judging = judgingFlagsSchema.parse(typed);
  const flags = presyncFlagsSchema.parse(typed);
  requirePolicy(judging, flags, io);
  tellLoosened(judging, io);
  const files = sourceFlagsSchema.parse(typed);
  if (files.filename.length > 0) return judgeFiles(files, judging, flags, io);
  // One signal ends a gate at once: nobody waits for what is left of its report.
  const interrupt = io.onInterrupt?.();
  const { openApplication } = await import('./presync-source.ts');
  const { createArgoCdSource } = await import('../src/workloads/argocd/argocd.ts');
  const opened = await openApplication(flags, typed, io, interrupt);
  const gated = { ...io, ...(interrupt ? { onInterrupt: () => interrupt } : {}) };
  try {
    if (flags['dry-run'] && opened.ok) {
      const { tellPlan } = await import('./presync-plan.ts');
      return await tellPlan(opened.value.options, gated);
    }
    const source = opened.ok ? createArgoCdSource(opened.value.options) : unopened(opened);
    if (opened.ok && opened.value.options.pod === null && !judging.quiet)
      io.stderr('notice: this is no hook of a sync: which hooks run before a gate is not judged\n');
    const tell = flags.events && opened.ok ? await eventWriter(typed, gated) : null;
    return await judgeGate(source, judging, gated, tell);
  } finally {
    if (opened.ok) await opened.value.close();
  }
}

function judgeGate(
  source: WorkloadSource,
  flags: JudgingFlags,
  io: Io,
  tell: ((report: Report) => Promise<void>) | null = null,
): Promise<number> {
  return judge(source, flags, io, {
    async onReport(report) {
      terminate(terminationMessage(report), io);
      const children = report.metadata.sync?.children ?? [];
      if (children.length > 0)
        io.stderr(
          `notice: not judged with this sync, each needs a gate of its own: ${terminalText(children.join(', '))}\n`,
        );
      await tell?.(report);
    },
  });
}

async function eventWriter(typed: unknown, io: Io): Promise<(report: Report) => Promise<void>> {
  const { writeEvent } = await import('./presync-event.ts');
  return (report) => writeEvent(report, typed, io);
}

/** What a plugin hands over is what is applied: nobody else is asked. */
function judgeFiles(
  { filename, recursive, namespace }: z.infer<typeof sourceFlagsSchema>,
  judging: JudgingFlags,
  flags: PresyncFlags,
  io: Io,
): Promise<number> {
  if (flags.application !== undefined || flags['app-namespace'] !== undefined)
    throw new UsageError(
      '-f judges files, and --application a sync: nothing says that the files are those of the sync, so name one of them',
    );
  if (flags.events) throw new UsageError('--events are of a sync');
  if (flags['dry-run']) throw new UsageError('--dry-run is of a sync; `audit -f` says what is in files');
  return judgeGate(
    createManifestSource({ paths: filename, recursive, namespace: namespace ?? null, stdin: io.stdin }),
    judging,
    io,
  );
}

/** A gate without a policy lets everything pass, and one that looks for it finds the wrong one. */
function requirePolicy({ policy }: JudgingFlags, flags: PresyncFlags, { env }: Io): void {
  if (flags['dry-run']) return;
  const named = policy.length > 0 ? policy : env['SUPPLYCHAIN_POLICY'] ? [env['SUPPLYCHAIN_POLICY']] : [];
  if (named.length === 0) throw new UsageError('name the policy of the gate with --policy FILE or DIR');
  if (named.includes('none'))
    throw new UsageError('a gate without a policy lets everything pass; name a policy');
}

/** Nothing but `violation` makes a gate weaker, and that is said where nobody overlooks it. */
function tellLoosened(flags: JudgingFlags, io: Io): void {
  if (flags['fail-on'] === 'never')
    throw new UsageError('presync takes no --fail-on never: it would be no gate');
  if (flags['fail-on'] !== 'violation') return;
  const line = '!'.repeat(78);
  io.stderr(`${line}\n!! --fail-on violation: what this gate cannot determine is LET THROUGH\n${line}\n`);
}

function unopened({ fault }: Extract<Outcome<unknown>, { ok: false }>): WorkloadSource {
  const gap: Gap = { ...fault, scope: 'kind', name: 'Application', cluster: null, wrongInput: false };
  return { kind: 'argocd', whenEmpty: 3, discover: () => Promise.resolve({ workloads: [], gaps: [gap] }) };
}

/** Where the kubelet looks for what a container has to say at its end. */
const TERMINATION_LOG = '/dev/termination-log';

/** Says it to Argo CD, where somebody listens: a gate does not fail because its message cannot be written. */
function terminate(message: string, { env, stderr }: Io): void {
  const path = env['TERMINATION_LOG'] || (env['KUBERNETES_SERVICE_HOST'] ? TERMINATION_LOG : '');
  if (path === '' || (!env['TERMINATION_LOG'] && !existsSync(path))) return;
  try {
    writeFileSync(path, `${message}\n`);
  } catch (cause) {
    stderr(
      `notice: the termination message was not written: ${cause instanceof Error ? cause.message : String(cause)}\n`,
    );
  }
}
